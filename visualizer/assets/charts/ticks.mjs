// Ticks of the axes: round times in UTC with the date where it begins or changes, round values.
//
// They are placed and labelled here, because Plotly would measure each label at every update to
// hide those that stick out, and leave out the date when the first tick is too near the edge.
import { fixed, utc } from "../core/format.mjs";

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
const MOST_DECIMALS = 20;
const TAG_PX = 16;

/**
 * Return `tickvals` and `ticktext` for a range of time drawn so wide.
 *
 * @param {Range} range
 * @param {number} widthPx
 * @returns {Ticks}
 */
export function timeTicks([from, to], widthPx) {
  const msPerPx = (to - from) / widthPx;
  const least = PX_PER_TICK * msPerPx;
  const longest = Math.ceil(least / LONGEST_STEP) * LONGEST_STEP;
  const step = STEPS.find((candidate) => candidate >= least) ?? longest;
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
    text.push(step >= DAY ? date : date === dateShown ? time : `${time}<br>${date}`);
    dateShown = date;
  }
  return { tickvals: vals, ticktext: text };
}

/**
 * Return `tickvals` and `ticktext` of round values, none whose label would leave its row.
 *
 * The labels have the decimals that the step needs, or `leastDecimals` where those are more. One
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
  const needed = -Math.floor(Math.log10(step) + 1e-9);
  const decimals = Math.min(Math.max(leastDecimals, needed), MOST_DECIMALS);
  const first = Math.ceil((low + HALF_LINE_PX * perPx) / step);
  const last = Math.floor((high - HALF_LINE_PX * perPx) / step);
  const vals = [];
  // Counted from 0: beyond 2^53 a number and the next are the same, and the end never came.
  for (let count = 0; count <= Math.min(last - first, heightPx); count += 1) {
    vals.push((first + count) * step);
  }
  /** @param {number} value */
  const isCovered = (value) => tagged !== null && Math.abs(value - tagged) < TAG_PX * perPx;
  const text = vals.map((value) => (isCovered(value) ? "" : fixed(value, decimals)));
  return { tickvals: vals, ticktext: text };
}

/**
 * Return the least of 1, 2 and 5 times a power of ten that is not below `least`.
 *
 * @param {number} least
 */
function roundStep(least) {
  const power = 10 ** Math.floor(Math.log10(least));
  const steps = [1, 2, 5].map((digit) => digit * power);
  return steps.find((step) => step >= least * (1 - 1e-9)) ?? 10 * power;
}
