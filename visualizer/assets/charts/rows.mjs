// The rows of the charts: where each lies, which values it spans, and which value is at which height.
import { CVD, OBI, OHLC, TOT } from "../core/columns.mjs";
import { baseAt } from "./scene/anchor.mjs";

/**
 * @import { Anchor, Bar, Bars, Box, ChartRow, LinePlaces } from "../core/types.d.ts"
 * @import { PixelSize, PlacedRow, Range, Ranges } from "../core/types.d.ts"
 */

/** What the axis of time and the edges need around the rows, px. */
const MARGIN = { left: 6, top: 2, bottom: 38 };
const ROW_GAP_PX = 5;
const STRIP = { linePx: 15, edgePx: 3 };
const NARROW_PX = 660; // below that the price's read-out takes two lines

/**
 * The rows from top to bottom: key, name, share of the height.
 *
 * @type {ChartRow[]}
 */
const ROWS = [
  { key: "price", name: "Price", weight: 60 },
  { key: "volume", name: "Volume", weight: 11 },
  { key: "delta", name: "Delta", weight: 10 },
  { key: "obi", name: "OBI", weight: 16 },
  { key: "tot", name: "TOT", weight: 9 },
  { key: "cvd", name: "CVD", weight: 16 },
];

/**
 * Say whether a chart is so narrow that read-outs have to be short.
 *
 * @param {{ width: number }} size
 */
export function isNarrow({ width }) {
  return width < NARROW_PX;
}

/**
 * Return where each shown row lies, in CSS pixels of a chart of this size, below a strip that is
 * kept free for its read-out; all edges are on whole pixels of the device.
 *
 * @param {string[]} shownKeys
 * @param {PixelSize} size
 * @returns {PlacedRow[]}
 */
export function placeRows(shownKeys, size) {
  const { height, ratio } = size;
  const shown = ROWS.filter((row) => row.key === "price" || shownKeys.includes(row.key));
  const weights = shown.reduce((sum, row) => sum + row.weight, 0);
  const all = Math.max(height - MARGIN.top - MARGIN.bottom, 10);
  const strips = shown.map(
    ({ key }) => (key === "price" && isNarrow(size) ? 2 : 1) * STRIP.linePx + STRIP.edgePx,
  );
  const taken = strips.reduce((sum, px) => sum + px, ROW_GAP_PX * (shown.length - 1));
  const free = Math.max(all - taken, shown.length * 5);
  let next = MARGIN.top;
  return shown.map((row, index) => {
    const strip = whole(next, ratio);
    next += strips[index];
    const top = whole(next, ratio);
    next += (free * row.weight) / weights;
    const placed = { ...row, strip, top, height: whole(next, ratio) - top };
    next += ROW_GAP_PX;
    return placed;
  });
}

/**
 * Return where all rows lie, beside a value axis so broad.
 *
 * @param {PixelSize} size
 * @param {number} axisPx
 * @returns {Box}
 */
export function placePlot({ width, height, ratio }, axisPx) {
  const [left, top] = [whole(MARGIN.left, ratio), whole(MARGIN.top, ratio)];
  return {
    left,
    top,
    width: whole(Math.max(width - MARGIN.left - axisPx, 10), ratio),
    height: whole(Math.max(height - MARGIN.bottom, MARGIN.top + 10), ratio) - top,
  };
}

/**
 * Return the nearest edge of the device's pixels.
 *
 * @param {number} px
 * @param {number} ratio
 */
function whole(px, ratio) {
  return Math.round(px * ratio) / ratio;
}

/**
 * Return the y range of every row that fits the bars in view: `[low, high]` by row key.
 *
 * @param {Bars} bars
 * @param {string} obiScale
 * @param {Anchor} anchor
 * @returns {Ranges}
 */
