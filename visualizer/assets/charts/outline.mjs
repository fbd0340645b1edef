// Candles and bars as one outline, so that a single path draws all of a row's in one colour.
//
// Plotly's candlestick and bar traces keep an element for each bar and redraw each of them at
// every update, which costs several times what all the rest of the page does.

/** @import { Edges } from "../core/types.d.ts" */

const BODY_SHARE = 0.75;
const WICK_PX = 1;

/**
 * Return the edges of a bar's body and of its wick, in ms from the bar's middle.
 *
 * Both are whole pixels wide. From three pixels on a body is so odd that the wick is in its
 * middle; one of two pixels has it to the left, for a gap between bars counts for more.
 *
 * @param {number} windowMs
 * @param {number} msPerPx
 * @returns {Edges}
 */
export function edgesOf(windowMs, msPerPx) {
  const free = Math.max(Math.floor((windowMs / msPerPx) * BODY_SHARE), WICK_PX);
  const bodyPx = free > 2 && free % 2 === 0 ? free - 1 : free;
  const left = -bodyPx / 2;
  const wickLeft = left + Math.floor((bodyPx - WICK_PX) / 2);
  return {
    left: left * msPerPx,
    right: -left * msPerPx,
    wickLeft: wickLeft * msPerPx,
    wickRight: (wickLeft + WICK_PX) * msPerPx,
  };
}

/**
 * The points of a Plotly trace that is filled to itself, `x` and `y`.
 *
 * One bar leads to the next along `base`, there and back on the same line, which fills nothing:
 * with gaps between them Plotly would make an element of each again.
 */
export class Outline {
  /** @type {number[]} */
  x = [];
  /** @type {number[]} */
  y = [];
  #base;
  #edges;

  /**
   * @param {number} base
   * @param {Edges} edges
   */
  constructor(base, edges) {
    this.#base = base;
    this.#edges = edges;
  }

  /**
   * Add a body with its wick; a body less than `least` high is made so high, and the wick ends no
   * earlier: an end within the body would cut a hole into it.
   *
   * @param {number} time
   * @param {readonly [open: number, high: number, low: number, close: number]} prices
   * @param {number} least
   */
  candle(time, [open, high, low, close], least) {
    const middle = (open + close) / 2;
    const bottom = Math.min(open, close, middle - least / 2);
    const top = Math.max(open, close, middle + least / 2);
    const [lowest, highest] = [Math.min(low, bottom), Math.max(high, top)];
    const base = this.#base;
    const [left, right] = [time + this.#edges.left, time + this.#edges.right];
    const [inLeft, inRight] = [time + this.#edges.wickLeft, time + this.#edges.wickRight];
    this.x.push(left, left, inLeft, inLeft, inRight, inRight, right);
    this.y.push(base, bottom, bottom, lowest, lowest, bottom, bottom);
    this.x.push(right, inRight, inRight, inLeft, inLeft, left, left);
    this.y.push(top, top, highest, highest, top, top, base);
  }

  /**
   * Add a rectangle from `low` to `high`.
   *
   * @param {number} time
   * @param {number} low
   * @param {number} high
   */
  box(time, low, high) {
    const [left, right] = [time + this.#edges.left, time + this.#edges.right];
    this.x.push(left, left, right, right, left, left);
    this.y.push(this.#base, low, low, high, high, this.#base);
  }
}
