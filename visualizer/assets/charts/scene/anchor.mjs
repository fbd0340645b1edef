// Where CVD is 0: at the run's start, at midnight UTC of each day, or at the first bar in view.
import { CVD } from "../../core/columns.mjs";

/** @import { Anchor, AnchorStep, Bar, BarSource } from "../../core/types.d.ts" */

/** @typedef {Pick<BarSource, "windowMs" | "within" | "cvdBefore">} Source */

const DAY_MS = 86_400_000;
const SAME = 1e-9; // of the larger: a history's sums may be rounded otherwise than a run's

/**
 * Return what is to be taken off the run's CVD, for bars in the order of time.
 *
 * A day begins with the CVD at the last bar before its midnight. Where that is not known, with the
 * first bar of the day that is, and `since` says from when on it counts.
 *
 * @param {string} kind run, day or view
 * @param {Bar[]} bars of CVD
 * @param {Bar | undefined} first the first of them in view
 * @param {Source} source
 * @returns {Anchor}
 */
export function anchorOf(kind, bars, first, source) {
  if (kind === "view") {
    return { kind, steps: first ? [{ from: first[0], base: first[CVD.open], since: null }] : [] };
  }
  return kind === "day" ? { kind, steps: days(bars, source) } : { kind: "run", steps: [] };
}

/**
 * @param {Bar[]} bars
 * @param {Source} source
 */
function days(bars, source) {
  /** @type {AnchorStep[]} */
  const steps = [];
  /** @type {Bar | undefined} */
  let before;
  for (const bar of bars) {
    const midnight = Math.floor(bar[0] / DAY_MS) * DAY_MS;
    if (midnight !== steps.at(-1)?.from) {
      const base = before && goesOn(before, bar) ? before[CVD.close] : source.cvdBefore?.(midnight);
      steps.push(base === undefined ? late(midnight, bar, source) : stepOf(midnight, base));
    }
    before = bar;
  }
  return steps;
}

/**
 * Return a day of which nothing is known from before its first bar that there is.
 *
 * @param {number} midnight
 * @param {Bar} bar of that day
 * @param {Source} source
 * @returns {AnchorStep}
 */
function late(midnight, bar, source) {
  const first = source.within(midnight, bar[0]).cvd[0] ?? bar;
  const isWhole = first[0] < midnight + source.windowMs;
  return stepOf(midnight, first[CVD.open], isWhole ? null : first[0]);
}

/**
 * @param {number} from
 * @param {number} base
 * @param {number | null} since
 * @returns {AnchorStep}
 */
function stepOf(from, base, since = null) {
  return { from, base, since };
}

/**
 * Say whether no bar is missing between two: the one begins where the other ended.
 *
 * @param {Bar} before
 * @param {Bar} bar
 */
function goesOn(before, bar) {
  const [end, start] = [before[CVD.close], bar[CVD.open]];
  return Math.abs(end - start) <= SAME * Math.max(Math.abs(end), Math.abs(start));
}

/**
 * Return what is to be taken off the run's CVD at a time.
 *
 * @param {Anchor} anchor
 * @param {number} time
 */
export function baseAt(anchor, time) {
  return stepAt(anchor, time)?.base ?? 0;
}

/**
 * Say from where on CVD counts at a time: `run`, `view`, `day`, or `since 09:31`.
 *
 * @param {Anchor} anchor
 * @param {number} time
 */
export function anchorName(anchor, time) {
  const since = stepAt(anchor, time)?.since ?? null;
  return since === null ? anchor.kind : `since ${new Date(since).toISOString().slice(11, 16)}`;
}

/**
 * @param {Anchor} anchor
 * @param {number} time
 * @returns {AnchorStep | undefined}
 */
function stepAt({ steps }, time) {
  let [low, high] = [0, steps.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (steps[middle].from <= time) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return steps[Math.max(low - 1, 0)];
}
