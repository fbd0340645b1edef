// What is asked of rows of bars, whichever they are: their times, and where they begin and end.
import { union } from "./merging.mjs";

/** @import { Bar, Bars, Ends, Range } from "../core/types.d.ts" */

/**
 * Return a bar of each time at which any series has one, in the order of time.
 *
 * @param {Bars} bars
 */
export function timesOfAll({ ohlc, metrics, cvd }) {
  return union(union(ohlc, cvd), metrics);
}

/**
 * Return the times of the first and the last, null where there is none.
 *
 * @param {readonly Bar[]} rows
 * @returns {Range | null}
 */
export function endsOf(rows) {
  return rows.length ? [rows[0][0], rows[rows.length - 1][0]] : null;
}

/**
 * Return the ends of what either has, null where neither has any.
 *
 * @param {Range | null} one
 * @param {Range | null} other
 * @returns {Ends & { first: number } | null}
 */
export function mergedEnds(one, other) {
  const both = [one, other].filter((each) => each !== null);
  if (both.length === 0) {
    return null;
  }
  const first = Math.min(...both.map((each) => each[0]));
  return { first, last: Math.max(...both.map((each) => each[1])) };
}
