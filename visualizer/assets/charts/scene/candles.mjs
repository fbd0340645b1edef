// Bars as marks of whole pixels: bodies with wicks, or boxes between two values.
import { toneOf, WAYS } from "../tones.mjs";

/**
 * @import { Bar, CandlePlaces, Group, Mark, Rect } from "../../core/types.d.ts"
 * @import { Scales } from "./marks.mjs"
 */

/** @typedef {Record<typeof WAYS[number], string>} Tones */

/**
 * Return bars as candles, in a group for each way they went.
 *
 * @param {string} name
 * @param {Bar[]} bars
 * @param {CandlePlaces} places
 * @param {Tones} tones
 * @param {Scales} scales
 * @param {(time: number) => number} baseAt what is to be taken off the values
 */
export function candles(name, bars, places, tones, scales, baseAt = () => 0) {
  const groups = groupsOf(name, tones);
  for (const bar of bars) {
    const time = bar[0];
    const base = baseAt(time);
    const [open, close] = [bar[places.open] - base, bar[places.close] - base];
    const [high, low] = [bar[places.high] - base, bar[places.low] - base];
    const way = toneOf(bar[places.close] - bar[places.open]);
    groups[way].marks.push(candle(time, open, high, low, close, scales));
  }
  return Object.values(groups);
}

/**
 * @param {number} time
 * @param {number} open
 * @param {number} high
 * @param {number} low
 * @param {number} close
 * @param {Scales} scales
 * @returns {Mark}
 */
function candle(time, open, high, low, close, { x, y, edges }) {
  const left = Math.round(x(time) - edges.body / 2);
  if (edges.isRange) {
    return { time, body: box(left, edges.body, y(high), y(low), edges.wick), wick: null };
  }
  const [above, below] = [y(Math.max(open, close)), y(Math.min(open, close))];
  const body = box(left, edges.body, above, below, edges.wick);
  const wick = box(left + edges.inset, edges.wick, y(high), y(low), edges.wick);
  return { time, body, wick };
}

/**
 * Return columns between 0 and a value of each bar, in a group for each way of `changeIn`.
 *
 * @param {string} name
 * @param {Bar[]} bars
 * @param {(bar: Bar) => number} valueIn
 * @param {(bar: Bar) => number} changeIn
 * @param {Tones} tones
 * @param {Scales} scales
 * @param {number} least how high a column is at least, px
 */
export function columns(name, bars, valueIn, changeIn, tones, { x, y, edges }, least = 0) {
  const groups = groupsOf(name, tones);
  const zero = y(0);
  for (const bar of bars) {
    const left = Math.round(x(bar[0]) - edges.body / 2);
    const end = y(valueIn(bar));
    const body = box(left, edges.body, Math.min(end, zero), Math.max(end, zero), least);
    groups[toneOf(changeIn(bar))].marks.push({ time: bar[0], body, wick: null });
  }
  return Object.values(groups);
}

/**
 * Return the stretches from low to high of bars, side by side without a gap.
 *
 * @param {string} name
 * @param {Bar[]} bars
 * @param {CandlePlaces} places
 * @param {string} color
 * @param {Scales} scales
 * @returns {Group}
 */
export function ranges(name, bars, places, color, { x, y, slot }) {
  const marks = bars.map((bar) => {
    const middle = x(bar[0]);
    const left = Math.round(middle - slot / 2);
    const width = Math.round(middle + slot / 2) - left;
    const body = box(left, width, y(bar[places.high]), y(bar[places.low]), 0);
    return { time: bar[0], body, wick: null };
  });
  return { name, color, marks };
}

/**
 * Return a rectangle between two heights, at least `least` high.
 *
 * @param {number} left
 * @param {number} width
 * @param {number} from
 * @param {number} to
 * @param {number} least
 * @returns {Rect}
 */
function box(left, width, from, to, least) {
  const [top, bottom] = [Math.round(from), Math.round(to)];
  return bottom - top >= least
    ? [left, top, width, bottom - top]
    : [left, Math.round((from + to - least) / 2), width, least];
}

/**
 * @param {string} name
 * @param {Tones} tones
 */
function groupsOf(name, tones) {
  /** @param {typeof WAYS[number]} way @returns {Group} */
  const group = (way) => ({ name: `${name} ${way}`, color: tones[way], marks: [] });
  return { up: group("up"), down: group("down"), even: group("even") };
}
