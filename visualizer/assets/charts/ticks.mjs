// Ticks of the axes: round times in UTC with the date where it begins or changes, round values.
import { roundStep } from "../core/digits.mjs";
import { tick, utc } from "../core/format.mjs";

/** @import { Range, Ticks } from "../core/types.d.ts" */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const STEPS = [
  ...[1, 2, 5, 10, 15, 30].map((count) => count * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE),
  ...[1, 2, 3, 4, 6, 8, 12].map((count) => count * HOUR),
  ...[1, 2, 5, 10, 20, 50, 100].map((count) => count * DAY),
];
const LONGEST_STEP = 100 * DAY;
const PX_PER_TICK = 96;
const HALF_LABEL_PX = 34;
const PX_PER_VALUE = { least: 16, most: 44 };
const STEPS_WANTED = 5;
const HALF_LINE_PX = 7;
const TAG_PX = 16;
const MOST_CHARACTERS = 11; // beside a row: longer ones would leave it no room

/**
 * Return `tickvals` and `ticktext` for a range of time drawn so wide.
 *
 * @param {Range} range
 * @param {number} widthPx
 * @returns {Ticks}
 */
export function timeTicks([from, to], widthPx) {
  const msPerPx = (to - from) / widthPx;
  const step = timeStep(msPerPx);
  const firstWhole = from + HALF_LABEL_PX * msPerPx; // labels before it would be cut off
  const vals = [];
  const text = [];
  let dateShown = "";
  for (let ms = Math.ceil(from / step) * step; ms <= to; ms += step) {
    const [date, time] = utc(ms, step < MINUTE).split(" ");
    vals.push(ms);
    if (ms < firstWhole) {
      text.push("");
      continue;
    }
    text.push(step >= DAY ? date : date === dateShown ? time : `${time}\n${date}`);
    dateShown = date;
  }
  return { tickvals: vals, ticktext: text };
}

/**
 * Return where days begin in a range of time drawn so wide; none where every tick is a day's.
 *
 * @param {Range} range
 * @param {number} widthPx
 */
export function daysIn([from, to], widthPx) {
  /** @type {number[]} */
  const days = [];
  if (timeStep((to - from) / widthPx) < DAY) {
    for (let ms = Math.ceil(from / DAY) * DAY; ms <= to; ms += DAY) {
      days.push(ms);
    }
  }
  return days;
}

/** @param {number} msPerPx */
function timeStep(msPerPx) {
  const least = PX_PER_TICK * msPerPx;
  const longest = Math.ceil(least / LONGEST_STEP) * LONGEST_STEP;
  return STEPS.find((candidate) => candidate >= least) ?? longest;
}

/**
 * Return `tickvals` and `ticktext` of round values, none whose label would leave its row.
 *
 * The labels have the decimals that the step needs, or `leastDecimals` where those fit. One
 * that would look out from under the tag of the value `tagged` is left out.
 *
 * @param {Range} range
 * @param {number} heightPx
 * @param {number} leastDecimals
 * @param {number | null} tagged
 * @returns {Ticks}
 */
export function valueTicks([low, high], heightPx, leastDecimals = 0, tagged = null) {
  const perPx = (high - low) / heightPx;
  const { least, most } = PX_PER_VALUE;
  const step = roundStep(Math.min(Math.max(heightPx / STEPS_WANTED, least), most) * perPx);
  const needed = Math.max(-Math.floor(Math.log10(step) + 1e-9), 0);
  const first = Math.ceil((low + HALF_LINE_PX * perPx) / step);
  const last = Math.floor((high - HALF_LINE_PX * perPx) / step);
  /** @type {number[]} */
  const vals = [];
  // Counted from 0: beyond 2^53 a number and the next are the same, and the end never came.
  for (let count = 0; count <= Math.min(last - first, heightPx); count += 1) {
    vals.push((first + count) * step);
  }
  /** @param {number} value */
  const isCovered = (value) => tagged !== null && Math.abs(value - tagged) < TAG_PX * perPx;
  /** @param {number} decimals */
  const labels = (decimals) => vals.map((value) => tick(value, decimals));
  const alike = labels(Math.max(leastDecimals, needed));
  const isTooLong = alike.some((label) => label.length > MOST_CHARACTERS);
  const text = (isTooLong ? labels(needed) : alike).map((label, index) =>
    isCovered(vals[index]) ? "" : label,
  );
  return { tickvals: vals, ticktext: text };
}
