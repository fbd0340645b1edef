// Where a time is across the charts, and which time is at a place; nothing is known of bars here.

/** @import { TimeAxis } from "../../core/types.d.ts" */

/**
 * Return the place of a time, px; beyond the axis where it is not on it.
 *
 * @param {TimeAxis} axis
 * @param {number} time
 */
export function xOf({ range: [from, to], left, width }, time) {
  return left + ((time - from) / (to - from)) * width;
}

/**
 * Return the time at a place.
 *
 * @param {TimeAxis} axis
 * @param {number} x
 */
export function timeOf({ range: [from, to], left, width }, x) {
  return from + ((x - left) / width) * (to - from);
}
