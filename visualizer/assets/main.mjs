// Start the page: wait for what Dash lays out, then join store, feed, panels and controls.

import { DepthChart } from "./book/depth.mjs";
import { Ladder } from "./book/ladder.mjs";
import { Charts } from "./charts/charts.mjs";
import { saveCsv, savePng } from "./charts/download.mjs";
import { connectGestures } from "./charts/gestures.mjs";
import { Feed } from "./core/feed.mjs";
import { Settings } from "./core/settings.mjs";
import { Store } from "./core/store.mjs";
import { isMove } from "./core/view.mjs";
import { Header } from "./header/header.mjs";
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
  const charts = new Charts(store, settings);
  const depth = new DepthChart(store, settings);
  /** @type {Panel[]} */
  const panels = [
    charts,
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
  store.onChange((changed) => {
    settings.belongTo(store.job); // before anybody draws
    for (const panel of panels) {
      panel.dataChanged(changed);
    }
  });
  const save = {
    csv: () => saveCsv(store, charts),
    png: () => savePng(store, charts, depth),
  };
  connectControls({ settings, charts, save });
  connectGestures({ settings, charts });
  connectKeyboard({ settings, charts, save });
  const feed = new Feed(store, job.pollMs);
  feed.start();
  // For the tests and for a look from the browser's console; nothing here reads it.
  window.orderflow = { store, settings, charts, feed };
}

whenPresent("page", start);
