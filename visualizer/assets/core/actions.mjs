// What a reader can ask for by more than one way: a button, a key, a control.
import { byId } from "./dom.mjs";

/**
 * @import { Settings } from "./settings.mjs"
 * @import { Movable } from "./types.d.ts"
 */

/**
 * Show the newest bars, that many of them, and follow.
 *
 * @param {Settings} settings
 * @param {number | string | null} value
 */
export function chooseBars(settings, value) {
  if (value !== null && Number(value) !== settings.values.bars) {
    settings.set({ bars: Number(value), follow: true, range: null, spanMs: null });
  }
}

/**
 * Stop following where one is, or go back to the newest bar.
 *
 * @param {Settings} settings
 * @param {Movable} charts
 */
export function toggleFollow(settings, charts) {
  if (settings.values.follow) {
    settings.set({ follow: false, range: charts.range() });
  } else {
    followNewest(settings);
  }
}

/**
 * Go back to the newest bar with the width of now.
 *
 * @param {Settings} settings
 */
export function followNewest(settings) {
  settings.set({ follow: true, range: null, leadMs: null });
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
