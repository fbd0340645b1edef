// Which stretch of time is in view: pure functions from choices and bars to a range, and back.
import { indexOfKey } from "./store.mjs";

/**
 * @import { Store } from "./store.mjs"
 * @import { Choices, Ends, Keyed, Range, SpanLimits, Times } from "./types.d.ts"
 */

const LEAD_SHARE = 0.015; // room right of the newest bar's middle, as a share of the view
const LEAD_WINDOWS = 0.75; // and at least so much: half of it is the bar's own
const MOVES = ["bars", "follow", "held", "spanMs", "leadMs", "range", "timeframe"];
const MIN_WINDOWS = 5;
const MIN_SHOWN_WINDOWS = 30; // with few bars the candles would else be as broad as doors
export const MOST_SHOWN_WINDOWS = 3000; // a screen has fewer columns

/**
 * Return the ends of what the feed has brought: series may begin and end at different times.
 *
 * @param {Store} store
 * @returns {Ends}
 */
export function timesOf({ ohlc, metrics, cvd }) {
  const series = [ohlc, metrics, cvd].filter((rows) => rows.length);
  if (series.length === 0) {
    return { first: null, last: null };
  }
  return {
    first: Math.min(...series.map((rows) => rows[0][0])),
    last: Math.max(...series.map((rows) => rows[rows.length - 1][0])),
  };
}

/**
 * Return the range [from, to] in ms that the choices ask for, or null without bars.
 *
 * @param {Choices} settings
 * @param {Times} times
 * @param {number} windowMs
 * @returns {Range | null}
 */
export function rangeOf(settings, times, windowMs) {
  if (times.last === null) {
    return null;
  }
  if (!settings.follow && settings.range) {
    return settings.range;
  }
  if (settings.bars === null && settings.spanMs) {
    const to = times.last + (settings.leadMs ?? leadOf(settings.spanMs, windowMs));
    return [to - settings.spanMs, to];
  }
  const oldest = oldestOf(settings.bars ?? 300, times, windowMs);
  const span = Math.max(times.last - oldest + windowMs, MIN_SHOWN_WINDOWS * windowMs);
  return [times.last + windowMs / 2 - span, times.last + leadOf(span, windowMs)];
}

/**
 * Return the time of the oldest of so many of the newest bars; of those that are not at hand it is
 * taken that there is one in every window.
 *
 * @param {number} count
 * @param {Times & { first: number }} times
 * @param {number} windowMs
 */
function oldestOf(count, { first, last, rows }, windowMs) {
  const missing = count - rows.length;
  if (missing <= 0) {
    return rows[rows.length - count][0];
  }
  const next = rows.length ? rows[0][0] : last + windowMs;
  return Math.max(first, next - missing * windowMs);
}

/**
 * @param {number} spanMs
 * @param {number} windowMs
 */
function leadOf(spanMs, windowMs) {
  return Math.max(spanMs * LEAD_SHARE, windowMs * LEAD_WINDOWS);
}

/**
 * Say whether choices only move what is in view, which concerns the charts alone.
 *
 * @param {Partial<Choices>} changes
 */
export function isMove(changes) {
  return Object.keys(changes).every((name) => MOVES.includes(name));
}

/**
 * Return the choices after the reader moved to `range`.
 *
 * The newest bar is followed as long as all of it is in view, unless the reader said not to.
 *
 * @param {Range} range
 * @param {Ends} times
 * @param {number} windowMs
 * @param {boolean} isHeld
 * @returns {Partial<Choices>}
 */
export function moved(range, times, windowMs, isHeld) {
  const [from, to] = range;
  if (!isHeld && times.last !== null && from <= times.last && times.last + windowMs / 2 <= to) {
    return { bars: null, follow: true, spanMs: to - from, leadMs: to - times.last, range: null };
  }
  return { bars: null, follow: false, spanMs: to - from, leadMs: null, range: [from, to] };
}

/**
 * Return `range` shifted by a share of its width, not past the data's ends by more than half.
 *
 * @param {Range} range
 * @param {number} share
 * @param {Ends} times
 * @returns {Range}
 */
export function panned(range, share, times) {
  const span = range[1] - range[0];
  let shift = span * share;
  if (times.last !== null) {
    shift = Math.max(shift, times.first - span / 2 - range[0]);
    shift = Math.min(shift, times.last + span / 2 - range[1]);
  }
  return [range[0] + shift, range[1] + shift];
}