export function fitRanges({ ohlc, metrics, cvd }, obiScale, anchor) {
  const obi = withZero(extent(metrics, lowestOf(OBI), highestOf(OBI)));
  /** @param {number} column @returns {ValueOf} */
  const anchored = (column) => (bar) => bar[column] - baseAt(anchor, bar[0]);
  return {
    price: padded(extent(ohlc, at(OHLC.low), at(OHLC.high)), 0.06),
    volume: [0, (extent(ohlc, at(OHLC.volume), at(OHLC.volume))?.[1] ?? 1) * 1.08 || 1],
    delta: padded(withZero(extent(cvd, deltaOf, deltaOf)), 0.08),
    obi: obiScale === "fixed" || !obi ? [-1, 1] : padded(obi, 0.08),
    tot: padded(extent(metrics, lowestOf(TOT), highestOf(TOT)), 0.08),
    cvd: padded(extent(cvd, anchored(CVD.low), anchored(CVD.high)), 0.08),
  };
}

/** @typedef {(bar: Bar) => number} ValueOf */

/**
 * Return how much more was bought than sold in a bar of CVD.
 *
 * @param {Bar} bar
 */
export function deltaOf(bar) {
  return bar[CVD.close] - bar[CVD.open];
}

/**
 * Say whether a bar has the time-weighted mean, which only the history knows.
 *
 * @param {Bar | undefined} bar
 * @param {LinePlaces} places
 */
export function hasMean(bar, { mean }) {
  return Number.isFinite(bar?.[mean]);
}

/**
 * Return what the line of OBI or TOT shows of a bar: the mean where it is known, else the close.
 *
 * @param {Bar} bar
 * @param {LinePlaces} places
 */
export function lineValue(bar, places) {
  return bar[hasMean(bar, places) ? places.mean : places.close];
}

/**
 * @param {number} column
 * @returns {ValueOf}
 */
function at(column) {
  return (bar) => bar[column];
}

/**
 * Return what tells the lowest that is drawn of a bar: its mean is also of the time before its
 * first sample, and may be beyond all of these.
 *
 * @param {LinePlaces} places
 * @returns {ValueOf}
 */
function lowestOf(places) {
  return (bar) => Math.min(bar[places.low], lineValue(bar, places));
}

/**
 * @param {LinePlaces} places
 * @returns {ValueOf}
 */
function highestOf(places) {
  return (bar) => Math.max(bar[places.high], lineValue(bar, places));
}

/**
 * Return the height of a value in the chart, px from its top; beyond the row where it is not in it.
 *
 * @param {number} value
 * @param {PlacedRow} row
 * @param {Range} range
 */
export function heightOf(value, row, [low, high]) {
  return row.top + row.height * (1 - (value - low) / (high - low));
}

/**
 * Return the value at a height of the chart.
 *
 * @param {number} y
 * @param {PlacedRow} row
 * @param {Range} range
 */
export function valueAt(y, row, [low, high]) {
  return high - ((y - row.top) / row.height) * (high - low);
}

/**
 * @param {Bar[]} bars
 * @param {ValueOf} lowOf
 * @param {ValueOf} highOf
 * @returns {Range | null}
 */
function extent(bars, lowOf, highOf) {
  let low = Infinity;
  let high = -Infinity;
  for (const bar of bars) {
    low = Math.min(low, lowOf(bar));
    high = Math.max(high, highOf(bar));
  }
  return low <= high ? [low, high] : null;
}

/**
 * @param {Range | null} pair
 * @returns {Range | null}
 */
function withZero(pair) {
  return pair && [Math.min(pair[0], 0), Math.max(pair[1], 0)];
}

/**
 * @param {Range | null} pair
 * @param {number} share
 * @returns {Range}
 */
function padded(pair, share) {
  if (!pair) {
    return [0, 1];
  }
  const [low, high] = pair;
  const extentOrSome = high - low || Math.abs(high) * 0.02 || 10;
  return [low - extentOrSome * share, high + extentOrSome * share];
}
