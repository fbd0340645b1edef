// What lies over the charts: read-outs of all rows, last values on the axis, the crosshair.
import { element } from "../core/dom.mjs";
import { fixed, signed, size, utc } from "../core/format.mjs";
import { nearest, timesOf } from "../core/view.mjs";
import { lastValues, toneOf } from "./last_values.mjs";

export class Overlay {
  #store;
  #plot;
  #scene = null;
  #pointer = null;
  #parts = {};

  constructor(store, root, plot) {
    this.#store = store;
    this.#plot = plot;
    for (const name of ["dividers", "readouts", "tags", "cross"]) {
      this.#parts[name] = element("div", name);
    }
    const { cross } = this.#parts;
    cross.append(
      element("div", "cross-x"),
      element("div", "cross-y"),
      element("div", "cross-time"),
      element("div", "cross-value"),
    );
    cross.hidden = true;
    root.append(...Object.values(this.#parts));
    plot.addEventListener("pointermove", (event) => this.#point(event));
    plot.addEventListener("pointerleave", () => this.#point(null));
  }

  /** Take the geometry of a new drawing, and lie over it. */
  place(scene) {
    this.#scene = scene;
    this.#showDividers();
    this.refresh();
  }

  /** Show the values of now in the places of the last drawing. */
  refresh() {
    if (!this.#scene) {
      return;
    }
    this.#showTags();
    this.#showReadouts();
    this.#showCross();
  }

  /** Return how far a horizontal position of the window is across the plot, 0 to 1. */
  shareAt(clientX) {
    const { plot } = this.#scene.placed;
    const x = clientX - this.#plot.getBoundingClientRect().left - plot.left;
    return Math.min(Math.max(x / plot.width, 0), 1);
  }

  #point(event) {
    this.#pointer = event && { x: event.clientX, y: event.clientY };
    if (this.#scene) {
      this.#showReadouts();
      this.#showCross();
    }
  }

  /** Return the time of the bar in question: the one pointed at, else the newest. */
  #time() {
    const { rows, last } = timesOf(this.#store);
    if (!this.#pointer) {
      return last;
    }
    const [from, to] = this.#scene.range;
    const index = nearest(rows, from + this.shareAt(this.#pointer.x) * (to - from));
    return rows[index]?.[0] ?? last;
  }

  #showReadouts() {
    const { placed, decimals } = this.#scene;
    const time = this.#time();
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
    this.#parts.readouts.replaceChildren(...lines);
  }

  #showDividers() {
    const dividers = this.#scene.placed.rows.slice(1).map((row) => {
      const divider = element("div", "divider");
      divider.style.top = `${row.top - 5}px`;
      return divider;
    });
    this.#parts.dividers.replaceChildren(...dividers);
  }

  #showTags() {
    const { placed, ranges, decimals } = this.#scene;
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
    this.#parts.tags.replaceChildren(...tags);
  }

  #showCross() {
    const { cross } = this.#parts;
    cross.hidden = !this.#pointer;
    if (cross.hidden) {
      return;
    }
    const { placed, range, ranges, decimals } = this.#scene;
    const { plot } = placed;
    const y = this.#pointer.y - this.#plot.getBoundingClientRect().top;
    const time = this.#time();
    const x = plot.left + ((time - range[0]) / (range[1] - range[0])) * plot.width;
    const [vertical, horizontal, timeTag, valueTag] = cross.children;
    vertical.style.cssText = `left:${x}px;top:${plot.top}px;height:${plot.height}px`;
    vertical.hidden = x < plot.left || x > plot.left + plot.width;
    timeTag.style.cssText = `left:${Math.min(Math.max(x, 72), plot.left + plot.width - 20)}px;top:${plot.top + plot.height}px`;
    timeTag.textContent = `${utc(time)} UTC`;
    const row = placed.rows.find(
      (candidate) => y >= candidate.top && y <= candidate.top + candidate.height,
    );
    horizontal.hidden = valueTag.hidden = !row;
    if (row) {
      const [low, high] = ranges[row.key];
      const value = high - ((y - row.top) / row.height) * (high - low);
      horizontal.style.cssText = `left:${plot.left}px;width:${plot.width}px;top:${y}px`;
      valueTag.style.cssText = `left:${plot.left + plot.width}px;top:${y}px`;
      valueTag.textContent =
        row.key === "price"
          ? fixed(value, decimals)
          : row.key === "obi"
            ? signed(value, 3)
            : size(value);
    }
  }
}

function readout(key, { ohlc, metrics, cvd }, decimals, time) {
  if (key === "price") {
    const price = (value) => fixed(value, decimals);
    const when = element("time", "", `${utc(time)} UTC`);
    if (!ohlc) {
      return [when, element("span", "quiet", "no trades")];
    }
    const change = ohlc[4] - ohlc[1];
    return [
      when,
      ...fields({ O: price(ohlc[1]), H: price(ohlc[2]), L: price(ohlc[3]), C: price(ohlc[4]) }),
      element(
        "span",
        toneOf(change),
        `${signed(change, decimals)} (${signed((change / ohlc[1]) * 100, 2)} %)`,
      ),
    ];
  }
  if (key === "volume") {
    const delta = cvd ? cvd[4] - cvd[1] : null;
    return [
      element("b", "", "Volume"),
      element("span", "", size(ohlc?.[5])),
      ...fields(
        { delta: delta === null ? "–" : (delta > 0 ? "+" : "") + size(delta) },
        toneOf(delta),
      ),
    ];
  }
  if (key === "obi") {
    const values = metrics?.slice(1, 5) ?? [];
    const text = (index) => signed(values[index], 3);
    return [element("b", "", "OBI"), ...fields({ O: text(0), H: text(1), L: text(2), C: text(3) })];
  }
  const values = key === "tot" ? (metrics?.slice(5, 9) ?? []) : (cvd?.slice(1, 5) ?? []);
  const text = (index) => size(values[index]);
  return [
    element("b", "", key.toUpperCase()),
    ...fields({ O: text(0), H: text(1), L: text(2), C: text(3) }),
  ];
}

function fields(values, className = "") {
  return Object.entries(values).flatMap(([name, value]) => {
    const field = element("span", `field ${className}`);
    field.append(element("i", "", name), value);
    return field;
  });
}

function at(rows, time) {
  const row = rows[nearest(rows, time)];
  return row && row[0] === time ? row : undefined;
}
