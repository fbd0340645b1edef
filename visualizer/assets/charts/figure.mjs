// Plotly's layout of the charts' rows.
import { gapsOf } from "../core/view.mjs";
import { MARGIN, valueAt } from "./rows.mjs";
import { timeTicks, valueTicks } from "./ticks.mjs";

/**
 * @import { Bars, Keyed, Layout, Palette, Placed, PlacedTag } from "../core/types.d.ts"
 * @import { Range, Ranges, Size } from "../core/types.d.ts"
 */

/**
 * Return Plotly's `layout` for rows of `placeRows`, ranges of `fitRanges` and tags of `placeTags`.
 *
 * @param {object} drawing
 * @param {Placed} drawing.placed
 * @param {Ranges} drawing.ranges
 * @param {Range} drawing.range
 * @param {Bars} drawing.bars
 * @param {Palette} drawing.colors
 * @param {number} drawing.decimals
 * @param {PlacedTag[]} drawing.tags
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
  tags,
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
    const tag = tags.find(({ key }) => key === row.key);
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
        tag && valueAt(tag.y, row, ranges[row.key]),
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
