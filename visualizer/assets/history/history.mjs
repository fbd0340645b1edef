// The run's history as this browser knows it: whether it is there and of this run, and its bars.
import { barsOf } from "./rows.mjs";
import { TileCache } from "./tile_cache.mjs";

/**
 * @import { Store } from "../core/store.mjs"
 * @import { Changed, HistorySummary, Range, Tile } from "../core/types.d.ts"
 */

const PAUSE_MS = 2000; // a history is committed every few seconds
const RETRY_MS = 5000;
const CONCERNS = ["processor", "state"];
const OPEN_MS = 600_000; // what a commit may still change is newer than that, by the data's time

export class History {
  #store;
  /** @type {(() => void)[]} */
  #listeners = [];
  /** @type {HistorySummary | null | undefined} undefined before the first answer */
  #summary;
  #isAsking = false;
  #askedAt = -Infinity;
  #timer = 0;
  /** Whether something was told since that a history may have grown by. */
  #isDue = false;

  /** @param {Store} store */
  constructor(store) {
    this.#store = store;
    this.tiles = new TileCache(
      (tile, signal) => this.#load(tile, signal),
      () => this.#tell(),
    );
  }

  /** @param {() => void} listener */
  onChange(listener) {
    this.#listeners.push(listener);
  }

  /** @param {Changed} changed */
  dataChanged(changed) {
    if (CONCERNS.some((name) => changed.has(name))) {
      this.#isDue = true;
      this.#schedule();
    }
  }

  /** Whether it is not known yet if there is one. */
  get isUnknown() {
    return this.#summary === undefined;
  }

  /** What there is of the run whose newest bars the feed brings; null where there is nothing. */
  get summary() {
    const identity = this.#store.processor?.history?.identity ?? null;
    return this.#summary && this.#summary.identity === identity ? this.#summary : null;
  }

  /** Why there is none, in a reader's words; null where there is one. */
  get absence() {
    const { processor } = this.#store;
    if (this.summary) {
      return null;
    }
    if (processor && !processor.history) {
      return "this run keeps no history";
    }
    if (this.#summary && processor) {
      return "the history beside it is of another run";
    }
    return "no history is written yet";
  }

  /** From the first bar's time on, and until when what is read cannot change any more. */
  get settledMs() {
    const { summary } = this;
    if (!summary) {
      return -Infinity;
    }
    return this.#store.isOver ? Infinity : summary.to_ms - OPEN_MS;
  }

  /**
   * Return the times of the oldest and the newest window in which there is something.
   *
   * @param {number} windowMs
   * @returns {Range | null}
   */
  ends(windowMs) {
    const { summary } = this;
    /** @param {number} ms */
    const start = (ms) => Math.floor(ms / windowMs) * windowMs;
    return summary ? [start(summary.from_ms), start(summary.to_ms - 1)] : null;
  }

  #schedule() {
    clearTimeout(this.#timer);
    const waitMs = this.#askedAt + PAUSE_MS - performance.now();
    if (waitMs > 0) {
      this.#timer = setTimeout(() => this.#schedule(), waitMs);
    } else if (this.#isDue && !this.#isAsking) {
      this.#ask();
    }
  }

  async #ask() {
    this.#isAsking = true;
    this.#isDue = false;
    this.#askedAt = performance.now();
    try {
      const response = await fetch("/_history", { cache: "no-store" });
      if (!response.ok) {
        throw new Error(`the page server answered ${response.status}`);
      }
      this.#take(await response.json());
    } catch {
      this.#take(this.#summary ?? null);
      setTimeout(() => this.dataChanged(new Set(CONCERNS)), RETRY_MS);
    }
    this.#isAsking = false;
    if (this.#isDue) {
      this.#schedule();
    }
  }

  /** @param {HistorySummary | null} summary */
  #take(summary) {
    const before = this.#summary;
    this.#summary = summary;
    if (before && summary?.identity !== before.identity) {
      this.tiles.forget();
    } else if (before && summary && summary.to_ms < before.to_ms) {
      this.tiles.forget(summary.to_ms); // some of it was taken back
    }
    if (JSON.stringify(before) !== JSON.stringify(summary)) {
      this.tiles.reach(summary?.commit ?? 0);
      this.#tell();
    }
  }

  /**
   * @param {Tile} tile
   * @param {AbortSignal} signal
   */
  async #load({ windowMs, from, to }, signal) {
    const { summary } = this;
    if (!summary) {
      throw new Error("there is no history to ask");
    }
    const isFinal = to <= summary.to_ms - OPEN_MS; // what is answered is as new, or newer
    const address = `/_history/bars?window_ms=${windowMs}&from_ms=${from}&to_ms=${to}&fields=drawn`;
    const response = await fetch(address, { signal, cache: "no-store" });
    if (response.ok && response.headers.get("X-Orderflow-History") === summary.identity) {
      return { bars: barsOf(await response.arrayBuffer()), commit: summary.commit, isFinal };
    }
    this.dataChanged(new Set(CONCERNS)); // it is another one, or gone
    throw new Error(`expected bars of the history, found ${response.status}`);
  }

  #tell() {
    for (const listener of this.#listeners) {
      listener();
    }
  }
}
