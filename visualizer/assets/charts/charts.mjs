// The charts that share one time axis: drawn when something in view changed, at most once a frame.
import { OHLC, SERIES } from "../core/columns.mjs";
import { byId, onPixelResize, pixelSizeOf } from "../core/dom.mjs";
import { decimalsOfAll } from "../core/format.mjs";
import { paletteOf } from "../core/palette.mjs";
import { LARGEST_DRAWN } from "../core/plot_config.mjs";
import { within } from "../core/view.mjs";
import { Layers, textMeasure } from "./layers.mjs";
import { Moves } from "./moves.mjs";
import { NoBars } from "./overlay/no_bars.mjs";
import { Overlay } from "./overlay/overlay.mjs";
import { anchorOf } from "./scene/anchor.mjs";
import { hasNewBars, makeScene } from "./scene/scene.mjs";

/**
 * @import { Settings } from "../core/settings.mjs"
 * @import { Store } from "../core/store.mjs"
 * @import { Bar, Bars, BarSource, Changed, Movable, Panel } from "../core/types.d.ts"
 * @import { PixelSize, Range, Scene, View } from "../core/types.d.ts"
 */

const CHANGES = ["ohlc", "metrics", "cvd", "depth"];
const PRICES = [OHLC.open, OHLC.high, OHLC.low, OHLC.close];
const MARGIN_WINDOWS = 2; // bars of which only a part is in view, and those that a line goes on to

/**
 * @implements {Panel}
 * @implements {Movable}
 */
export class Charts {
  #store;
  #settings;
  #bars;
  #moves;
  #layers;
  #overlay;
  #noBars;
  #plot = byId("charts-plot");
  #measure = textMeasure();
  /** @type {number | null} */
  #frame = null;
  /** @type {PixelSize | null} */
  #size = null;
  /** @type {Scene | null} */
  #scene = null;
  /** @type {((range: Range) => void)[]} */
  #viewListeners = [];

