// Which stretch of time the charts show, and how buttons, keys and hands move it.
import { moved, panned, pivotOf, rangeOf, zoomed } from "../core/view.mjs";

/**
 * @import { Settings } from "../core/settings.mjs"
 * @import { BarSource, Range } from "../core/types.d.ts"
 */

export class Moves {
  #bars;
  #settings;

  /**
   * @param {BarSource} bars
   * @param {Settings} settings
   */
  constructor(bars, settings) {
    this.#bars = bars;
    this.#settings = settings;
  }

  /** Return the range in view, [from, to] in ms, or null without bars. */
  range() {
    return rangeOf(this.#settings.values, this.#bars.times(), this.#bars.windowMs);
  }

  /**
   * Move the view by a share of its width.
   *
   * @param {number} share
   */
  pan(share) {
    const range = this.range();
    if (range) {
      this.#moveTo(panned(range, share, this.#bars.times()));
    }
  }

  /**
   * Make the view `factor` times as wide, around a time or else its end with the newest bar.
   *
   * @param {number} factor
   * @param {number | null} anchor
   */
  zoom(factor, anchor = null) {
    const range = this.range();
    if (range) {
      const times = this.#bars.times();
      const { windowMs } = this.#bars;
      const pivot = pivotOf(range, anchor, times, windowMs);
      this.#moveTo(zoomed(range, factor, pivot, times, windowMs));
    }
  }

  /** Show the oldest bar at the left edge. */
  showOldest() {
    const range = this.range();
    const { first } = this.#bars.times();
    if (range && first !== null) {
      const from = first - this.#bars.windowMs;
      this.#moveTo([from, from + range[1] - range[0]]);
    }
  }

  /** @param {Range} range */
  #moveTo(range) {
    const { held } = this.#settings.values;
    this.#settings.set(moved(range, this.#bars.times(), this.#bars.windowMs, held));
  }
}
