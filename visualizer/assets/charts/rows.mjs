// The rows of the charts: where each lies, which values it spans, and which value is at which height.
import { CVD, OBI, OHLC, TOT } from "../core/columns.mjs";

/**
 * @import { Bars, Box, ChartRow, PixelSize, PlacedRow, Range, Ranges } from "../core/types.d.ts"
 */

/** What the axis of time and the edges need around the rows, px. */
const MARGIN = { left: 6, top: 4, bottom: 38 };
const ROW_GAP_PX = 10;

/**
 * The rows from top to bottom: key, name, share of the height.
 *
 * @type {ChartRow[]}
 */
const ROWS = [
  { key: "price", name: "Price", weight: 46 },
  { key: "volume", name: "Volume", weight: 11 },
  { key: "obi", name: "OBI", weight: 17 },
  { key: "tot", name: "TOT", weight: 10 },
  { key: "cvd", name: "CVD", weight: 16 },
];

/**
 * Return where each shown row lies, in CSS pixels of a chart of this size; all edges are on whole
 * pixels of the device.
 *
 * @param {string[]} shownKeys
 * @param {PixelSize} size
 * @returns {PlacedRow[]}
 */
export function placeRows(shownKeys, { height, ratio }) {
  const shown = ROWS.filter((row) => row.key === "price" || shownKeys.includes(row.key));
  const weights = shown.reduce((sum, row) => sum + row.weight, 0);
  const all = Math.max(height - MARGIN.top - MARGIN.bottom, 10);
  const free = all - ROW_GAP_PX * (shown.length - 1);
  let next = MARGIN.top;
  return shown.map((row) => {
    const top = whole(next, ratio);
    next += (free * row.weight) / weights;
    const placed = { ...row, top, height: whole(next, ratio) - top };
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
 * @returns {Ranges}
 */
export function fitRanges(bars, obiScale) {
  /** @type {Ranges} */
  const ranges = {
    price: padded(extent(bars.ohlc, OHLC.low, OHLC.high), 0.06, 0.14), // the read-out lies at the top
    volume: [0, (extent(bars.ohlc, OHLC.volume, OHLC.volume)?.[1] ?? 1) * 1.12 || 1],
    obi: [-1, 1],
    tot: padded(extent(bars.metrics, TOT.low, TOT.high), 0.12),
    cvd: padded(extent(bars.cvd, CVD.low, CVD.high), 0.08),
  };
  const obi = extent(bars.metrics, OBI.low, OBI.high);
  if (obiScale !== "fixed" && obi) {
    ranges.obi = padded([Math.min(obi[0], 0), Math.max(obi[1], 0)], 0.08);
  }
  return ranges;
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
 * @param {readonly (readonly number[])[]} rows
 * @param {number} lowColumn
 * @param {number} highColumn
 * @returns {Range | null}
 */
function extent(rows, lowColumn, highColumn) {
  let low = Infinity;
  let high = -Infinity;
  for (const row of rows) {
    low = Math.min(low, row[lowColumn]);
    high = Math.max(high, row[highColumn]);
  }
  return low <= high ? [low, high] : null;
}

/**
 * @param {Range | null} pair
 * @param {number} share
 * @param {number} shareAbove
 * @returns {Range}
 */
function padded(pair, share, shareAbove = share) {
  if (!pair) {
    return [0, 1];
  }
  const [low, high] = pair;
  const extentOrSome = high - low || Math.abs(high) * 0.02 || 10;
  return [low - extentOrSome * share, high + extentOrSome * shareAbove];
}
