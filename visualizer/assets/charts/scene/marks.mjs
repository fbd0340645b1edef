// Bars as marks of whole pixels: candles, boxes and lines of every row, in groups of one colour.
import { CVD, OBI, OHLC, TOT } from "../../core/columns.mjs";
import { toneOf, tonesOf, WAYS } from "../tones.mjs";
import { edgesOf } from "./edges.mjs";
import { xOf } from "./time_axis.mjs";

/**
 * @import { Bar, Bars, CandlePlaces, Edges, Group, Line, Mark, Palette } from "../../core/types.d.ts"
 * @import { Point, Range, Ranges, Rect, RowKey, RowMarks, TimeAxis } from "../../core/types.d.ts"
 */

/**
 * @typedef {object} Ground what the bars of all rows are placed on, px of the device
 * @property {TimeAxis} axis
 * @property {{ key: RowKey, clip: Rect }[]} rows
 * @property {Ranges} ranges
 * @property {number} windowMs
 * @property {number} hair
 * @property {number} ratio
 * @property {Palette} colors
 */

/** @typedef {{ x: (time: number) => number, y: (value: number) => number, edges: Edges }} Scales */

const GAP_WINDOWS = 1.5;
const LINE_PX = 1.2;
const DOT_PX = 2;

/**
 * Return the marks of every row.
 *
 * A line goes on from `before`, the bar ahead of these.
 *
 * @param {Bars} bars
 * @param {Ground} ground
 * @param {Bar} [before]
 * @returns {RowMarks[]}
 */
export function marksOf(bars, ground, before) {
  const { colors, axis, windowMs, hair } = ground;
  const slot = (windowMs / (axis.range[1] - axis.range[0])) * axis.width;
  const edges = edgesOf(slot, hair);
  const tones = tonesOf(colors);
  const obiTones = { ...tones, up: colors.obiUp, down: colors.obiDown };
  return ground.rows.map(({ key, clip }) => {
    const y = heightIn(clip, ground.ranges[key]);
    const scales = { x: (/** @type {number} */ time) => xOf(axis, time), y, edges };
    /** @type {RowMarks} */
    const row = { key, clip, groups: [], lines: [] };
    if (key === "price") {
      row.groups = candles(key, bars.ohlc, OHLC, tones, scales);
    } else if (key === "volume") {
      row.groups = volumes(bars, tones, scales);
    } else if (key === "obi") {
      row.groups = candles(key, bars.metrics, OBI, obiTones, scales);
    } else if (key === "cvd") {
      row.groups = candles(key, bars.cvd, CVD, tones, scales);
    } else {
      row.groups = [totRanges(bars.metrics, colors.totBand, scales)];
      row.lines = [totLine(before ? [before, ...bars.metrics] : bars.metrics, ground, scales)];
    }
    return row;
  });
}

/**
 * @param {Rect} clip
 * @param {Range} range
 * @returns {(value: number) => number}
 */
function heightIn([, top, , height], [low, high]) {
  return (value) => top + height * (1 - (value - low) / (high - low));
}

/**
 * @param {RowKey} name
 * @param {Bar[]} bars
 * @param {CandlePlaces} places
 * @param {Record<typeof WAYS[number], string>} tones
 * @param {Scales} scales
 */
function candles(name, bars, places, tones, scales) {
  const groups = groupsOf(name, tones);
  for (const bar of bars) {
    const [open, close] = [bar[places.open], bar[places.close]];
    const [high, low] = [bar[places.high], bar[places.low]];
    groups[toneOf(close - open)].marks.push(candle(bar[0], [open, high, low, close], scales));
  }
  return Object.values(groups);
}

/**
 * @param {number} time
 * @param {readonly [open: number, high: number, low: number, close: number]} prices
 * @param {Scales} scales
 * @returns {Mark}
 */
function candle(time, [open, high, low, close], { x, y, edges }) {
  const left = Math.round(x(time) - edges.body / 2);
  if (edges.isRange) {
    return { time, body: box(left, edges.body, y(high), y(low), edges.wick), wick: null };
  }
  const body = box(
    left,
    edges.body,
    y(Math.max(open, close)),
    y(Math.min(open, close)),
    edges.wick,
  );
  const wick = box(left + edges.inset, edges.wick, y(high), y(low), edges.wick);
  return { time, body, wick };
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
 * @param {Bars} bars
 * @param {Record<typeof WAYS[number], string>} tones
 * @param {Scales} scales
 */
function volumes(bars, tones, { x, y, edges }) {
  const groups = groupsOf("volume", tones);
  const deltas = new Map(bars.cvd.map((bar) => [bar[0], bar[CVD.close] - bar[CVD.open]]));
  for (const bar of bars.ohlc) {
    const left = Math.round(x(bar[0]) - edges.body / 2);
    const [top, bottom] = [Math.round(y(bar[OHLC.volume])), Math.round(y(0))];
    /** @type {Rect} */
    const body = [left, top, edges.body, bottom - top];
    groups[toneOf(deltas.get(bar[0]) ?? 0)].marks.push({ time: bar[0], body, wick: null });
  }
  return Object.values(groups);
}

/**
 * @param {Bar[]} bars
 * @param {string} color
 * @param {Scales} scales
 * @returns {Group}
 */
function totRanges(bars, color, { x, y, edges }) {
  const marks = bars.map((bar) => {
    const left = Math.round(x(bar[0]) - edges.body / 2);
    const body = box(left, edges.body, y(bar[TOT.high]), y(bar[TOT.low]), 0);
    return { time: bar[0], body, wick: null };
  });
  return { name: "tot range", color, marks };
}

/**
 * @param {Bar[]} bars
 * @param {Ground} ground
 * @param {Scales} scales
 * @returns {Line}
 */
function totLine(bars, { colors, ratio, windowMs }, { x, y }) {
  /** @type {Point[][]} */
  const pieces = [];
  let before = -Infinity;
  for (const bar of bars) {
    if (bar[0] - before > windowMs * GAP_WINDOWS) {
      pieces.push([]); // a gap is not joined
    }
    pieces[pieces.length - 1].push([x(bar[0]), y(bar[TOT.close])]);
    before = bar[0];
  }
  return { name: "tot", color: colors.tot, width: LINE_PX * ratio, dot: DOT_PX * ratio, pieces };
}

/**
 * @param {string} name
 * @param {Record<typeof WAYS[number], string>} tones
 */
function groupsOf(name, tones) {
  /** @param {typeof WAYS[number]} way @returns {Group} */
  const group = (way) => ({ name: `${name} ${way}`, color: tones[way], marks: [] });
  return { up: group("up"), down: group("down"), even: group("even") };
}
