// Start the page: wait for what Dash lays out, then join store, feed, panels and controls.
import { Charts } from "./charts.mjs";
import { connectControls } from "./controls.mjs";
import { DepthChart } from "./depth.mjs";
import { Feed } from "./feed.mjs";
import { connectGestures } from "./gestures.mjs";
import { Header } from "./header.mjs";
import { connectKeyboard } from "./keyboard.mjs";
import { Ladder } from "./ladder.mjs";
import { ProcessLog } from "./log.mjs";
import { Notices } from "./notices.mjs";
import { Settings } from "./settings.mjs";
import { Store } from "./store.mjs";

/** Call back once the element is on the page: assets are loaded before the layout is. */
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

function start(page) {
  const job = {
    instrument: page.dataset.instrument,
    windowMs: Number(page.dataset.windowSeconds) * 1000,
    pollMs: Number(page.dataset.pollMs),
  };
  const settings = new Settings();
  const store = new Store(job);
  const charts = new Charts(store, settings);
  const depth = new DepthChart(store, settings);
  const panels = [
    charts,
    depth,
    new Ladder(store),
    new Header(store),
    new Notices(store),
    new ProcessLog(store, settings),
  ];
  settings.onChange(() => panels.forEach((panel) => panel.settingsChanged?.()));
  store.onChange((changed) => panels.forEach((panel) => panel.dataChanged(changed)));
  connectControls({ store, settings, charts, depth });
  connectGestures({ settings, charts });
  connectKeyboard({ store, settings, charts, depth });
  const feed = new Feed(store, job.pollMs);
  feed.start();
  // For the tests and for a look from the browser's console; nothing here reads it.
  window.orderflow = { store, settings, charts, feed };
}

whenPresent("page", start);
