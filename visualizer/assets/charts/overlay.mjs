// What lies over the charts: read-outs of all rows, last values on the axis, the crosshair.
import { CVD, OBI, OHLC, TOT } from "../core/columns.mjs";
import { element } from "../core/dom.mjs";
import { fixed, signed, size, utc } from "../core/format.mjs";
import { nearest, timesOf } from "../core/view.mjs";
import { lastValues, toneOf } from "./last_values.mjs";

/**
 * @import { Store } from "../core/store.mjs"
 * @import { Bar, CandlePlaces, Range, RowKey, Scene } from "../core/types.d.ts"
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
    plot.addEventListener("pointermove", (event) => this.#point(event));
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
   * Return the time of the bar in question: the one pointed at, else the newest.
   *
   * @param {Scene} scene
   */
  #time({ range }) {
    const { rows, last } = timesOf(this.#store);
    if (!this.#pointer) {
      return last;
    }
    const [from, to] = range;
    const index = nearest(rows, from + this.shareAt(this.#pointer.x) * (to - from));
    return rows[index]?.[0] ?? last;
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
    const tags = lastValues(this.#store, decimals).flatMap(({ key, value, text, tone }) => {
      const row = placed.rows.find((candidate) => candidate.key === key);
      if (!row) {
        return [];
      }
      const [low, high] = ranges[key];
      const share = Math.min(Math.max((value - low) / (high - low), 0), 1);
      const tag = element("div", `tag tag-${key} ${tone}`, text);
      tag.style.top = `${row.top + row.height * (1 - share)}px`;
      tag.style.left = `${placed.plot.left + placed.plot.width}px`;
      return [tag];
    });
    this.#tags.replaceChildren(...tags);
  }

  /** @param {Scene} scene */
  #showCross(scene) {
    this.#cross.hidden = !this.#pointer;
    if (!this.#pointer) {
      return;
    }
    const { placed, range, ranges, decimals } = scene;
    const { plot } = placed;
    const y = this.#pointer.y - this.#plot.getBoundingClientRect().top;
    const time = this.#time(scene);
    const x = plot.left + (((time ?? 0) - range[0]) / (range[1] - range[0])) * plot.width;
    this.#crossX.style.cssText = `left:${x}px;top:${plot.top}px;height:${plot.height}px`;
    this.#crossX.hidden = x < plot.left || x > plot.left + plot.width;
    this.#crossTime.style.cssText = `left:${Math.min(Math.max(x, 72), plot.left + plot.width - 20)}px;top:${plot.top + plot.height}px`;
    this.#crossTime.textContent = `${utc(time)} UTC`;
    const row = placed.rows.find(
      (candidate) => y >= candidate.top && y <= candidate.top + candidate.height,
    );
    this.#crossY.hidden = this.#crossValue.hidden = !row;
    if (row) {
      const [low, high] = ranges[row.key];
      const value = high - ((y - row.top) / row.height) * (high - low);
      this.#crossY.style.cssText = `left:${plot.left}px;width:${plot.width}px;top:${y}px`;
      this.#crossValue.style.cssText = `left:${plot.left + plot.width}px;top:${y}px`;
      this.#crossValue.textContent =
        row.key === "price"
          ? fixed(value, decimals)
          : row.key === "obi"
            ? signed(value, 3)
            : size(value);
    }
  }
}

/**
 * @param {RowKey} key
 * @param {{ ohlc?: Bar, metrics?: Bar, cvd?: Bar }} bars
 * @param {number} decimals
 * @param {number | null} time
 */
function readout(key, { ohlc, metrics, cvd }, decimals, time) {
  if (key === "price") {
    /** @param {number | undefined} value */
    const price = (value) => fixed(value, decimals);
    const when = element("time", "", `${utc(time)} UTC`);
    if (!ohlc) {
      return [when, element("span", "quiet", "no trades")];
    }
    const change = ohlc[OHLC.close] - ohlc[OHLC.open];
    return [
      when,
      ...fields(candle(ohlc, OHLC, price)),
      element(
        "span",
        toneOf(change),
        `${signed(change, decimals)} (${signed((change / ohlc[OHLC.open]) * 100, 2)} %)`,
      ),
    ];
  }
  if (key === "volume") {
    const delta = cvd ? cvd[CVD.close] - cvd[CVD.open] : null;
    return [
      element("b", "", "Volume"),
      element("span", "", size(ohlc?.[OHLC.volume])),
      ...fields(
        { delta: delta === null ? "–" : (delta > 0 ? "+" : "") + size(delta) },
        toneOf(delta ?? 0),
      ),
    ];
  }
  if (key === "obi") {
    /** @param {number | undefined} value */
    const share = (value) => signed(value, 3);
    return [element("b", "", "OBI"), ...fields(candle(metrics, OBI, share))];
  }
  const values = key === "tot" ? candle(metrics, TOT, size) : candle(cvd, CVD, size);
  return [element("b", "", key.toUpperCase()), ...fields(values)];
}

/**
 * @param {Bar | undefined} bar
 * @param {CandlePlaces} places
 * @param {(value: number | undefined) => string} text
 */
function candle(bar, { open, high, low, close }, text) {
  return {
    O: text(bar?.[open]),
    H: text(bar?.[high]),
    L: text(bar?.[low]),
    C: text(bar?.[close]),
  };
}

/**
 * @param {Record<string, string>} values
 * @param {string} className
 */
function fields(values, className = "") {
  return Object.entries(values).flatMap(([name, value]) => {
    const field = element("span", `field ${className}`);
    field.append(element("i", "", name), value);
    return field;
  });
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
