// What is drawn of the bars in every row: groups of marks, areas and lines, each of one colour.
import { CVD, OBI, OHLC, TOT } from "../../core/columns.mjs";
import { deltaOf, lineValue } from "../rows.mjs";
import { tonesOf, WAYS } from "../tones.mjs";
import { baseAt } from "./anchor.mjs";
import { candles, columns, ranges } from "./candles.mjs";
import { edgesOf } from "./edges.mjs";
import { partedAt, piecesOf } from "./lines.mjs";
import { xOf } from "./time_axis.mjs";

/**
 * @import { Anchor, Bar, Bars, Edges, Line, Palette, Point } from "../../core/types.d.ts"
 * @import { Range, Ranges, Rect, RowKey, RowMarks, TimeAxis } from "../../core/types.d.ts"
 */

/**
 * @typedef {object} Ground what the bars of all rows are placed on, px of the device
 * @property {TimeAxis} axis
 * @property {{ key: RowKey, clip: Rect }[]} rows
 * @property {Ranges} ranges
 * @property {Anchor} anchor
 * @property {string} obiShape
 * @property {number} windowMs
 * @property {number} hair
 * @property {number} ratio
 * @property {Palette} colors
 */

/**
 * @typedef {object} Scales where times and values are, and how broad a bar is, px of the device
 * @property {(time: number) => number} x
 * @property {(value: number) => number} y
 * @property {number} slot
 * @property {Edges} edges
 */

/**
 * @typedef {object} Drawn what there is to draw in a row
 * @property {Bars} bars
 * @property {Bar | undefined} before the bar ahead of these, which a line goes on from
 * @property {Ground} ground
 * @property {Scales} scales
 */

const LINE_PX = 1; // a hair of a device: a broader stroke of a thousand points takes 7 ms without a GPU
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
  const { axis, windowMs, hair } = ground;
  const slot = (windowMs / (axis.range[1] - axis.range[0])) * axis.width;
  const edges = edgesOf(slot, hair);
  /** @param {number} time */
  const x = (time) => xOf(axis, time);
  return ground.rows.map(({ key, clip }) => {
    const scales = { x, y: heightIn(clip, ground.ranges[key]), slot, edges };
    const made = MAKERS[key]({ bars, before, ground, scales });
    return { key, clip, groups: [], areas: [], lines: [], ...made };
  });
}

/** @type {Record<RowKey, (drawn: Drawn) => Partial<RowMarks>>} */
const MAKERS = {
  price: ({ bars, ground, scales }) => ({
    groups: candles("price", bars.ohlc, OHLC, tonesOf(ground.colors), scales),
  }),
  volume: ({ bars, ground, scales }) => {
    /** @param {Bar} bar */
    const volume = (bar) => bar[OHLC.volume];
    const delta = deltasInOrder(bars.cvd);
    return { groups: columns("volume", bars.ohlc, volume, delta, tonesOf(ground.colors), scales) };
  },
  delta: ({ bars: { cvd }, ground: { colors, hair }, scales }) => ({
    groups: columns("delta", cvd, deltaOf, deltaOf, tonesOf(colors), scales, hair),
  }),
  obi: (drawn) => (drawn.ground.obiShape === "candles" ? obiCandles(drawn) : obiLine(drawn)),
  tot: ({ bars, before, ground, scales }) => ({
    groups: [ranges("tot range", bars.metrics, TOT, ground.colors.totBand, scales)],
    lines: [
      lineOf("tot", ground.colors.tot, linePieces(bars, before, TOT, ground, scales), ground),
    ],
  }),
  cvd: ({ bars, ground, scales }) => ({
    groups: candles("cvd", bars.cvd, CVD, tonesOf(ground.colors), scales, (time) =>
      baseAt(ground.anchor, time),
    ),
  }),
};

/**
 * Return what tells the delta at the time of a bar, for bars asked for in the order of time.
 *
 * @param {Bar[]} cvd
 * @returns {(bar: Bar) => number}
 */
function deltasInOrder(cvd) {
  let at = 0;
  return ([time]) => {
    while (at < cvd.length && cvd[at][0] < time) {
      at += 1;
    }
    return cvd[at]?.[0] === time ? deltaOf(cvd[at]) : 0;
  };
}

/** @param {Drawn} drawn */
function obiCandles({ bars, ground: { colors }, scales }) {
  const tones = { ...tonesOf(colors), up: colors.obiUp, down: colors.obiDown };
  return { groups: candles("obi", bars.metrics, OBI, tones, scales) };
}

/** @param {Drawn} drawn */
function obiLine({ bars, before, ground, scales }) {
  const { colors } = ground;
  const zero = scales.y(0);
  const sides = partedAt(linePieces(bars, before, OBI, ground, scales), zero);
  const tones = tonesOf(colors);
  return {
    groups: [ranges("obi range", bars.metrics, OBI, colors.obiBand, scales)],
    areas: [
      { name: "obi up", color: colors.upFill, base: Math.round(zero), pieces: sides.up },
      { name: "obi down", color: colors.downFill, base: Math.round(zero), pieces: sides.down },
    ],
    lines: WAYS.map((way) => lineOf(`obi ${way}`, tones[way], sides[way], ground)),
  };
}

/**
 * @param {Bars} bars
 * @param {Bar | undefined} before
 * @param {typeof OBI} places
 * @param {Ground} ground
 * @param {Scales} scales
 */
function linePieces({ metrics }, before, places, { windowMs }, scales) {
  const joined = before ? [before, ...metrics] : metrics;
  return piecesOf(joined, (bar) => lineValue(bar, places), windowMs, scales);
}

/**
 * @param {string} name
 * @param {string} color
 * @param {Point[][]} pieces
 * @param {Ground} ground
 * @returns {Line}
 */
function lineOf(name, color, pieces, { ratio }) {
  return { name, color, width: LINE_PX * ratio, dot: DOT_PX * ratio, pieces };
}

/**
 * @param {Rect} clip
 * @param {Range} range
 * @returns {(value: number) => number}
 */
function heightIn([, top, , height], [low, high]) {
  return (value) => top + height * (1 - (value - low) / (high - low));
}
