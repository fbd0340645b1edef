// The charts that share one time axis: drawn when something in view changed, at most once a frame.
import { OHLC } from "../core/columns.mjs";
import { byId, onResize, sizeOf } from "../core/dom.mjs";
import { decimalsOfAll } from "../core/format.mjs";
import { paletteOf } from "../core/palette.mjs";
import { LARGEST_DRAWN, PLOT_CONFIG } from "../core/plot_config.mjs";
import { moved, panned, pivotOf, rangeOf, timesOf, within, zoomed } from "../core/view.mjs";
import { makeLayout } from "./figure.mjs";
import { lastValues, placeTags } from "./last_values.mjs";
import { Overlay } from "./overlay.mjs";
import { fitRanges, placeRows } from "./rows.mjs";
import { makeTraces, scaleOf } from "./traces.mjs";

/**
 * @import { Settings } from "../core/settings.mjs"
 * @import { Store } from "../core/store.mjs"
 * @import { Bar, Bars, Changed, ChartsFigure, Movable, Panel } from "../core/types.d.ts"
 * @import { Range, Size, View } from "../core/types.d.ts"
 */

const SERIES = /** @type {const} */ (["ohlc", "metrics", "cvd"]);
const PRICES = [OHLC.open, OHLC.high, OHLC.low, OHLC.close];
const MARGIN_SHARE = 0.02; // bars of which only a part is in view are drawn too

/**
 * @implements {Panel}
 * @implements {Movable}
 */
export class Charts {
  #store;
  #settings;
  #plot = byId("charts-plot");
  /** @type {number | null} */
  #frame = null;
  /** @type {View | null} */
  #drawn = null;
  /** @type {Size | null} */
  #size = null;
  #overlay;

