// What a reader can ask for by more than one way: a button, a key, a control.
import { byId } from "./dom.mjs";

/**
 * @import { Settings } from "./settings.mjs"
 * @import { Movable } from "./types.d.ts"
 */

/**
 * Show the newest bars, that many of them, and follow.
 *
 * So many are so many of a length: it follows the zoom no more.
 *
 * @param {Settings} settings
 * @param {Movable} charts
 * @param {number | string | null} value
 */
export function chooseBars(settings, charts, value) {
  const { bars, follow, timeframe } = settings.values;
  if (value !== null && !(follow && Number(value) === bars)) {
    const length = timeframe === "auto" ? { timeframe: String(charts.timeframeMs) } : {};
    const view = { follow: true, held: false, range: null, spanMs: null };
    settings.set({ bars: Number(value), ...view, ...length });
  }
}

/**
 * Stop following and stay where one is, or go back to the newest bar.
 *
 * What stays is a stretch of time: soon it is no longer so many of the newest bars.
 *
 * @param {Settings} settings
 * @param {Movable} charts
 */
export function toggleFollow(settings, charts) {
  const range = charts.range();
  if (!settings.values.follow) {
    followNewest(settings);
  } else if (range) {
    const spanMs = range[1] - range[0];
    settings.set({ bars: null, follow: false, held: true, range, spanMs, leadMs: null });
  }
}

/**
 * Go back to the newest bar with the width of now.
 *
 * @param {Settings} settings
 */
export function followNewest(settings) {
  settings.set({ follow: true, held: false, range: null, leadMs: null });
}

/** Open or close the list of keys. */
export function toggleHelp() {
  const dialog = /** @type {HTMLDialogElement} */ (byId("help-dialog"));
  if (dialog.open) {
    dialog.close();
  } else {
    dialog.showModal();
  }
}
