// What this browser knows of the run, brought up to date by messages of the feed.

/**
 * @import { Changed, Delta, FeedMessage, Job, JobRecord, Keyed } from "./types.d.ts"
 * @import { RunArrays, RunValues } from "./types.d.ts"
 */

const ARRAYS = /** @type {const} */ (["ohlc", "metrics", "cvd", "events"]);
const VALUES = /** @type {const} */ ([
  "depth",
  "processor",
  "supervisor",
  "supervisor_alive",
  "state",
  "files",
]);

const OVER = ["finished", "failed", "no-input", "stopped"];

/**
 * @implements {RunArrays}
 * @implements {RunValues}
 */
export class Store {
  /** @type {((changed: Changed) => void)[]} */
  #listeners = [];
  #clockOffsetMs = 0;

  /** @type {RunArrays["ohlc"]} */
  ohlc = [];
  /** @type {RunArrays["metrics"]} */
  metrics = [];
  /** @type {RunArrays["cvd"]} */
  cvd = [];
  /** @type {RunArrays["events"]} */
  events = [];

  /** @type {RunValues["depth"]} */
  depth = null;
  /** @type {RunValues["processor"]} */
  processor = null;
  /** @type {RunValues["supervisor"]} */
  supervisor = null;
  /** @type {RunValues["supervisor_alive"]} */
  supervisor_alive = null;
  /** @type {RunValues["state"]} */
  state = null;
  /** @type {RunValues["files"]} */
  files = null;

  /** @param {Job} job what the page was made for, until the feed tells whose data it brings */
  constructor(job) {
    this.job = job;
    this.position = "";
    /** Whether the server is silent, and when it was heard last, by the clock of this browser. */
    this.connection = { lost: false, heardMs: Date.now() };
    this.updates = 0;
  }

  /**
   * Return the time by the server's clock, ms. While the server is silent it stands still: nothing is
   * known of later.
   */
  now() {
    return (this.connection.lost ? this.connection.heardMs : Date.now()) + this.#clockOffsetMs;
  }

  /** Whether nothing more is on its way: what is not there will not come by itself. */
  get isOver() {
    return OVER.includes(this.state?.kind ?? "");
  }

  /** @param {(changed: Changed) => void} listener */
  onChange(listener) {
    this.#listeners.push(listener);
  }

  /**
   * Take over a message of the feed: a whole state, or what changed since our position.
   *
   * @param {FeedMessage} message
   */
  apply(message) {
    /** @type {Changed} */
    const changed = new Set();
    if (message.job) {
      this.job = { ...this.job, ...jobOf(message.job) };
      changed.add("job");
    }
    for (const name of ARRAYS) {
      const delta = message[name];
      if (delta) {
        Object.assign(this, { [name]: merge(this[name], /** @type {Delta<Keyed>} */ (delta)) });
        changed.add(name);
      }
    }
    for (const name of VALUES) {
      if (name in message) {
        Object.assign(this, { [name]: message[name] });
        changed.add(name);
      }
    }
    this.position = message.position;
    this.updates += 1;
    this.#tell(changed);
  }

  /**
   * Take note that the server answered, at that time by its clock.
   *
   * @param {number} serverMs
   */
  hear(serverMs) {
    const heardMs = Date.now();
    const wasLost = this.connection.lost;
    this.#clockOffsetMs = serverMs - heardMs;
    this.connection = { lost: false, heardMs };
    if (wasLost) {
      this.#tell(new Set(["connection"]));
    }
  }

  /** Take note that the server does not answer. */
  lose() {
    if (!this.connection.lost) {
      this.connection = { ...this.connection, lost: true };
      this.#tell(new Set(["connection"]));
    }
  }

  /** @param {Changed} changed */
  #tell(changed) {
    for (const listener of this.#listeners) {
      listener(changed);
    }
  }
}

/** @param {JobRecord} record */
function jobOf({ instrument, from_ms: fromMs, to_ms: toMs, window_seconds: seconds }) {
  return { instrument, fromMs, toMs, windowMs: seconds * 1000 };
}

/**
 * Return `rows` with a delta applied; both are sorted by key, their first element.
 *
 * @template {Keyed} Row
 * @param {Row[]} rows
 * @param {Delta<Row>} delta
 */
export function merge(rows, delta) {
  if (delta.whole) {
    return delta.rows;
  }
  const kept = rows.slice(indexOfKey(rows, delta.first ?? 0));
  for (const row of delta.rows) {
    const index = indexOfKey(kept, row[0]);
    const isThere = index < kept.length && kept[index][0] === row[0];
    kept.splice(index, isThere ? 1 : 0, row);
  }
  return kept;
}

/**
 * Return the index of the first row whose key is not below `key`.
 *
 * @param {readonly Keyed[]} rows
 * @param {number} key
 */
export function indexOfKey(rows, key) {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle][0] < key) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}
