// What this browser knows of the run, brought up to date by messages of the feed.

const ARRAYS = ["ohlc", "metrics", "cvd", "events"];
const VALUES = ["depth", "processor", "supervisor", "supervisor_alive", "state", "files"];

export class Store {
  #listeners = [];

  constructor(job) {
    this.job = job;
    this.position = "";
    this.clockOffsetMs = 0;
    this.connection = { lost: false, sinceMs: null };
    this.updates = 0;
    for (const name of ARRAYS) {
      this[name] = [];
    }
    for (const name of VALUES) {
      this[name] = null;
    }
  }

  /** Return the time by the server's clock, ms. */
  now() {
    return Date.now() + this.clockOffsetMs;
  }

  onChange(listener) {
    this.#listeners.push(listener);
  }

  /** Take over a message of the feed: a whole state, or what changed since our position. */
  apply(message) {
    const changed = new Set();
    for (const name of ARRAYS) {
      if (name in message) {
        this[name] = merge(this[name], message[name]);
        changed.add(name);
      }
    }
    for (const name of VALUES) {
      if (name in message) {
        this[name] = message[name];
        changed.add(name);
      }
    }
    this.position = message.position;
    this.updates += 1;
    this.#tell(changed);
  }

  /** Take note that the server answers, or that it does not. */
  setConnection(lost) {
    if (lost !== this.connection.lost) {
      this.connection = { lost, sinceMs: lost ? Date.now() : null };
      this.#tell(new Set(["connection"]));
    }
  }

  #tell(changed) {
    for (const listener of this.#listeners) {
      listener(changed);
    }
  }
}

/** Return `rows` with a delta applied; both are sorted by key, their first element. */
export function merge(rows, delta) {
  if (delta.whole) {
    return delta.rows;
  }
  const kept = rows.slice(indexOfKey(rows, delta.first));
  for (const row of delta.rows) {
    const index = indexOfKey(kept, row[0]);
    const isThere = index < kept.length && kept[index][0] === row[0];
    kept.splice(index, isThere ? 1 : 0, row);
  }
  return kept;
}

/** Return the index of the first row whose key is not below `key`. */
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
