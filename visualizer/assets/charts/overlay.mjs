// What lies over the charts: read-outs of all rows, last values on the axis, the crosshair.
import { element } from "../core/dom.mjs";
import { price, signed, size, utc } from "../core/format.mjs";
import { barInQuestion, nearest, timesOf } from "../core/view.mjs";
import { ARROWS, lastValues, placeTags } from "./last_values.mjs";
import { readout } from "./readout.mjs";
import { valueAt } from "./rows.mjs";

/**
 * @import { Store } from "../core/store.mjs"
 * @import { Bar, Scene } from "../core/types.d.ts"
 */

export class Overlay {
  #store;
  #plot;
  /** @type {Scene | null} */
  #scene = null;
  /** @type {{ x: number, y: number } | null} */
  #pointer = null;
  #dividers = element("div", "dividers");
  #readouts = element("div", "readouts");
  #tags = element("div", "tags");
  #cross = element("div", "cross");
  #crossX = element("div", "cross-x");
  #crossY = element("div", "cross-y");
  #crossTime = element("div", "cross-time");
  #crossValue = element("div", "cross-value");

  /**
   * @param {Store} store
   * @param {HTMLElement} root
   * @param {HTMLElement} plot
   */
  constructor(store, root, plot) {
    this.#store = store;
    this.#plot = plot;
    this.#cross.append(this.#crossX, this.#crossY, this.#crossTime, this.#crossValue);
    this.#cross.hidden = true;
    root.append(this.#dividers, this.#readouts, this.#tags, this.#cross);
    for (const name of /** @type {const} */ (["pointerdown", "pointermove"])) {
      plot.addEventListener(name, (event) => this.#point(event));
    }
    plot.addEventListener("pointerleave", () => this.#point(null));
  }

  /**
   * Take the geometry of a new drawing, and lie over it.
   *
   * @param {Scene} scene
   */
  place(scene) {
    this.#scene = scene;
    this.#showDividers(scene);
    this.refresh();
  }

  /** Show the values of now in the places of the last drawing. */
  refresh() {
    if (this.#scene) {
      this.#showTags(this.#scene);
      this.#showReadouts(this.#scene);
      this.#showCross(this.#scene);
    }
  }

  /**
   * Return how far a horizontal position of the window is across the plot: 0 to 1 where it is on it.
   *
   * @param {number} clientX
   */
  shareAt(clientX) {
    if (!this.#scene) {
      return 0; // nothing is drawn yet
    }
    const { plot } = this.#scene.placed;
    const x = clientX - this.#plot.getBoundingClientRect().left - plot.left;
    return x / plot.width;
  }

  /** @param {PointerEvent | null} event */
  #point(event) {
    this.#pointer = event && { x: event.clientX, y: event.clientY };
    if (this.#scene) {
      this.#showReadouts(this.#scene);
      this.#showCross(this.#scene);
    }
  }

  /**
   * Return the time of the bar in question: the one pointed at, else the newest in view.
   *
   * @param {Scene} scene
   */
  #time({ range }) {
    const [from, to] = range;
    const time = this.#pointer && from + this.shareAt(this.#pointer.x) * (to - from);
    const { windowMs } = this.#store.job;
    return barInQuestion(timesOf(this.#store).rows, range, time, windowMs)?.[0] ?? null;
  }

  /** @param {Scene} scene */
  #showReadouts(scene) {
    const { placed, decimals } = scene;
    const time = this.#time(scene);
    const bars = {
      ohlc: at(this.#store.ohlc, time),
      metrics: at(this.#store.metrics, time),
      cvd: at(this.#store.cvd, time),
    };
    const lines = placed.rows.map((row) => {
      const line = element("div", `readout readout-${row.key}`);
      line.style.top = `${row.top + 2}px`;
      line.style.left = `${placed.plot.left + 4}px`;
      line.append(...readout(row.key, bars, decimals, time));
      return line;
    });
    this.#readouts.replaceChildren(...lines);
  }

  /** @param {Scene} scene */
  #showDividers({ placed }) {
    const dividers = placed.rows.slice(1).map((row) => {
      const divider = element("div", "divider");
      divider.style.top = `${row.top - 5}px`;
      return divider;
    });
    this.#dividers.replaceChildren(...dividers);
  }

  /** @param {Scene} scene */
  #showTags({ placed, ranges, decimals }) {
    const tags = placeTags(lastValues(this.#store, decimals), placed.rows, ranges);
    const shown = tags.map(({ key, text, tone, y, beyond }) => {
      const tag = element("div", `tag tag-${key} ${tone}`, text);
      tag.style.top = `${y}px`;
      tag.style.left = `${placed.plot.left + placed.plot.width}px`;
      if (beyond) {
        tag.classList.add("beyond");
        tag.prepend(element("span", "tag-arrow", ARROWS[beyond]));
      }
      return tag;
    });
    this.#tags.replaceChildren(...shown);
  }

  /** @param {Scene} scene */
  #showCross(scene) {
    const time = this.#time(scene);
    this.#cross.hidden = !this.#pointer || time === null;
    if (!this.#pointer || time === null) {
      return;
    }
    const { placed, range, ranges, decimals } = scene;
    const { plot } = placed;
    const y = this.#pointer.y - this.#plot.getBoundingClientRect().top;
    const x = plot.left + ((time - range[0]) / (range[1] - range[0])) * plot.width;
    this.#crossX.style.cssText = `left:${x}px;top:${plot.top}px;height:${plot.height}px`;
    this.#crossX.hidden = x < plot.left || x > plot.left + plot.width;
    this.#crossTime.style.cssText = `left:${Math.min(Math.max(x, 72), plot.left + plot.width - 20)}px;top:${plot.top + plot.height}px`;
    this.#crossTime.textContent = `${utc(time)} UTC`;
    const row = placed.rows.find(
      (candidate) => y >= candidate.top && y <= candidate.top + candidate.height,
    );
    this.#crossY.hidden = this.#crossValue.hidden = !row;
    if (row) {
      const value = valueAt(y, row, ranges[row.key]);
      this.#crossY.style.cssText = `left:${plot.left}px;width:${plot.width}px;top:${y}px`;
      this.#crossValue.style.cssText = `left:${plot.left + plot.width}px;top:${y}px`;
      this.#crossValue.textContent =
        row.key === "price"
          ? price(value, decimals)
          : row.key === "obi"
            ? signed(value, 3)
            : size(value);
    }
  }
}

/**
 * Return the row of exactly that time.
 *
 * @template {Bar} Row
 * @param {Row[]} rows
 * @param {number | null} time
 * @returns {Row | undefined}
 */
function at(rows, time) {
  const row = rows[nearest(rows, time ?? 0)];
  return row && row[0] === time ? row : undefined;
}
