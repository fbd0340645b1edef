// What lies over the charts as text: read-outs of all rows, last values on the axis, the pointer's.
import { byId, element } from "../../core/dom.mjs";
import { price, signed, size, utc } from "../../core/format.mjs";
import { barInQuestion } from "../../core/view.mjs";
import { valueAt } from "../rows.mjs";
import { timeOf, xOf } from "../scene/time_axis.mjs";
import { ARROWS } from "../tones.mjs";
import { readouts } from "./readout.mjs";
import { Strips } from "./strips.mjs";

/**
 * @import { BarSource, PlacedRow, Scene } from "../../core/types.d.ts"
 * @import { Layers } from "../layers.mjs"
 */

export class Overlay {
  #bars;
  #layers;
  #root = byId("charts-overlay");
  #plot = byId("charts-plot");
  /** @type {Scene | null} */
  #scene = null;
  /** Where the pointer is in the window. @type {{ x: number, y: number } | null} */
  #pointer = null;
  /** What the read-outs, and what the tags were made of. @type {unknown[]} */
  #told = [];
  #tagsTold = "";
  #dividers = element("div", "dividers");
  #strips;
  #tags = element("div", "tags");
  #cross = element("div", "cross");
  #crossTime = element("div", "cross-time");
  #crossValue = element("div", "cross-value");

  /**
   * @param {BarSource} bars
   * @param {Layers} layers
   * @param {() => void} onPoint
   */
  constructor(bars, layers, onPoint) {
    this.#bars = bars;
    this.#layers = layers;
    this.#cross.append(this.#crossTime, this.#crossValue);
    this.#cross.hidden = true;
    this.#root.append(this.#dividers);
    this.#strips = new Strips(this.#root);
    this.#root.append(this.#tags, this.#cross);
    /** @param {PointerEvent | null} event */
    const point = (event) => {
      this.#pointer = event && { x: event.clientX, y: event.clientY };
      onPoint();
    };
    for (const name of /** @type {const} */ (["pointerdown", "pointermove"])) {
      this.#plot.addEventListener(name, point);
    }
    this.#plot.addEventListener("pointerleave", () => point(null));
  }

  /**
   * Lie over a scene, with the values of now.
   *
   * @param {Scene} scene
   */
  show(scene) {
    const before = this.#scene;
    this.#scene = scene;
    const point = this.#pointed(); // before anything is written: or the page is laid out twice
    if (scene.placed !== before?.placed) {
      this.#root.style.setProperty("--axis", `${scene.size.width - rightOf(scene)}px`);
      this.#showDividers(scene);
      this.#strips.place(scene.placed, scene.size);
    }
    this.#showTags(scene);
    const time = this.#timeAt(point, scene);
    this.#showReadouts(scene, time);
    this.#showCross(scene, time, point);
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

  /** Return where on the charts the pointer is, CSS px; null where there is none. */
  #pointed() {
    if (!this.#pointer) {
      return null;
    }
    const { left, top } = this.#plot.getBoundingClientRect();
    return { x: this.#pointer.x - left, y: this.#pointer.y - top };
  }

  /**
   * Return the time of the bar in question: the one pointed at, else the newest in view.
   *
   * @param {{ x: number } | null} point
   * @param {Scene} scene
   */
  #timeAt(point, { range, placed, windowMs }) {
    const time = point && timeOf({ range, ...placed.plot }, point.x);
    const bars = this.#bars.timesWithin(range[0] - windowMs, range[1] + windowMs);
    return barInQuestion(bars, range, time, windowMs)?.[0] ?? null;
  }

  /**
   * @param {Scene} scene
   * @param {number | null} time
   */
  #showReadouts(scene, time) {
    const bars = this.#bars.at(time);
    const { placed, decimals, windowMs, anchor } = scene;
    const told = [placed, decimals, windowMs, time, bars.ohlc, bars.metrics, bars.cvd, anchor];
    if (told.every((one, index) => one === this.#told[index])) {
      return;
    }
    this.#told = told;
    this.#strips.tell(readouts(bars, time, scene));
  }

  /** @param {Scene} scene */
  #showDividers({ placed }) {
    const dividers = placed.rows.slice(1).map((row) => {
      const divider = element("div", "divider");
      divider.style.top = `${row.strip - 3}px`;
      return divider;
    });
    this.#dividers.replaceChildren(...dividers);
  }

  /** @param {Scene} scene */
  #showTags(scene) {
    const right = rightOf(scene);
    const told = JSON.stringify([scene.tags, right]);
    if (told === this.#tagsTold) {
      return;
    }
    this.#tagsTold = told;
    const shown = scene.tags.map(({ key, text, tone, y, beyond }) => {
      const tag = element("div", `tag tag-${key} ${tone}`, text);
      tag.style.top = `${y}px`;
      tag.style.left = `${right}px`;
      if (beyond) {
        tag.classList.add("beyond");
        tag.prepend(element("span", "tag-arrow", ARROWS[beyond]));
      }
      return tag;
    });
    this.#tags.replaceChildren(...shown);
  }

  /**
   * @param {Scene} scene
   * @param {number | null} time
   * @param {{ x: number, y: number } | null} point
   */
  #showCross(scene, time, point) {
    this.#cross.hidden = !point || time === null;
    if (!point || time === null) {
      this.#layers.point({ x: null, y: null });
      return;
    }
    const {
      placed,
      range,
      hair,
      size: { ratio },
    } = scene;
    const { plot } = placed;
    const { y } = point;
    const x = xOf({ range, ...plot }, time);
    const row = placed.rows.find(({ top, height }) => y >= top && y <= top + height);
    const isOnPlot = x >= plot.left && x <= plot.left + plot.width;
    /** @param {number} px */
    const line = (px) => Math.round(px * ratio - hair / 2);
    this.#layers.point({ x: isOnPlot ? line(x) : null, y: row ? line(y) : null });
    const timeX = Math.min(Math.max(x, 72), plot.left + plot.width - 20);
    this.#crossTime.style.cssText = `left:${timeX}px;top:${plot.top + plot.height}px`;
    this.#crossTime.textContent = `${utc(time)} UTC`;
    this.#crossValue.hidden = !row;
    if (row) {
      this.#crossValue.style.cssText = `left:${plot.left + plot.width}px;top:${y}px`;
      this.#crossValue.textContent = valueText(row, y, scene);
    }
  }
}

/** @param {Scene} scene */
function rightOf({ placed: { plot } }) {
  return plot.left + plot.width;
}

/**
 * @param {PlacedRow} row
 * @param {number} y
 * @param {Scene} scene
 */
function valueText(row, y, { ranges, decimals }) {
  const value = valueAt(y, row, ranges[row.key]);
  if (row.key === "price") {
    return price(value, decimals);
  }
  return row.key === "obi" ? signed(value, 3) : size(value);
}
