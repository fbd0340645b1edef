// The feed's newest bars, also merged into longer windows that are multiples of the run's own.
import { timesOfAll } from "./bar_rows.mjs";
import { mergeBars, withBuyVolume } from "./merging.mjs";

/**
 * @import { Store } from "../core/store.mjs"
 * @import { Bar, Bars } from "../core/types.d.ts"
 * @import { Merged } from "./merging.mjs"
 */

const NAMES = /** @type {const} */ (["ohlc", "metrics", "cvd"]);
const MOST_BARS = 1000; // shared/bars.py: of so many, older ones have been dropped
const LEAST_MERGED = 10;

export class FeedBars {
  #store;
  /** @type {WeakMap<Bar, { of: Bar | undefined, made: Bar }>} */
  #bought = new WeakMap();
  /** What bars were merged into, by window. @type {Map<number, Made>} */
  #made = new Map();

  /** @param {Store} store */
  constructor(store) {
    this.#store = store;
  }

  get windowMs() {
    return this.#store.job.windowMs;
  }

  /**
   * Say whether the feed's bars make bars so long.
   *
   * @param {number} windowMs
   */
  canMake(windowMs) {
    return windowMs % this.windowMs === 0;
  }

  /**
   * Say whether they make at least a few of them.
   *
   * @param {number} windowMs
   */
  isOfUse(windowMs) {
    return this.canMake(windowMs) && windowMs * LEAST_MERGED <= MOST_BARS * this.windowMs;
  }

  /**
   * Return the bars of a window that can be made: those wholly in the feed, and from when on that
   * is all of them.
   *
   * @param {number} windowMs
   * @returns {Made}
   */
  of(windowMs) {
    const { ohlc, metrics, cvd } = this.#store;
    const before = this.#made.get(windowMs);
    if (before?.from.every((rows, index) => rows === [ohlc, metrics, cvd][index])) {
      return before;
    }
    const pieces = { ohlc: withBuyVolume(ohlc, cvd, this.#bought), metrics, cvd };
    const cut = Math.max(...NAMES.map((name) => startOf(pieces[name])));
    const startMs = Math.ceil(cut / windowMs) * windowMs;
    const merged = Object.fromEntries(
      NAMES.map((name) => [
        name,
        mergeBars(name, since(pieces[name], startMs), windowMs, before?.merged[name]),
      ]),
    );
    const bars = Object.fromEntries(NAMES.map((name) => [name, merged[name].bars]));
    const { ohlc: ofTrades, metrics: ofBook, cvd: ofDelta } = bars;
    /** @type {Made} */
    const made = {
      bars: { ohlc: ofTrades, metrics: ofBook, cvd: ofDelta },
      times: timesOfAll({ ohlc: ofTrades, metrics: ofBook, cvd: ofDelta }),
      startMs,
      from: [ohlc, metrics, cvd],
      merged,
    };
    this.#made.set(windowMs, made);
    return made;
  }
}

/**
 * @typedef {object} Made
 * @property {Bars} bars
 * @property {Bar[]} times bars of any series, one of each time
 * @property {number} startMs all that begin from then on are there; -Infinity where nothing is missing
 * @property {Bar[][]} from
 * @property {Record<string, Merged>} merged
 */

/** @param {readonly Bar[]} bars */
function startOf(bars) {
  return bars.length < MOST_BARS ? -Infinity : bars[0][0];
}

/**
 * @param {readonly Bar[]} bars
 * @param {number} fromMs
 */
function since(bars, fromMs) {
  return fromMs === -Infinity ? bars : bars.filter((bar) => bar[0] >= fromMs);
}
