// Bars of the history as this browser keeps them: tiles, asked for while they are wanted, the ones
// longest unused dropped when there are many.

/** @import { Bars, Tile } from "../core/types.d.ts" */

const MOST_TILES = 160; // of 500 bars: about 25 MB
const MOST_REQUESTS = 3; // a browser has six connections to a server, and the feed needs one
const RETRY_MS = 1000;

/** @typedef {{ bars: Bars, commit: number, isFinal: boolean }} Loaded */
/** @typedef {(tile: Tile, signal: AbortSignal) => Promise<Loaded>} Load */

export class TileCache {
  #load;
  #onChange;
  /** Longest unused first. @type {Map<string, Loaded & { tile: Tile }>} */
  #loaded = new Map();
  /** @type {Map<string, AbortController>} */
  #asked = new Map();
  /** What each who looks at bars wants, most urgent first. @type {Map<string, Tile[]>} */
  #wanted = new Map();
  /** Those that failed, and when they may be asked for again. @type {Map<string, number>} */
  #failed = new Map();
  #commit = 0;

  /**
   * @param {Load} load
   * @param {() => void} onChange
   */
  constructor(load, onChange) {
    this.#load = load;
    this.#onChange = onChange;
  }

  /**
   * Say which tiles `who` wants now, most urgent first; those that nobody wants any more are not
   * waited for.
   *
   * @param {string} who
   * @param {Tile[]} tiles
   */
  want(who, tiles) {
    this.#wanted.set(who, tiles);
    this.#pump();
  }

  /**
   * Return the bars of a tile, null while they are on their way.
   *
   * @param {Tile} tile
   */
  get({ key }) {
    return this.#loaded.get(key)?.bars ?? null;
  }

  /** Return the windows that there are bars of. */
  windows() {
    return new Set([...this.#loaded.values()].map(({ tile }) => tile.windowMs));
  }

  /** How many tiles are kept. */
  get size() {
    return this.#loaded.size;
  }

  /**
   * Take note of a commit: tiles that it may have changed are asked for again, when they are wanted.
   *
   * @param {number} commit
   */
  reach(commit) {
    this.#commit = commit;
    this.#pump();
  }

  /**
   * Forget the tiles that end after a time.
   *
   * @param {number} fromMs
   */
  forget(fromMs = -Infinity) {
    for (const [key, { tile }] of this.#loaded) {
      if (tile.to > fromMs) {
        this.#loaded.delete(key);
      }
    }
    for (const request of this.#asked.values()) {
      request.abort();
    }
    this.#asked.clear();
    this.#failed.clear();
  }

  #pump() {
    const wanted = [...this.#wanted.values()].flat();
    const keys = new Set(wanted.map(({ key }) => key));
    for (const [key, request] of this.#asked) {
      if (!keys.has(key)) {
        request.abort();
        this.#asked.delete(key);
      }
    }
    for (const tile of wanted) {
      if (this.#asked.size < MOST_REQUESTS && this.#isNeeded(tile)) {
        this.#ask(tile);
      }
    }
    for (const key of [...keys].reverse()) {
      this.#touch(key);
    }
    this.#dropOldest(keys);
  }

  /** @param {Tile} tile */
  #isNeeded({ key }) {
    const found = this.#loaded.get(key);
    const isRight = found && (found.isFinal || found.commit === this.#commit);
    const waits = (this.#failed.get(key) ?? 0) > Date.now();
    return !isRight && !waits && !this.#asked.has(key);
  }

  /** @param {Tile} tile */
  async #ask(tile) {
    const request = new AbortController();
    this.#asked.set(tile.key, request);
    try {
      const loaded = await this.#load(tile, request.signal);
      if (!request.signal.aborted) {
        this.#loaded.set(tile.key, { ...loaded, tile });
        this.#failed.delete(tile.key);
        this.#onChange();
      }
    } catch {
      if (!request.signal.aborted) {
        this.#failed.set(tile.key, Date.now() + RETRY_MS);
        setTimeout(() => this.#pump(), RETRY_MS);
      }
    }
    if (this.#asked.get(tile.key) === request) {
      this.#asked.delete(tile.key);
      this.#pump();
    }
  }

  /** @param {string} key */
  #touch(key) {
    const found = this.#loaded.get(key);
    if (found) {
      this.#loaded.delete(key);
      this.#loaded.set(key, found);
    }
  }

  /** @param {Set<string>} wanted */
  #dropOldest(wanted) {
    for (const key of this.#loaded.keys()) {
      if (this.#loaded.size <= MOST_TILES) {
        return;
      }
      if (!wanted.has(key)) {
        this.#loaded.delete(key);
      }
    }
  }
}
