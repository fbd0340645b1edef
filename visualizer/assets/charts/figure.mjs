// Where the charts' rows lie and which values they span, and Plotly's layout for them.

import { CVD, OBI, OHLC, TOT } from "../core/columns.mjs";
import { gapsOf } from "../core/view.mjs";
import { timeTicks, valueTicks } from "./ticks.mjs";

/**
 * @import { Bars, ChartRow, Keyed, Layout, Palette, Placed } from "../core/types.d.ts"
 * @import { Range, Ranges, RowKey, Size } from "../core/types.d.ts"
 */

const MARGIN = { left: 6, right: 78, top: 4, bottom: 38 };
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
 * Return Plotly's `layout` for rows placed by `placeRows` with ranges of `fitRanges`.
 *
 * @param {object} drawing
 * @param {Placed} drawing.placed
 * @param {Ranges} drawing.ranges
 * @param {Range} drawing.range
 * @param {Bars} drawing.bars
 * @param {Palette} drawing.colors
 * @param {number} drawing.decimals
 * @param {Partial<Record<RowKey, number>>} drawing.tagged
 * @param {number} drawing.windowMs
 * @param {Size} drawing.size
 */
export function makeLayout({
  placed,
  ranges,
  range,
  bars,
  colors,
  decimals,
  tagged,
  windowMs,
  size,
}) {
  /** @type {Layout} */
  const layout = {
    width: size.width,
    height: size.height,
    margin: { l: MARGIN.left, r: MARGIN.right, t: MARGIN.top, b: MARGIN.bottom },
    paper_bgcolor: colors.paper,
    plot_bgcolor: colors.paper,
    font: { family: "system-ui, sans-serif", size: 11, color: colors.axis },
    showlegend: false,
    hovermode: false,
    shapes: gapShapes(bars.ohlc, windowMs, colors),
    xaxis: {
      type: "linear",
      range,
      anchor: placed.rows[placed.rows.length - 1].axis,
      rangeslider: { visible: false },
      gridcolor: colors.grid,
      zeroline: false,
      ticks: "outside",
      ticklen: 4,
      tickcolor: colors.grid,
      ticklabeloverflow: "allow",
      ...timeTicks(range, placed.plot.width),
    },
  };
  for (const row of placed.rows) {
    layout[row.axis.replace("y", "yaxis")] = {
      type: "linear", // or Plotly would look for dates among the values
      domain: [
        1 - (row.top + row.height - placed.plot.top) / placed.plot.height,
        1 - (row.top - placed.plot.top) / placed.plot.height,
      ].map((share) => Math.min(Math.max(share, 0), 1)),
      range: ranges[row.key],
      side: "right",
      gridcolor: colors.grid,
      zeroline: row.key === "obi" || row.key === "cvd",
      zerolinecolor: colors.zero,
      zerolinewidth: 1,
      ticklabeloverflow: "allow",
      ...valueTicks(
        ranges[row.key],
        row.height,
        row.key === "price" ? decimals : 0,
        tagged[row.key],
      ),
    };
  }
  return layout;
}

/**
 * Make one path of all gaps: hundreds of shapes would cost more than all the bars.
 *
 * @param {Keyed[]} rows
 * @param {number} windowMs
 * @param {Palette} colors
 */
function gapShapes(rows, windowMs, colors) {
  const gaps = gapsOf(rows, windowMs);
  if (gaps.length === 0) {
    return [];
  }
  return [
    {
      type: "path",
      xref: "x",
      yref: "paper",
      layer: "below",
      path: gaps.map(gapPath).join(""),
      fillcolor: colors.gap,
      line: { width: 0 },
    },
  ];
}

/** @param {Range} gap */
function gapPath([from, to]) {
  return `M${from},0L${from},1L${to},1L${to},0Z`;
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
