// The strip under the charts: price and volume of the whole range, and the view as a window on it.
import { byId, element, onPixelResize } from "../core/dom.mjs";
import { paletteOf } from "../core/palette.mjs";
import { tilesIn } from "../history/tiles.mjs";
import { TIMEFRAMES } from "../history/timeframes.mjs";
import { overviewLength, overviewScene } from "./overview_scene.mjs";
import { OverviewWindow } from "./overview_window.mjs";

/**
 * @import { Settings } from "../core/settings.mjs"
 * @import { Bar, Changed, Movable, OverviewScene, Panel } from "../core/types.d.ts"
 * @import { PixelSize, Range } from "../core/types.d.ts"
 * @import { AllBars } from "../history/all_bars.mjs"
 * @import { History } from "../history/history.mjs"
 */

const WHO = "overview";
const CHANGES = ["ohlc", "metrics", "cvd"];
const PAUSE_MS = 1000; // so much less than a pixel is new that nobody waits for it

/** @implements {Panel} */
export class Overview {
  #all;
  #history;
  #settings;
  #root = byId("overview");
  #canvas = element("canvas");
  #window;
  /** @type {PixelSize | null} */
  #size = null;
  /** What was drawn: the bars, their range, size and colours. @type {unknown[]} */
  #drawn = [];
  #timer = 0;
  #drawnAt = -Infinity;
  /** How often the line was drawn. */
  draws = 0;

  /** @param {{ all: AllBars, history: History, settings: Settings, charts: Movable }} parts */
  constructor({ all, history, settings, charts }) {
    this.#all = all;
    this.#history = history;
    this.#settings = settings;
    this.#root.append(this.#canvas);
    this.#window = new OverviewWindow(this.#root, charts, () => this.#draw());
    onPixelResize(this.#root, (size) => {
      this.#size = size;
      this.#draw();
    });
  }

  /** @param {Changed} changed */
  dataChanged(changed) {
    if (CHANGES.some((name) => changed.has(name))) {
      this.historyChanged();
    }
  }

  /** Draw, soon, what has become more. */
  historyChanged() {
    const waitMs = this.#drawnAt + PAUSE_MS - performance.now();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#draw(), Math.max(waitMs, 0));
  }

  settingsChanged() {
    this.#draw();
  }

  /**
   * Show which part is in view.
   *
   * @param {Range} view
   */
  showView(view) {
    this.#window.show(view);
  }

  #draw() {
    if (this.#window.isHeld) {
      return; // or it would move away from under the hand; it is drawn once that lets go
    }
    const found = this.#bars();
    this.#root.hidden = !found;
    if (!found || !this.#size?.width) {
      return;
    }
    const { bars, range } = found;
    const { palette } = this.#settings.values;
    const drawn = [bars.length, bars[0], bars.at(-1), ...range, this.#size, palette];
    this.#drawnAt = performance.now();
    if (drawn.every((part, index) => part === this.#drawn[index])) {
      return;
    }
    this.#drawn = drawn;
    this.draws += 1;
    const { width, height, ratio } = this.#size;
    Object.assign(this.#canvas, {
      width: Math.round(width * ratio),
      height: Math.round(height * ratio),
    });
    const size = { width: this.#canvas.width, height: this.#canvas.height, ratio };
    this.#paint(overviewScene(bars, range, size), ratio);
    this.#window.lieOn(range, width);
  }

  /**
   * Return the bars of the whole range, and that: from the run's first bar to the end of its last.
   * How long the bars are that are drawn does not matter to it, for that changes as they come.
   *
   * @returns {{ bars: Bar[], range: Range } | null}
   */
  #bars() {
    const { first, last } = this.#all.ends(this.#all.ownMs);
    if (first === null) {
      return null;
    }
    const lengths = [...TIMEFRAMES].filter((ms) => this.#all.canShow(ms));
    const length = overviewLength(
      [first, last],
      this.#history.summary ? lengths : [this.#all.ownMs],
    );
    /** @type {Range} */
    const range = [first, last + this.#all.ownMs];
    this.#history.tiles.want(WHO, this.#history.summary ? tilesIn(range, length) : []);
    const begin = Math.floor(first / length) * length; // a long bar may begin before the run's first
    return { bars: this.#all.within(length, begin, range[1]).ohlc, range };
  }

  /**
   * @param {OverviewScene} scene
   * @param {number} ratio
   */
  #paint({ line, columns, marks }, ratio) {
    const context = this.#canvas.getContext("2d");
    const { width, height } = this.#canvas;
    if (!context) {
      return;
    }
    const { grid, zero, axis } = paletteOf(this.#settings.values.palette);
    context.clearRect(0, 0, width, height);
    context.fillStyle = grid;
    for (const { x } of marks) {
      context.fillRect(Math.round(x), 0, Math.max(Math.floor(ratio), 1), height);
    }
    context.fillStyle = zero;
    for (const column of columns) {
      context.fillRect(...column);
    }
    context.strokeStyle = axis;
    context.lineWidth = ratio;
    context.beginPath();
    for (const [x, y] of line) {
      context.lineTo(x, y);
    }
    context.stroke();
    context.fillStyle = axis;
    context.font = `${10 * ratio}px system-ui, sans-serif`;
    context.textBaseline = "top";
    for (const { x, text } of marks) {
      context.fillText(text, x + 3 * ratio, 2 * ratio);
    }
  }
}
