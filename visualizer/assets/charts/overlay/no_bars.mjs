// What stands in for bars where there are none: what is waited for, or the way back to some.
import { followNewest } from "../../core/actions.mjs";
import { byId, element } from "../../core/dom.mjs";
import { utc } from "../../core/format.mjs";
import { moved, nearest } from "../../core/view.mjs";

/**
 * @import { Settings } from "../../core/settings.mjs"
 * @import { BarSource, PageState, Range, Times } from "../../core/types.d.ts"
 */

export class NoBars {
  #bars;
  #settings;
  #root = byId("charts-empty");
  #text = element("p");
  #newest = element("button", "button", "Show the newest");
  #nearest = element("button", "button", "Show the nearest data");
  /** @type {Range | null} */
  #range = null;

  /**
   * @param {BarSource} bars
   * @param {Settings} settings
   */
  constructor(bars, settings) {
    this.#bars = bars;
    this.#settings = settings;
    const ways = element("p", "ways");
    ways.append(this.#nearest, this.#newest);
    this.#text.textContent = this.#root.textContent;
    this.#root.replaceChildren(this.#text, ways);
    this.#newest.addEventListener("click", () => followNewest(settings));
    this.#nearest.addEventListener("click", () => this.#goToNearest());
    this.#newest.hidden = this.#nearest.hidden = true;
  }

  /**
   * Say why there are no bars, or nothing where there are some in view.
   *
   * @param {Range | null} range what is in view, null while there are no bars at all
   * @param {PageState | null} state
   */
  show(range, state) {
    this.#range = range;
    const isEmpty = range !== null && this.#isEmpty(range);
    this.#root.hidden = range !== null && !isEmpty;
    this.#newest.hidden = !isEmpty;
    this.#nearest.hidden = !isEmpty || this.#nearestTime(range) === this.#bars.times().last;
    if (isEmpty) {
      const [from, to] = range.map((time) => utc(time, range[1] - range[0] < 600_000));
      this.#write(`No bars from ${from} to ${to} UTC`);
    } else if (range === null && state) {
      this.#write(state.title ?? `No bars (${state.label})`);
    }
  }

  /** @param {Range} range */
  #isEmpty([from, to]) {
    const half = this.#bars.windowMs / 2; // of a bar whose middle is out of view there is a part
    const { ohlc, metrics, cvd } = this.#bars.within(from - half, to + half);
    const isKnown = this.#bars.isKnown?.(from, to) ?? true; // what is on its way is not missing
    return isKnown && ohlc.length + metrics.length + cvd.length === 0;
  }

  /** @param {Range} range */
  #nearestTime(range) {
    return nearestTo(range, this.#bars.times());
  }

  #goToNearest() {
    const range = this.#range;
    const time = range && this.#nearestTime(range);
    if (range && time !== null) {
      const half = (range[1] - range[0]) / 2;
      const { held } = this.#settings.values;
      const times = this.#bars.times();
      const there = /** @type {Range} */ ([time - half, time + half]);
      this.#settings.set(moved(there, times, this.#bars.windowMs, held));
    }
  }

  /** @param {string} text */
  #write(text) {
    if (this.#text.textContent !== text) {
      this.#text.textContent = text;
    }
  }
}

/**
 * Return the time of the bar that is nearest to a range, null without bars.
 *
 * @param {Range} range
 * @param {Times} times
 */
export function nearestTo([from, to], { first, last, rows }) {
  if (first === null || from >= last) {
    return last;
  }
  return to <= first ? first : (rows[nearest(rows, (from + to) / 2)]?.[0] ?? last);
}