  /**
   * @param {Store} store
   * @param {Settings} settings
   * @param {BarSource} bars
   * @param {(text: string) => void} say tells the reader why something was not done
   */
  constructor(store, settings, bars, say) {
    this.#store = store;
    this.#settings = settings;
    this.#bars = bars;
    this.#moves = new Moves(this.#bars, settings, say);
    this.#noBars = new NoBars(this.#bars, settings);
    this.#layers = new Layers(this.#plot);
    this.#overlay = new Overlay(this.#bars, this.#layers, () => this.requestDraw());
    /** How often bars were drawn. */
    this.draws = 0;
    /** What is in view, null before the first drawing. @type {View | null} */
    this.view = null;
    onPixelResize(this.#plot, (size) => {
      this.#size = size;
      this.#draw(); // at once: the old picture would be stretched for a frame
    });
  }

  /** @param {Changed} changed */
  dataChanged(changed) {
    if (CHANGES.some((name) => changed.has(name))) {
      this.requestDraw();
    }
    if (changed.has("state")) {
      this.#noBars.show(this.range(), this.#store.state);
    }
  }

  settingsChanged() {
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
    return this.#moves.range();
  }

  /** Return the bars in view, by series. */
  visibleBars() {
    const [from, to] = this.range() ?? [0, 0];
    return this.#bars.within(from, to);
  }

  /** Return all bars that are at hand, by series. */
  allBars() {
    const { first, last } = this.#bars.times();
    return this.#bars.within(first ?? 0, last ?? 0);
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

  /** @param {number} share */
  pan(share) {
    this.#moves.pan(share);
  }

  /**
   * @param {number} factor
   * @param {number | null} [anchor]
   */
  zoom(factor, anchor) {
    this.#moves.zoom(factor, anchor);
  }

  showOldest() {
    this.#moves.showOldest();
  }

  /**
   * @param {Range} range
   * @param {number} [anchor]
   */
  show(range, anchor) {
    this.#moves.show(range, anchor);
  }

  /** @param {(range: Range) => void} listener told of each view that is drawn */
  onView(listener) {
    this.#viewListeners.push(listener);
  }

  get timeframeMs() {
    return this.#bars.wantedMs;
  }

  /** @param {string} timeframe */
  setTimeframe(timeframe) {
    this.#moves.setTimeframe(timeframe);
  }

  /** @param {1 | -1} direction */
  stepTimeframe(direction) {
    this.#moves.stepTimeframe(direction);
  }

  #draw() {
    const range = this.range();
    this.#noBars.show(range, this.#store.state);
    // The first news have just filled the header, and it may have moved us: look once, or draw twice.
    const size = this.draws === 0 ? pixelSizeOf(this.#plot) : this.#size;
    if (!range || !size?.width) {
      return;
    }
    this.view = this.#look(range, size);
    const scene = makeScene(this.view, this.#scene);
    this.draws += Number(hasNewBars(scene, this.#scene));
    this.#layers.show(scene);
    this.#overlay.show(scene);
    for (const listener of this.#viewListeners) {
      listener(range);
    }
    this.#scene = scene; // not before: a drawing that failed is tried again
    Object.assign(this.#plot, { scene }); // for the tests: what is drawn where; nothing here reads it
  }

  /**
   * @param {Range} range
   * @param {PixelSize} size
   * @returns {View}
   */
  #look(range, size) {
    this.#bars.look(range, size.width);
    const { windowMs } = this.#bars;
    const { rows, obiShape, obiScale, cvdAnchor, palette } = this.#settings.values;
    const margin = windowMs * MARGIN_WINDOWS;
    const bars = drawable(this.#bars.within(range[0] - margin, range[1] + margin));
    const visible = {
      ohlc: within(bars.ohlc, ...range),
      metrics: within(bars.metrics, ...range),
      cvd: within(bars.cvd, ...range),
    };
    return {
      range,
      size,
      bars,
      visible,
      newest: this.#bars.newest(),
      windowMs,
      shownKeys: rows,
      obiShape,
      obiScale,
      anchor: this.#anchor(cvdAnchor, bars.cvd, visible.cvd[0]),
      decimals: this.#decimals(visible.ohlc),
      colors: paletteOf(palette),
      measure: this.#measure,
    };
  }

  /**
   * @param {string} kind
   * @param {Bar[]} cvd
   * @param {Bar | undefined} first
   */
  #anchor(kind, cvd, first) {
    const newest = this.#bars.newest().cvd;
    const all = newest && newest[0] > (cvd.at(-1)?.[0] ?? -Infinity) ? [...cvd, newest] : cvd;
    return anchorOf(kind, all, first, this.#bars);
  }

  /** @param {Bar[]} ohlc */
  #decimals(ohlc) {
    const depth = this.#store.depth;
    const prices = [...(depth?.bids ?? []), ...(depth?.asks ?? [])].map((level) => level[0]);
    return decimalsOfAll(
      prices.length ? prices : ohlc.slice(-50).flatMap((bar) => PRICES.map((place) => bar[place])),
    );
  }
}

/**
 * Return the bars without those that cannot be drawn.
 *
 * @param {Bars} bars
 * @returns {Bars}
 */
function drawable({ ohlc, metrics, cvd }) {
  return {
    ohlc: ohlc.filter((bar) => isDrawable(bar, SERIES.ohlc.length)),
    metrics: metrics.filter((bar) => isDrawable(bar, SERIES.metrics.length)),
    cvd: cvd.filter((bar) => isDrawable(bar, SERIES.cvd.length)),
  };
}

/**
 * Say whether a bar can be drawn; what is behind the declared columns may be unknown.
 *
 * @param {Bar} bar
 * @param {number} width
 */
function isDrawable(bar, width) {
  for (let place = 0; place < bar.length; place += 1) {
    const value = bar[place];
    if (!(Math.abs(value) < LARGEST_DRAWN) && (place < width || !Number.isNaN(value))) {
      return false;
    }
  }
  return true;
}
