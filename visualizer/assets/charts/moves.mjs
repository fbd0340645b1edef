// Which stretch of time the charts show, how long its bars are, and how buttons, keys and hands
// change both.
import {
  MOST_SHOWN_WINDOWS,
  moved,
  panned,
  pivotOf,
  rangeOf,
  resized,
  spanLimits,
  zoomed,
} from "../core/view.mjs";

/**
 * @import { Settings } from "../core/settings.mjs"
 * @import { BarSource, Range } from "../core/types.d.ts"
 */

const AUTO = "auto";

export class Moves {
  #bars;
  #settings;
  #say;

  /**
   * @param {BarSource} bars
   * @param {Settings} settings
   * @param {(text: string) => void} say tells the reader why something was not done
   */
  constructor(bars, settings, say) {
    this.#bars = bars;
    this.#settings = settings;
    this.#say = say;
  }

  /** Return the range in view, [from, to] in ms, or null without bars. */
  range() {
    const { values } = this.#settings;
    const times = this.#bars.times();
    const range = rangeOf(values, times, this.#bars.wantedMs);
    const { most } = this.#limits(times);
    if (!range || range[1] - range[0] <= most) {
      return range;
    }
    // kept from when bars were longer: so many as these would be now are never shown
    return zoomed(range, 1, values.follow ? range[1] : (range[0] + range[1]) / 2, {
      least: 0,
      most,
    });
  }

  /**
   * Move the view by a share of its width.
   *
   * @param {number} share
   */
  pan(share) {
    const range = this.range();
    if (range) {
      this.#moveTo(panned(range, share, this.#bars.times()));
    }
  }

  /**
   * Make the view `factor` times as wide, around a time or else its end with the newest bar.
   *
   * @param {number} factor
   * @param {number | null} anchor
   */
  zoom(factor, anchor = null) {
    const range = this.range();
    if (range) {
      const pivot = pivotOf(range, anchor, this.#bars.times(), this.#bars.wantedMs);
      const limits = this.#limits();
      this.#sayWhereBarsAreTooMany((range[1] - range[0]) * factor);
      this.#moveTo(zoomed(range, factor, pivot, limits));
    }
  }

  /** Show the oldest bar at the left edge. */
  showOldest() {
    const range = this.range();
    const { first } = this.#bars.times();
    if (range && first !== null) {
      const from = first - this.#bars.wantedMs;
      this.#moveTo([from, from + range[1] - range[0]]);
    }
  }

  /**
   * Show a stretch of time, or what of it can be shown around a time.
   *
   * @param {Range} range
   * @param {number} anchor
   */
  show(range, anchor = (range[0] + range[1]) / 2) {
    this.#sayWhereBarsAreTooMany(range[1] - range[0]);
    this.#moveTo(panned(zoomed(range, 1, anchor, this.#limits()), 0, this.#bars.times()));
  }

  /**
   * Take bars of another length, as many as now: around the middle, or the newest while following.
   *
   * @param {string} timeframe
   */
  setTimeframe(timeframe) {
    const range = this.range();
    const times = this.#bars.times();
    const { values } = this.#settings;
    const before = this.#bars.wantedMs;
    if (!range || timeframe === values.timeframe) {
      this.#settings.set({ timeframe });
    } else if (timeframe === AUTO) {
      this.#settings.set({ timeframe, ...moved(range, times, before, values.held) });
    } else if (values.follow && values.bars !== null) {
      this.#settings.set({ timeframe });
    } else {
      const after = this.#bars.lengthOf(timeframe);
      const next = resized(range, after / before, times, after);
      const spanMs = next[1] - next[0];
      const view = values.follow
        ? { bars: null, follow: true, spanMs, leadMs: null, range: null }
        : moved(next, times, after, values.held);
      this.#settings.set({ timeframe, ...view });
    }
  }

  /**
   * Take the next finer or coarser length that there is.
   *
   * @param {1 | -1} direction 1 for coarser
   */
  stepTimeframe(direction) {
    const now = this.#bars.wantedMs;
    const others = this.#bars.choices.filter((ms) => (ms - now) * direction > 0);
    const next = direction > 0 ? others[0] : others.at(-1);
    if (next !== undefined) {
      this.setTimeframe(String(next));
    } else {
      const { absence } = this.#bars;
      const end = direction > 0 ? "coarsest" : "finest";
      this.#say(`These are the ${end} bars there are${absence ? `: ${absence}` : ""}`);
    }
  }

  #limits(times = this.#bars.times()) {
    const isAuto = this.#settings.values.timeframe === AUTO;
    const finestMs = isAuto ? this.#bars.choices[0] : null;
    return spanLimits(times, this.#bars.wantedMs, finestMs);
  }

  /** @param {number} spanMs what was asked for */
  #sayWhereBarsAreTooMany(spanMs) {
    const { wantedMs } = this.#bars;
    const { most } = this.#limits();
    if (spanMs > most && most === wantedMs * MOST_SHOWN_WINDOWS) {
      const count = MOST_SHOWN_WINDOWS.toLocaleString("en");
      this.#say(`No more than ${count} bars at once: choose longer ones, or Auto`);
    }
  }

  /** @param {Range} range */
  #moveTo(range) {
    const { held } = this.#settings.values;
    this.#settings.set(moved(range, this.#bars.times(), this.#bars.wantedMs, held));
  }
}
