// The depth chart: cumulative size by price, and the facts of the book above it.

import { byId, element, onResize } from "../core/dom.mjs";
import { price, signed } from "../core/format.mjs";
import { paletteOf } from "../core/palette.mjs";
import { PLOT_CONFIG } from "../core/plot_config.mjs";
import { bookFacts, bookTimeText, emptinessText, priceDecimals } from "./book_facts.mjs";
import { depthFigure, isDrawable } from "./depth_figure.mjs";

/**
 * @import { Settings } from "../core/settings.mjs"
 * @import { Store } from "../core/store.mjs"
 * @import { BookFacts, Changed, Depth, Figure, Panel, Size } from "../core/types.d.ts"
 */

const CHANGES = ["depth", "processor", "state"];
/** @type {Depth} */
const NO_LEVELS = { bids: [], asks: [] };

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
  #drawn = "";

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
    if (changed.has("depth") || (CHANGES.some((name) => changed.has(name)) && this.#isOutdated())) {
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
    const label = this.#label();
    const levels = isDrawable(depth) ? depth : NO_LEVELS; // the facts tell what can be told
    const colors = paletteOf(this.#settings.values.palette);
    this.figure = depthFigure(levels, label, colors, this.#size);
    this.#drawn = label;
    window.Plotly.react(this.#plot, this.figure.data, this.figure.layout, {
      ...PLOT_CONFIG,
      staticPlot: true,
    });
  }

  /** Say what the drawing is of, or why there is nothing in it. */
  #label() {
    const { depth, processor } = this.#store;
    if (depth && !isDrawable(depth)) {
      return "beyond what can be drawn";
    }
    const facts = bookFacts(depth);
    return facts.bestBid === null && facts.bestAsk === null
      ? emptinessText(facts, this.#store)
      : bookTimeText(processor);
  }

  #isOutdated() {
    return this.#label() !== this.#drawn;
  }

  /** @param {Depth | null} depth */
  #showFacts(depth) {
    const facts = bookFacts(depth);
    const decimals = priceDecimals(depth);
    const rows = [
      ["Best bid", price(facts.bestBid, decimals), "up"],
      ["Best ask", price(facts.bestAsk, decimals), "down"],
      ["Spread", price(facts.spread, decimals), ""],
      ["Midpoint", price(facts.midpoint, decimals + halfTick(facts, decimals)), ""],
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
