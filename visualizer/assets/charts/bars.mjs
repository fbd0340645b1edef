// Where the charts have their bars from: what the feed has brought into the store.
import { CVD } from "../core/columns.mjs";
import { indexOfKey } from "../core/store.mjs";
import { timesOf, within } from "../core/view.mjs";

/**
 * @import { Store } from "../core/store.mjs"
 * @import { Bar, Bars, BarSource, Newest } from "../core/types.d.ts"
 */

/** @implements {BarSource} */
export class StoredBars {
  #store;

  /** @param {Store} store */
  constructor(store) {
    this.#store = store;
  }

  get windowMs() {
    return this.#store.job.windowMs;
  }

  times() {
    return timesOf(this.#store);
  }

  /** @returns {Newest} */
  newest() {
    const { ohlc, metrics, cvd } = this.#store;
    return { ohlc: ohlc.at(-1), metrics: metrics.at(-1), cvd: cvd.at(-1) };
  }

  /**
   * @param {number} from
   * @param {number} to
   * @returns {Bars}
   */
  within(from, to) {
    const { ohlc, metrics, cvd } = this.#store;
    return {
      ohlc: within(ohlc, from, to),
      metrics: within(metrics, from, to),
      cvd: within(cvd, from, to),
    };
  }

  /**
   * Return the CVD at the end of the last bar before a time, if that bar is still there.
   *
   * @param {number} time
   */
  cvdBefore(time) {
    const { cvd } = this.#store;
    return cvd[indexOfKey(cvd, time) - 1]?.[CVD.close];
  }

  /**
   * @param {number | null} time
   * @returns {Newest}
   */
  at(time) {
    const { ohlc, metrics, cvd } = this.#store;
    return { ohlc: barAt(ohlc, time), metrics: barAt(metrics, time), cvd: barAt(cvd, time) };
  }
}

/**
 * @param {Bar[]} bars
 * @param {number | null} time
 */
function barAt(bars, time) {
  const bar = time === null ? undefined : bars[indexOfKey(bars, time)];
  return bar?.[0] === time ? bar : undefined;
}
