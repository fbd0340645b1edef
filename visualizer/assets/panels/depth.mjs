// The depth chart: cumulative size by price, and the facts of the book above it.
import { bookFacts, cumulated, priceDecimals } from "../core/book.mjs";
import { byId, element, onResize } from "../core/dom.mjs";
import { fixed, signed } from "../core/format.mjs";
import { faded, paletteOf } from "../core/palette.mjs";
import { LARGEST_DRAWN, PLOT_CONFIG } from "../core/plot_config.mjs";

/**
 * @import { Settings } from "../core/settings.mjs"
 * @import { Store } from "../core/store.mjs"
 * @import { BookFacts, Changed, CumulatedLevel, Depth, Figure, Palette } from "../core/types.d.ts"
 * @import { Panel, Range, Size, Trace } from "../core/types.d.ts"
 */

/** @implements {Panel} */
export class DepthChart {
  #store;
  #settings;
  #plot = byId("depth-plot");
  #facts = byId("depth-facts");
  /** @type {number | null} */
  #frame = null;
  /** @type {Size | null} */
  #size = null;

  /**
   * @param {Store} store
   * @param {Settings} settings
   */
  constructor(store, settings) {
    this.#store = store;
    this.#settings = settings;
    /** @type {Figure | null} */
    this.figure = null;
    onResize(this.#plot, (size) => {
      this.#size = size;
      this.#requestDraw();
    });
  }

  /** @param {Changed} changed */
  dataChanged(changed) {
    if (changed.has("depth")) {
      this.#requestDraw();
    }
  }

  settingsChanged() {
    this.#requestDraw();
  }

  #requestDraw() {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = null;
      this.#draw();
    });
  }

  #draw() {
    const { depth } = this.#store;
    this.#showFacts(depth);
    if (!depth || !this.#size?.width) {
      return;
    }
    if (!isDrawable(depth)) {
      return; // the facts tell what can be told
    }
    this.figure = depthFigure(depth, paletteOf(this.#settings.values.palette), this.#size);
    window.Plotly.react(this.#plot, this.figure.data, this.figure.layout, {
      ...PLOT_CONFIG,
      staticPlot: true,
    });
  }

  /** @param {Depth | null} depth */
  #showFacts(depth) {
    const facts = bookFacts(depth);
    const decimals = priceDecimals(depth);
    /**
     * @param {number | null} value
     * @param {number} more
     */
    const price = (value, more = 0) => fixed(value, decimals + more);
    const midDecimals = halfTick(facts, decimals);
    const rows = [
      ["Best bid", price(facts.bestBid), "up"],
      ["Best ask", price(facts.bestAsk), "down"],
      ["Spread", price(facts.spread), ""],
      ["Midpoint", price(facts.midpoint, midDecimals), ""],
      [
        `OBI of ${depth?.bids?.length ?? 0} + ${depth?.asks?.length ?? 0} levels`,
        signed(facts.obi, 3),
        "obi",
      ],
    ];
    this.#facts.replaceChildren(
      ...rows.map(([name, text, tone]) => {
        const fact = element("div", "fact");
        fact.append(
          element("span", "fact-name", name),
          element("span", `fact-value ${tone}`, text),
        );
        return fact;
      }),
    );
  }
}

/**
 * Return how many decimals more the midpoint has: that of an odd spread falls between two ticks.
 *
 * @param {BookFacts} facts
 * @param {number} decimals
 */
function halfTick({ midpoint }, decimals) {
  const ticks = Math.round((midpoint ?? 0) * 2 * 10 ** decimals);
  return ticks % 2 === 0 ? 0 : 1;
}

/** @param {Depth} depth */
function isDrawable({ bids, asks }) {
  return [cumulated(bids), cumulated(asks)].flat(2).every((number) => number < LARGEST_DRAWN);
}

/**
 * Return the depth chart as Plotly takes it.
 *
 * @param {Depth} depth
 * @param {Palette} colors
 * @param {Size} plotSize
 * @returns {Figure}
 */
export function depthFigure(depth, colors, plotSize) {
  const bids = cumulated(depth.bids);
  const asks = cumulated(depth.asks);
  const { midpoint } = bookFacts(depth);
  const decimals = priceDecimals(depth);
  const prices = [...bids, ...asks].map((level) => level[0]);
  const most = Math.max(bids.at(-1)?.[2] ?? 0, asks.at(-1)?.[2] ?? 0) || 1;
  const reach = reachOf(prices, midpoint);
  return {
    data: [side("bids", bids, colors.up), side("asks", asks, colors.down)],
    layout: {
      width: plotSize.width,
      height: plotSize.height,
      margin: { l: 6, r: 52, t: 6, b: 24 },
      paper_bgcolor: colors.paper,
      plot_bgcolor: colors.paper,
      font: { family: "system-ui, sans-serif", size: 11, color: colors.axis },
      showlegend: false,
      hovermode: false,
      xaxis: {
        type: "linear",
        range: reach,
        gridcolor: colors.grid,
        zeroline: false,
        nticks: 4,
        tickformat: `,.${decimals}f`,
        tickangle: 0,
      },
      yaxis: {
        type: "linear",
        range: [0, most * 1.06],
        side: "right",
        gridcolor: colors.grid,
        zeroline: false,
        nticks: 5,
        exponentformat: "none",
        separatethousands: true,
      },
      shapes:
        midpoint === null
          ? []
          : [
              {
                type: "line",
                x0: midpoint,
                x1: midpoint,
                yref: "paper",
                y0: 0,
                y1: 1,
                line: { color: colors.zero, width: 1, dash: "dot" },
              },
            ],
    },
  };
}

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
 * Give both sides the same width, so that the picture leans only where the book does.
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
  if (midpoint === null) {
    return [low, high === low ? low + 1 : high];
  }
  const half = Math.max(midpoint - low, high - midpoint) || 1;
  return [midpoint - half, midpoint + half];
}