/**
 * Return the time in view to zoom around: `anchor`, or behind the newest bar if that is meant.
 *
 * Around its middle half of the newest bar would leave the view. It is meant if there is no anchor.
 *
 * @param {Range} range
 * @param {number | null} anchor
 * @param {Ends} times
 * @param {number} windowMs
 */
export function pivotOf([from, to], anchor, times, windowMs) {
  const newest = times.last ?? to;
  const isNewest = anchor === null || Math.abs(anchor - newest) <= windowMs / 2;
  const time = isNewest ? newest + windowMs * LEAD_WINDOWS : anchor;
  return Math.min(Math.max(time, from), to);
}

/**
 * Return how broad a view may be: a few bars of the finest length, and all that there is, but no
 * more bars than one can tell apart, unless their length follows the zoom.
 *
 * @param {Ends} times
 * @param {number} windowMs
 * @param {number | null} finestMs of the lengths that follow the zoom, null where it is fixed
 * @returns {SpanLimits}
 */
export function spanLimits(times, windowMs, finestMs) {
  const lead = windowMs * MIN_SHOWN_WINDOWS;
  const all = times.last === null ? lead : times.last - times.first + lead;
  const widest = Math.max(all * 1.5, windowMs * 60);
  return finestMs === null
    ? { least: windowMs * MIN_WINDOWS, most: Math.min(widest, windowMs * MOST_SHOWN_WINDOWS) }
    : { least: finestMs * MIN_WINDOWS, most: widest };
}

/**
 * Return `range` made `factor` times as wide around `anchor`, within the limits.
 *
 * @param {Range} range
 * @param {number} factor
 * @param {number} anchor
 * @param {SpanLimits} limits
 * @returns {Range}
 */
export function zoomed(range, factor, anchor, { least, most }) {
  const span = range[1] - range[0];
  const wanted = Math.min(Math.max(span * factor, least), most);
  const share = (anchor - range[0]) / span;
  return [anchor - wanted * share, anchor + wanted * (1 - share)];
}

/**
 * Return `range` made `ratio` times as wide around its middle, no wider than all there is.
 *
 * @param {Range} range
 * @param {number} ratio
 * @param {Ends} times
 * @param {number} windowMs
 * @returns {Range}
 */
export function resized([from, to], ratio, times, windowMs) {
  const all = times.last === null ? 0 : times.last - times.first + 2 * windowMs;
  const widest = Math.max(all, MIN_SHOWN_WINDOWS * windowMs);
  const span = Math.min(Math.max((to - from) * ratio, MIN_WINDOWS * windowMs), widest);
  const start = from + (to - from - span) / 2;
  return panned([start, start + span], 0, times);
}

/**
 * Return the rows with a key in [from, to].
 *
 * @template {Keyed} Row
 * @param {Row[]} rows
 * @param {number} from
 * @param {number} to
 */
export function within(rows, from, to) {
  return rows.slice(indexOfKey(rows, from), indexOfKey(rows, to + 1));
}

/**
 * Return the bar in question: the one nearest to `time` among those that are at least partly in
 * view, without a time the newest whose middle is; null where there is none.
 *
 * @template {Keyed} Row
 * @param {Row[]} rows
 * @param {Range} range
 * @param {number | null} time
 * @param {number} windowMs
 * @returns {Row | null}
 */
export function barInQuestion(rows, [from, to], time, windowMs) {
  if (time === null) {
    return within(rows, from, to).at(-1) ?? null;
  }
  const inView = within(rows, from - windowMs / 2, to + windowMs / 2);
  return inView[nearest(inView, time)] ?? null;
}

/**
 * Return the stretches without trades between bars as [from, to] in ms.
 *
 * @param {Keyed[]} rows
 * @param {number} windowMs
 */
export function gapsOf(rows, windowMs) {
  /** @type {Range[]} */
  const gaps = [];
  for (let index = 1; index < rows.length; index += 1) {
    const before = rows[index - 1][0];
    if (rows[index][0] - before > windowMs * 1.5) {
      gaps.push([before + windowMs / 2, rows[index][0] - windowMs / 2]);
    }
  }
  return gaps;
}

/**
 * Return the index of the row nearest to `time`, or -1.
 *
 * @param {readonly Keyed[]} rows
 * @param {number} time
 */
export function nearest(rows, time) {
  const index = indexOfKey(rows, time);
  if (rows.length === 0) {
    return -1;
  }
  if (index === 0 || (index < rows.length && rows[index][0] - time < time - rows[index - 1][0])) {
    return index;
  }
  return index - 1;
}
