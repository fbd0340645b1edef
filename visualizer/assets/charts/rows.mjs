// The rows of the charts: where each lies, which values it spans, and which value is at which height.
import { CVD, OBI, OHLC, TOT } from "../core/columns.mjs";

/** @import { Bars, ChartRow, Placed, PlacedRow, Range, Ranges } from "../core/types.d.ts" */

/** What the axes need around the rows, px. */
export const MARGIN = { left: 6, right: 78, top: 4, bottom: 38 };
const ROW_GAP_PX = 10;

/**
 * The rows from top to bottom: key, name, axis, share of the height.
 *
 * @type {ChartRow[]}
 */
export const ROWS = [
  { key: "price", name: "Price", axis: "y", weight: 46 },
  { key: "volume", name: "Volume", axis: "y2", weight: 11 },
  { key: "obi", name: "OBI", axis: "y3", weight: 17 },
  { key: "tot", name: "TOT", axis: "y4", weight: 10 },
  { key: "cvd", name: "CVD", axis: "y5", weight: 16 },
];

/**
 * Return where each shown row lies, in pixels of a chart of this size.
 *
 * @param {string[]} shownKeys
 * @param {number} width
 * @param {number} height
 * @returns {Placed}
 */
export function placeRows(shownKeys, width, height) {
  const shown = ROWS.filter((row) => row.key === "price" || shownKeys.includes(row.key));
  const plot = {
    left: MARGIN.left,
    top: MARGIN.top,
    width: Math.max(width - MARGIN.left - MARGIN.right, 10),
    height: Math.max(height - MARGIN.top - MARGIN.bottom, 10),
  };
  const weights = shown.reduce((sum, row) => sum + row.weight, 0);
  const free = plot.height - ROW_GAP_PX * (shown.length - 1);
  let top = plot.top;
  const rows = shown.map((row) => {
    const rowHeight = (free * row.weight) / weights;
    const placed = { ...row, top, height: rowHeight };
    top += rowHeight + ROW_GAP_PX;
    return placed;
  });
  return { plot, rows };
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
