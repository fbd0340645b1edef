// What the reader has chosen, kept in this browser so that a reload changes nothing.

/** @import { Choices } from "./types.d.ts" */

const KEY = "orderflow.settings";

/** @type {Choices} */
const DEFAULTS = {
  bars: 300, // how many of the newest bars to show; null after a zoom of one's own
  follow: true, // keep the newest bar in view
  held: false, // the reader said not to follow: moving about does not take that back
  spanMs: null, // width of a zoom of one's own
  leadMs: null, // how far its right edge is past the newest bar
  range: null, // [from, to] in ms, while not following
  timeframe: "own", // how long bars are: ms, `auto` by the zoom, `own` as the run makes them
  rows: ["volume", "obi", "tot", "cvd"],
  obiScale: "auto",
  palette: "blue-orange",
  logFilter: "",
  logLevel: "processes",
};

export class Settings {
  /** @type {Choices} */
  #values = { ...DEFAULTS, ...load() };
  /** @type {((changes: Partial<Choices>) => void)[]} */
  #listeners = [];

  /** Return the choices; change them with `set` only. */
  get values() {
    return this.#values;
  }

  /**
   * Take over choices, keep them, and tell whoever draws by them.
   *
   * @param {Partial<Choices>} changes
   */
  set(changes) {
    this.#values = { ...this.#values, ...changes };
    try {
      localStorage.setItem(KEY, JSON.stringify(this.#values));
    } catch {
      // a browser that keeps nothing still shows everything
    }
    for (const listener of this.#listeners) {
      listener(changes);
    }
  }

  /** @param {(changes: Partial<Choices>) => void} listener */
  onChange(listener) {
    this.#listeners.push(listener);
  }
}

/** @returns {Partial<Choices>} */
function load() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "null") ?? {};
    return Object.fromEntries(
      Object.entries(kept).filter(([name, value]) => isUsable(name, value)),
    );
  } catch {
    return {};
  }
}

/**
 * Say whether a kept choice is one: another version's, or one edited by hand, must not stop the page.
 *
 * @param {string} name
 * @param {unknown} value
 */
function isUsable(name, value) {
  if (!(name in DEFAULTS)) {
    return false;
  }
  if (name === "range") {
    return (
      value === null || (Array.isArray(value) && value.length === 2 && value.every(Number.isFinite))
    );
  }
  if (name === "rows") {
    return Array.isArray(value);
  }
  if (["bars", "spanMs", "leadMs"].includes(name)) {
    return value === null || Number.isFinite(value);
  }
  return typeof value === typeof DEFAULTS[/** @type {keyof Choices} */ (name)];
}
