// The depth chart as Plotly takes it: cumulative size by price, each side outwards from its best.

import { roundStep } from "../core/digits.mjs";
import { tick } from "../core/format.mjs";
import { faded } from "../core/palette.mjs";
import { LARGEST_DRAWN } from "../core/plot_config.mjs";
import { bookFacts, cumulated } from "./book_facts.mjs";

/**
 * @import { CumulatedLevel, Depth, Figure, Palette, Range, Size, Ticks } from "../core/types.d.ts"
 * @import { Trace } from "../core/types.d.ts"
 */

const MARGIN = { left: 6, top: 6, bottom: 24 };
const LABEL_PX = 18; // above the curves
const CHARACTER_PX = 6.3;
const TICK_PX = 8;
const HEADROOM = 1.06;
const PRICES = 6; // of which labels have room
const SIZES = 5;
const ALONE = 0.01; // room beside a single price, as a share of it

/**
 * Return the depth chart under a label.
 *
 * @param {Depth} depth
 * @param {string} label
 * @param {Palette} colors
 * @param {Size} plotSize
 * @returns {Figure}
 */
export function depthFigure(depth, label, colors, plotSize) {
  const bids = cumulated(depth.bids);
  const asks = cumulated(depth.asks);
  const { midpoint } = bookFacts(depth);
  const levels = [...bids, ...asks];
  const most = Math.max(bids.at(-1)?.[2] ?? 0, asks.at(-1)?.[2] ?? 0) || 1;
  const sizes = levels.length ? roundTicks([0, most * HEADROOM], SIZES) : NO_TICKS;
  const right = TICK_PX + CHARACTER_PX * Math.max(6, ...sizes.ticktext.map((text) => text.length));
  const range = reachOf(
    levels.map((level) => level[0]),
    midpoint,
  );
  const width = plotSize.width - MARGIN.left - right;
  const prices = levels.length ? within(roundTicks(range, PRICES), range, width) : NO_TICKS;
  const axis = { type: "linear", gridcolor: colors.grid, zeroline: false };
  return {
    data: [side("bids", bids, colors.up), side("asks", asks, colors.down)],
    layout: {
      width: plotSize.width,
      height: plotSize.height,
      margin: { l: MARGIN.left, r: right, t: MARGIN.top + LABEL_PX, b: MARGIN.bottom },
      paper_bgcolor: colors.paper,
      plot_bgcolor: colors.paper,
      font: { family: "system-ui, sans-serif", size: 11, color: colors.axis },
      showlegend: false,
      hovermode: false,
      xaxis: { ...axis, range, tickangle: 0, ...prices },
      yaxis: { ...axis, range: [0, most * HEADROOM], side: "right", ...sizes },
      annotations: label ? [labelOf(label)] : [],
      shapes: midpoint === null ? [] : [lineAt(midpoint, colors)],
    },
  };
}

/**
 * Say whether Plotly can draw the book: its arithmetic has an end.
 *
 * @param {Depth} depth
 */
export function isDrawable({ bids, asks }) {
  return [cumulated(bids), cumulated(asks)].flat(2).every((number) => number < LARGEST_DRAWN);
}

/** @type {Ticks} */
const NO_TICKS = { tickvals: [], ticktext: [] };

/**
 * Draw a side: from the best price outwards each level adds its size, a step at its price.
 *
 * @param {string} name
 * @param {CumulatedLevel[]} levels
 * @param {string} color
 * @returns {Trace}
 */
function side(name, levels, color) {
  return {
    type: "scatter",
    mode: "lines",
    name,
    x: levels.map((level) => level[0]),
    y: levels.map((level) => level[2]),
    line: { shape: "hv", color, width: 1.4 },
    fill: "tozeroy",
    fillcolor: faded(color, 0.18),
    hoverinfo: "skip",
  };
}

/**
 * Give both sides the same width, so that the picture leans only where the book does; but there
 * are no prices below 0.
 *
 * @param {number[]} prices
 * @param {number | null} midpoint
 * @returns {Range}
 */
function reachOf(prices, midpoint) {
  if (prices.length === 0) {
    return [0, 1];
  }
  const low = Math.min(...prices);
  const high = Math.max(...prices);
  if (low === high) {
    return high > 0 ? [low * (1 - ALONE), high * (1 + ALONE)] : [0, 1];
  }
  if (midpoint === null) {
    return [low, high];
  }
  const half = Math.max(midpoint - low, high - midpoint);
  return [Math.max(midpoint - half, 0), midpoint + half];
}

/**
 * Return round numbers in a range, about as many as asked for.
 *
 * @param {Range} range
 * @param {number} about
 * @returns {Ticks}
 */
function roundTicks([low, high], about) {
  const step = roundStep((high - low) / about);
  const decimals = Math.max(-Math.floor(Math.log10(step) + 1e-9), 0);
  const first = Math.ceil(low / step);
  const tickvals = [];
  for (let count = 0; count <= Math.min(Math.floor(high / step) - first, 2 * about); count += 1) {
    tickvals.push((first + count) * step);
  }
  return { tickvals, ticktext: tickvals.map((value) => tick(value, decimals)) };
}

/**
 * Return the ticks without the labels that would be cut off at an edge, or run into each other.
 *
 * @param {Ticks} ticks
 * @param {Range} range
 * @param {number} width
 * @returns {Ticks}
 */
function within({ tickvals, ticktext }, [low, high], width) {
  let free = 0;
  const text = ticktext.map((label, index) => {
    const middle = ((tickvals[index] - low) / (high - low)) * width;
    const half = (label.length * CHARACTER_PX) / 2;
    if (middle - half < free || middle + half > width + TICK_PX) {
      return "";
    }
    free = middle + half + TICK_PX;
    return label;
  });
  return { tickvals, ticktext: text };
}

/** @param {string} text */
function labelOf(text) {
  return {
    ...{ xref: "paper", x: 0.5, xanchor: "center", yref: "paper", y: 1, yanchor: "bottom" },
    text,
    showarrow: false,
  };
}

/**
 * @param {number} midpoint
 * @param {Palette} colors
 */
function lineAt(midpoint, colors) {
  return {
    ...{ type: "line", x0: midpoint, x1: midpoint, yref: "paper", y0: 0, y1: 1 },
    line: { color: colors.zero, width: 1, dash: "dot" },
  };
}