  /**
   * @param {Store} store
   * @param {Settings} settings
   */
  constructor(store, settings) {
    this.#store = store;
    this.#settings = settings;
    this.draws = 0;
    /** @type {ChartsFigure | null} */
    this.figure = null;
    this.#overlay = new Overlay(store, byId("charts-overlay"), this.#plot);
    onResize(this.#plot, (size) => {
      this.#size = size;
      this.requestDraw();
    });
  }

  /** @param {Changed} changed */
  dataChanged(changed) {
    if (SERIES.some((name) => changed.has(name))) {
      this.requestDraw();
    }
    if (changed.has("depth")) {
      this.#overlay.refresh();
    }
    if (changed.has("state")) {
      this.#showEmptiness();
    }
  }

  settingsChanged() {
    this.#drawn = null;
    this.requestDraw();
  }

  /** Draw in the next frame; asked for again before that, it is still one drawing. */
  requestDraw() {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = null;
      this.#draw();
    });
  }

  /** Return the range in view, [from, to] in ms, or null without bars. */
  range() {
    return rangeOf(this.#settings.values, timesOf(this.#store), this.#store.job.windowMs);
  }

  /** Return the bars in view, by series. */
  visibleBars() {
    const range = this.range() ?? [0, 0];
    return this.#barsWithin(range[0], range[1]);
  }

  /**
   * Return the time at a horizontal position of the window.
   *
   * @param {number} clientX
   */
  timeAt(clientX) {
    const [from, to] = this.range() ?? [0, 0];
    return from + this.#overlay.shareAt(clientX) * (to - from);
  }

  /**
   * Move the view by a share of its width.
   *
   * @param {number} share
   */
  pan(share) {
    const range = this.range();
    if (range) {
      this.#moveTo(panned(range, share, timesOf(this.#store)));
    }
  }

  /**
   * Make the view `factor` times as wide, around a time or else its end with the newest bar.
   *
   * @param {number} factor
   * @param {number | null} anchor
   */
  zoom(factor, anchor = null) {
    const range = this.range();
    if (range) {
      const times = timesOf(this.#store);
      const { windowMs } = this.#store.job;
      const pivot = pivotOf(range, anchor, times, windowMs);
      this.#moveTo(zoomed(range, factor, pivot, times, windowMs));
    }
  }

  /** Show the oldest bar at the left edge. */
  showOldest() {
    const range = this.range();
    const times = timesOf(this.#store);
    if (range && times.first !== null) {
      const from = times.first - this.#store.job.windowMs;
      this.#moveTo([from, from + range[1] - range[0]]);
    }
  }

  /** @param {Range} range */
  #moveTo(range) {
    const { windowMs } = this.#store.job;
    this.#settings.set(moved(range, timesOf(this.#store), windowMs, this.#settings.values.held));
  }

  /**
   * @param {number} from
   * @param {number} to
   * @returns {Bars}
   */
  #barsWithin(from, to) {
    const { ohlc, metrics, cvd } = this.#store;
    return {
      ohlc: within(ohlc, from, to),
      metrics: within(metrics, from, to),
      cvd: within(cvd, from, to),
    };
  }

  #draw() {
    const range = this.range();
    this.#showEmptiness();
    // The first news have just filled the header, and it may have moved us: look once, or draw twice.
    const size = this.draws === 0 ? sizeOf(this.#plot) : this.#size;
    if (!range || !size?.width) {
      return;
    }
    const margin = (range[1] - range[0]) * MARGIN_SHARE;
    const bars = drawable(this.#barsWithin(range[0] - margin, range[1] + margin));
    const next = { range, size, bars, visible: drawable(this.visibleBars()) };
    if (this.#drawn && isSame(this.#drawn, next)) {
      this.#overlay.refresh(); // the newest values may be others, out of view
      return;
    }
    this.#react(next);
    this.#drawn = next; // not before: a drawing that failed is tried again
  }

  /** @param {View} view */
  #react({ range, size, bars, visible }) {
    const { windowMs } = this.#store.job;
    const settings = this.#settings.values;
    const colors = paletteOf(settings.palette);
    const placed = placeRows(settings.rows, size.width, size.height);
    const ranges = fitRanges(visible, settings.obiScale);
    const decimals = this.#decimals(visible.ohlc);
    const scale = scaleOf({ placed, range, ranges, windowMs });
    const tags = placeTags(lastValues(this.#store, decimals), placed.rows, ranges);
    this.figure = {
      data: makeTraces(bars, settings.rows, colors, scale),
      layout: makeLayout({ placed, ranges, range, bars, colors, decimals, tags, windowMs, size }),
      rows: placed.rows,
      ranges,
      decimals,
    };
    window.Plotly.react(this.#plot, this.figure.data, this.figure.layout, PLOT_CONFIG);
    this.draws += 1;
    this.#overlay.place({ placed, ranges, range, decimals, colors });
  }

  /** @param {Bar[]} ohlc */
  #decimals(ohlc) {
    const depth = this.#store.depth;
    const prices = [...(depth?.bids ?? []), ...(depth?.asks ?? [])].map((level) => level[0]);
    return decimalsOfAll(
      prices.length ? prices : ohlc.slice(-50).flatMap((bar) => PRICES.map((place) => bar[place])),
    );
  }

  #showEmptiness() {
    const empty = byId("charts-empty");
    const hasBars = timesOf(this.#store).last !== null;
    empty.hidden = hasBars;
    if (!hasBars && this.#store.state) {
      const { title, label } = this.#store.state;
      empty.textContent = title ?? `No bars (${label})`;
    }
  }
}

/**
 * Return the bars without those that cannot be drawn.
 *
 * @param {Bars} bars
 * @returns {Bars}
 */
function drawable({ ohlc, metrics, cvd }) {
  /** @param {Bar} bar */
  const isDrawable = (bar) => bar.every((value) => Math.abs(value) < LARGEST_DRAWN);
  return {
    ohlc: ohlc.filter(isDrawable),
    metrics: metrics.filter(isDrawable),
    cvd: cvd.filter(isDrawable),
  };
}

/**
 * Say whether two drawings would look the same; unchanged bars are the same objects.
 *
 * @param {View} one
 * @param {View} other
 */
function isSame(one, other) {
  return (
    one.range.every((edge, index) => edge === other.range[index]) &&
    one.size.width === other.size.width &&
    one.size.height === other.size.height &&
    SERIES.every((name) => {
      const [left, right] = [one.bars[name], other.bars[name]];
      return left.length === right.length && left.every((row, index) => row === right[index]);
    })
  );
}
