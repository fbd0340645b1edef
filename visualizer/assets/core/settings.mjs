// What the reader has chosen, kept in this browser so that a reload changes nothing: choices of
// taste for all that is looked at, choices about time for the job that they were made for.

/** @import { Choices, Job, Tastes, TimeChoices } from "./types.d.ts" */

const TASTES_KEY = "orderflow.settings";
const TIMES_KEY = "orderflow.times";
const MOST_JOBS = 40;

/** @type {Tastes} */
const TASTES = {
  rows: ["volume", "delta", "obi", "tot", "cvd"],
  obiShape: "line", // or candles
  obiScale: "auto", // or fixed
  cvdAnchor: "run", // or day, or view: where CVD is 0
  palette: "blue-orange",
  logFilter: "",
  logLevel: "processes",
};

/** @type {TimeChoices} */
const TIMES = {
  bars: 300, // how many of the newest bars to show; null after a zoom of one's own
  follow: true, // keep the newest bar in view
  held: false, // the reader said not to follow: moving about does not take that back
  spanMs: null, // width of a zoom of one's own
  leadMs: null, // how far its right edge is past the newest bar
  range: null, // [from, to] in ms, while not following
  timeframe: "own", // how long bars are: ms, `auto` by the zoom, `own` as the run makes them
};

/** @typedef {Pick<Job, "instrument" | "fromMs" | "toMs">} Owner whose times they are */

export class Settings {
  #owner;
  /** @type {Choices} */
  #values;
  /** @type {((changes: Partial<Choices>) => void)[]} */
  #listeners = [];

  /** @param {Owner} job */
  constructor(job) {
    this.#owner = nameOf(job);
    this.#values = { ...TASTES, ...usable(TASTES, kept(TASTES_KEY)), ...timesFor(this.#owner) };
  }

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
    if (Object.keys(changes).some((name) => name in TIMES)) {
      keepTimes(this.#owner, picked(TIMES, this.#values));
    }
    if (Object.keys(changes).some((name) => name in TASTES)) {
      keep(TASTES_KEY, picked(TASTES, this.#values));
    }
    this.#tell(changes);
  }

  /**
   * Go over to what was chosen about time for that job, where it is another one.
   *
   * @param {Owner} job
   */
  belongTo(job) {
    const owner = nameOf(job);
    if (owner !== this.#owner) {
      this.#owner = owner;
      const times = timesFor(owner);
      this.#values = { ...this.#values, ...times };
      this.#tell(times);
    }
  }

  /** @param {(changes: Partial<Choices>) => void} listener */
  onChange(listener) {
    this.#listeners.push(listener);
  }

  /** @param {Partial<Choices>} changes */
  #tell(changes) {
    for (const listener of this.#listeners) {
      listener(changes);
    }
  }
}

/** @param {Owner} job */
function nameOf({ instrument, fromMs, toMs }) {
  return `${instrument} ${fromMs} ${toMs}`;
}

/**
 * @param {string} owner
 * @returns {TimeChoices}
 */
function timesFor(owner) {
  const own = timesByOwner().find(([name]) => name === owner)?.[1];
  return { ...TIMES, ...usable(TIMES, own) };
}

/** Return what is kept for each job, the one of the last change last. */
function timesByOwner() {
  const all = kept(TIMES_KEY);
  return Array.isArray(all) ? all.filter((entry) => Array.isArray(entry)) : [];
}

/**
 * Keep them as the newest; other tabs may have kept some of other jobs meanwhile.
 *
 * @param {string} owner
 * @param {object} times
 */
function keepTimes(owner, times) {
  const others = timesByOwner().filter(([name]) => name !== owner);
  keep(TIMES_KEY, [...others, [owner, times]].slice(-MOST_JOBS));
}

/**
 * @param {string} key
 * @returns {unknown}
 */
function kept(key) {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}

/**
 * @param {string} key
 * @param {unknown} value
 */
function keep(key, value) {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // a browser that keeps nothing still shows everything
  }
}

/**
 * @param {object} defaults
 * @param {Choices} values
 */
function picked(defaults, values) {
  return Object.fromEntries(Object.entries(values).filter(([name]) => name in defaults));
}

/**
 * Return of what was kept that which can be used: another version's, or what was edited by hand,
 * must not stop the page.
 *
 * @param {object} defaults
 * @param {unknown} values
 */
function usable(defaults, values) {
  const usual = new Map(Object.entries(defaults));
  return Object.fromEntries(
    Object.entries(values ?? {}).filter(
      ([name, value]) => usual.has(name) && isUsable(name, value, usual.get(name)),
    ),
  );
}

/**
 * @param {string} name
 * @param {unknown} value
 * @param {unknown} usual
 */
function isUsable(name, value, usual) {
  if (name === "range") {
    return (
      value === null || (Array.isArray(value) && value.length === 2 && value.every(Number.isFinite))
    );
  }
  if (["bars", "spanMs", "leadMs"].includes(name)) {
    return value === null || Number.isFinite(value);
  }
  return Array.isArray(usual) ? Array.isArray(value) : typeof value === typeof usual;
}
