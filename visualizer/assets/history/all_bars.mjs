// All bars there are, of any length: the history's, and over their end those that the feed makes.
import { within } from "../core/view.mjs";
import { endsOf, mergedEnds } from "./bar_rows.mjs";
import { union } from "./merging.mjs";
import { clipped, tilesIn } from "./tiles.mjs";

/**
 * @import { Bar, Bars, Ends, Newest, Range } from "../core/types.d.ts"
 * @import { FeedBars } from "./feed_bars.mjs"
 * @import { History } from "./history.mjs"
 */

/** @typedef {"ohlc" | "metrics" | "cvd"} Name */

export class AllBars {
  #feed;
  #history;

  /**
   * @param {FeedBars} feed
   * @param {History} history
   */
  constructor(feed, history) {
    this.#feed = feed;
    this.#history = history;
  }

  /** How long the run's own bars are. */
  get ownMs() {
    return this.#feed.windowMs;
  }

  /** Why there are none but those that the feed makes, null where there are. */
  get absence() {
    return this.#history.absence;
  }

  /** The lengths of which some tiles are at hand, and the run's own. */
  get lengthsAtHand() {
    return [...this.#history.tiles.windows(), this.ownMs];
  }

  /**
   * Say whether bars so long can be had; before it is known, that they can.
   *
   * @param {number} windowMs
   */
  canShow(windowMs) {
    const isKept = this.#history.isUnknown || this.#history.summary !== null;
    return isKept || this.#feed.isOfUse(windowMs);
  }

  /**
   * Return the times of the oldest and the newest bar of any series.
   *
   * @param {number} windowMs
   * @returns {Ends}
   */
  ends(windowMs) {
    const rows = this.#made(windowMs)?.times ?? [];
    const all = mergedEnds(this.#history.ends(windowMs), endsOf(rows));
    return all ?? mergedEnds(endsOf(this.#feed.of(this.ownMs).times), null) ?? NO_ENDS;
  }

  /**
   * Return the newest bars that are at hand, one of each time at which any series has one.
   *
   * @param {number} windowMs
   */
  newestTimes(windowMs) {
    return this.#made(windowMs)?.times ?? [];
  }

  /**
   * Return the newest bar of each series; the run's own where none of that length is at hand.
   *
   * @param {number} windowMs
   * @returns {Newest}
   */
  newest(windowMs) {
    const made = this.#made(windowMs)?.bars;
    const own = this.#feed.of(this.ownMs).bars;
    const ends = this.#history.ends(windowMs);
    const tail = ends && this.#kept([ends[1], ends[1]], windowMs);
    /** @param {Name} name */
    const of = (name) => newer(made?.[name].at(-1), tail?.[name].at(-1)) ?? own[name].at(-1);
    return { ohlc: of("ohlc"), metrics: of("metrics"), cvd: of("cvd") };
  }

  /**
   * Return the bars whose times are in [from, to], as far as they are at hand.
   *
   * What is settled in the history knows more than the feed; what is not, the feed knows better.
   *
   * @param {number} windowMs
   * @param {number} from
   * @param {number} to
   * @returns {Bars}
   */
  within(windowMs, from, to) {
    const made = this.#made(windowMs);
    const tiles = this.#history.summary ? this.#kept([from, to], windowMs) : null;
    const startMs = made?.startMs ?? Infinity;
    const { settledMs } = this.#history;
    /** @param {Bar} bar */
    const isBest = (bar) => bar[0] < startMs || bar[0] + windowMs <= settledMs;
    /** @param {Name} name */
    const of = (name) => {
      const newest = made ? within(made.bars[name], from, to) : [];
      const older = tiles ? within(tiles[name], from, to).filter(isBest) : [];
      return older.length ? union(older, newest) : newest;
    };
    return { ohlc: of("ohlc"), metrics: of("metrics"), cvd: of("cvd") };
  }

  /**
   * Say whether all bars in a range are at hand.
   *
   * @param {Range} range
   * @param {number} windowMs
   */
  isThere([from, to], windowMs) {
    const made = this.#made(windowMs);
    const ends = this.#history.ends(windowMs);
    if (!ends) {
      return made !== null;
    }
    const needed = clipped([from - windowMs, to + windowMs], ends);
    if (!needed || (made && made.startMs <= needed[0])) {
      return true;
    }
    const end = made ? Math.min(needed[1], made.startMs - 1) : needed[1];
    const tiles = tilesIn([needed[0], end], windowMs);
    return tiles.every((tile) => this.#history.tiles.get(tile) !== null);
  }

  /** @param {number} windowMs */
  #made(windowMs) {
    return this.#feed.canMake(windowMs) ? this.#feed.of(windowMs) : null;
  }

  /**
   * Return the bars of the tiles of a range that are at hand.
   *
   * @param {Range} range
   * @param {number} windowMs
   * @returns {Bars}
   */
  #kept(range, windowMs) {
    const tiles = tilesIn(range, windowMs).flatMap((tile) => this.#history.tiles.get(tile) ?? []);
    return tiles.length === 1
      ? tiles[0]
      : {
          ohlc: tiles.flatMap(({ ohlc }) => ohlc),
          metrics: tiles.flatMap(({ metrics }) => metrics),
          cvd: tiles.flatMap(({ cvd }) => cvd),
        };
  }
}

/** @type {Ends} */
const NO_ENDS = { first: null, last: null };

/**
 * Return the newer of two bars, of the same time the first.
 *
 * @param {Bar | undefined} one
 * @param {Bar | undefined} other
 */
function newer(one, other) {
  return !one || (other && other[0] > one[0]) ? other : one;
}
