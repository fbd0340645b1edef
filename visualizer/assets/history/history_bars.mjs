// Where the charts have their bars from: of the length that was chosen, or that suits the zoom; while
// these are on their way, of the one most like it that is at hand.
import { CVD } from "../core/columns.mjs";
import { timesOfAll } from "./bar_rows.mjs";
import { tilesAround, tilesIn } from "./tiles.mjs";
import { AUTO, autoTimeframe, OWN, TIMEFRAMES } from "./timeframes.mjs";

/**
 * @import { Settings } from "../core/settings.mjs"
 * @import { Bars, BarSource, Newest, Range, Tile, Times } from "../core/types.d.ts"
 * @import { AllBars } from "./all_bars.mjs"
 * @import { History } from "./history.mjs"
 */

const MOST_TILES_AROUND = 3;
const WHO = "charts";
const DAY_MS = 86_400_000;

/** @implements {BarSource} */
export class HistoryBars {
  #all;
  #settings;
  #history;
  /** What is wanted; another is shown while that is on its way, ms. */
  #wantedMs;
  #shownMs;

  /**
   * @param {AllBars} all
   * @param {Settings} settings
   * @param {History} history
   */
  constructor(all, settings, history) {
    this.#all = all;
    this.#settings = settings;
    this.#history = history;
    this.#wantedMs = all.ownMs;
    this.#shownMs = all.ownMs;
  }

  get windowMs() {
    return this.#shownMs;
  }

  get wantedMs() {
    const { timeframe } = this.#settings.values;
    if (timeframe !== AUTO || !this.canShow(this.#wantedMs)) {
      this.#wantedMs = this.lengthOf(timeframe);
    }
    return this.#wantedMs;
  }

  get absence() {
    return this.#all.absence;
  }

  get choices() {
    const all = new Set([...TIMEFRAMES, this.#all.ownMs]);
    return [...all].sort((one, other) => one - other).filter((ms) => this.canShow(ms));
  }

  /** @param {number} windowMs */
  canShow(windowMs) {
    return this.#all.canShow(windowMs);
  }

  /** @param {string} timeframe */
  lengthOf(timeframe) {
    const ms = timeframe === OWN ? this.#all.ownMs : Number(timeframe);
    return ms >= 1000 && this.canShow(ms) ? ms : this.#all.ownMs;
  }

  /**
   * @param {Range} range
   * @param {number} widthPx
   */
  look(range, widthPx) {
    if (this.#settings.values.timeframe === AUTO) {
      const span = range[1] - range[0];
      this.#wantedMs = autoTimeframe(this.#wantedMs, span, widthPx, this.choices);
    }
    const wanted = this.wantedMs;
    this.#history.tiles.want(WHO, this.#tilesFor(range, wanted));
    this.#shownMs = this.#all.isThere(range, wanted) ? wanted : this.#nearestThere(range, wanted);
  }

  /** @returns {Times} */
  times() {
    const windowMs = this.wantedMs;
    return { ...this.#all.ends(windowMs), rows: this.#all.newestTimes(windowMs) };
  }

  /** @returns {Newest} */
  newest() {
    return this.#all.newest(this.#shownMs);
  }

  /**
   * @param {number} from
   * @param {number} to
   * @returns {Bars}
   */
  within(from, to) {
    return this.#all.within(this.#shownMs, from, to);
  }

  /**
   * @param {number} from
   * @param {number} to
   */
  timesWithin(from, to) {
    return timesOfAll(this.within(from, to));
  }

  /**
   * Say whether all bars between two times are at hand.
   *
   * @param {number} from
   * @param {number} to
   */
  isKnown(from, to) {
    return this.#all.isThere([from, to], this.#shownMs);
  }

  /**
   * Return the run's CVD at the end of the last bar before a time, if one of the hundreds before it
   * is at hand.
   *
   * @param {number} time
   */
  cvdBefore(time) {
    const [tile] = tilesIn([time - 1, time - 1], this.#shownMs);
    return this.within(tile.from, time - 1).cvd.at(-1)?.[CVD.close];
  }

  /**
   * @param {number | null} time
   * @returns {Newest}
   */
  at(time) {
    if (time === null) {
      return {};
    }
    const { ohlc, metrics, cvd } = this.within(time, time);
    return { ohlc: ohlc[0], metrics: metrics[0], cvd: cvd[0] };
  }

  /**
   * Return the tiles to ask for: those in view, the newest, those that one may come to.
   *
   * @param {Range} range
   * @param {number} windowMs
   */
  #tilesFor([from, to], windowMs) {
    const ends = this.#history.ends(windowMs);
    if (!ends) {
      return [];
    }
    /** @type {Range} */
    const reached = [from - windowMs, to + windowMs];
    const midnight = Math.floor(from / DAY_MS) * DAY_MS; // where the day's CVD begins
    const anchored = this.#settings.values.cvdAnchor === "day";
    /** @param {Tile} tile */
    const isOfUse = (tile) => tile.from <= ends[1] && tile.to > ends[0];
    const tiles = [
      ...tilesIn(reached, windowMs),
      ...(anchored ? tilesIn([midnight - windowMs, midnight], windowMs) : []),
      ...tilesIn([ends[1], ends[1]], windowMs),
      ...tilesAround(reached, windowMs, MOST_TILES_AROUND),
    ].filter(isOfUse);
    return [...new Map(tiles.map((tile) => [tile.key, tile])).values()];
  }

  /**
   * Return the length most like the one wanted of which all bars in view are at hand; the wanted
   * one where there is none.
   *
   * @param {Range} range
   * @param {number} wantedMs
   */
  #nearestThere(range, wantedMs) {
    /** @param {number} ms */
    const unlike = (ms) => Math.abs(Math.log(ms / wantedMs));
    const there = this.#all.lengthsAtHand.filter((ms) => this.#all.isThere(range, ms));
    return there.sort((one, other) => unlike(one) - unlike(other))[0] ?? wantedMs;
  }
}
