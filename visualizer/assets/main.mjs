// Start the page: wait for what Dash lays out, then join store, feed, panels and controls.

import { DepthChart } from "./book/depth.mjs";
import { Ladder } from "./book/ladder.mjs";
import { Charts } from "./charts/charts.mjs";
import { saveCsv, saveCsvOfAll, savePng } from "./charts/download.mjs";
import { connectGestures } from "./charts/gestures.mjs";
import { Feed } from "./core/feed.mjs";
import { Settings } from "./core/settings.mjs";
import { Store } from "./core/store.mjs";
import { isMove } from "./core/view.mjs";
import { Header } from "./header/header.mjs";
import { AllBars } from "./history/all_bars.mjs";
import { FeedBars } from "./history/feed_bars.mjs";
import { History } from "./history/history.mjs";
import { HistoryBars } from "./history/history_bars.mjs";
import { connectGoTo } from "./navigation/go_to.mjs";
import { say } from "./navigation/hint.mjs";
import { Overview } from "./navigation/overview.mjs";
import { TimeframeMenu } from "./navigation/timeframe_menu.mjs";
import { connectControls } from "./panels/controls.mjs";
import { connectKeyboard } from "./panels/keyboard.mjs";
import { ProcessLog } from "./panels/log.mjs";
import { Notices } from "./panels/notices.mjs";

/** @import { Panel } from "./core/types.d.ts" */

/**
 * Call back once the element is on the page: assets are loaded before the layout is.
 *
 * @param {string} id
 * @param {(element: HTMLElement) => void} callback
 */
function whenPresent(id, callback) {
  const element = document.getElementById(id);
  if (element) {
    callback(element);
    return;
  }
  const observer = new MutationObserver(() => {
    const found = document.getElementById(id);
    if (found) {
      observer.disconnect();
      callback(found);
    }
  });
  observer.observe(document.documentElement, { childList: true, subtree: true });
}

/** @param {HTMLElement} page */
function start(page) {
  const job = {
    instrument: String(page.dataset.instrument),
    fromMs: Number(page.dataset.fromMs),
    toMs: Number(page.dataset.toMs),
    windowMs: Number(page.dataset.windowSeconds) * 1000,
    pollMs: Number(page.dataset.pollMs),
  };
  const settings = new Settings(job);
  const store = new Store(job);
  const history = new History(store);
  const all = new AllBars(new FeedBars(store), history);
  const bars = new HistoryBars(all, settings, history);
  const charts = new Charts(store, settings, bars, say);
  const depth = new DepthChart(store, settings);
  const overview = new Overview({ all, history, settings, charts });
  const timeframes = new TimeframeMenu({ settings, charts, bars });
  charts.onView((range) => {
    overview.showView(range);
    timeframes.show(); // which length is Auto's now
  });
  /** @type {Panel[]} */
  const panels = [
    charts,
    overview,
    depth,
    new Ladder(store),
    new Header(store),
    new Notices(store),
    new ProcessLog(store, settings),
  ];
  settings.onChange((changes) => {
    for (const panel of isMove(changes) ? [charts] : panels) {
      panel.settingsChanged?.();
    }
  });
  history.onChange(() => {
    charts.requestDraw();
    overview.historyChanged();
    timeframes.show();
  });
  store.onChange((changed) => {
    settings.belongTo(store.job); // before anybody draws
    history.dataChanged(changed);
    for (const panel of panels) {
      panel.dataChanged(changed);
    }
  });
  settings.onChange(() => timeframes.show());
  const save = {
    csv: () => saveCsv(store, charts),
    csvOfAll: () => saveCsvOfAll(store, { charts, history, say }),
    png: () => savePng(store, charts, depth),
  };
  const open = {
    goTo: connectGoTo({ charts, bars }),
    timeframes: () => timeframes.toggle(),
  };
  connectControls({ settings, charts, save, open });
  connectGestures({ settings, charts });
  connectKeyboard({ settings, charts, save, open });
  const feed = new Feed(store, job.pollMs);
  feed.start();
  // For the tests and for a look from the browser's console; nothing here reads it.
  window.orderflow = { store, settings, charts, feed, history, bars, overview };
}

whenPresent("page", start);
