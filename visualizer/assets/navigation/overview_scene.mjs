// The strip of the whole range: which length its bars have, and where its line, its columns and its
// marks of time lie; pure, px of the device.
import { OHLC } from "../core/columns.mjs";

/** @import { Bar, OverviewScene, Range } from "../core/types.d.ts" */

const MOST_BARS = 1500;
const VOLUME_SHARE = 0.34;
const TOP_PX = 13; // the times are written there
const BOTTOM_PX = 3;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const STEPS = [
  ...[1, 5, 15, 30].map((minutes) => (minutes * HOUR) / 60),
  ...[1, 2, 4, 6, 12].map((hours) => hours * HOUR),
  ...[1, 2, 5, 10, 20, 50, 100].map((days) => days * DAY),
];
const PX_PER_MARK = 90;

/**
 * Return the finest length of which there are not too many bars in a range, of lengths finest first.
 *
 * @param {Range} range
 * @param {number[]} lengths at least one
 */
export function overviewLength([from, to], lengths) {
  const fits = lengths.find((ms) => (to - from) / ms <= MOST_BARS);
  return fits ?? lengths[lengths.length - 1];
}

/**
 * Return where the closes and the volumes of bars lie on a strip; of bars that share a column of
 * pixels that has the largest volume.
 *
 * @param {readonly Bar[]} bars
 * @param {Range} range
 * @param {{ width: number, height: number, ratio: number }} size px of the device
 * @returns {OverviewScene}
 */
export function overviewScene(bars, [from, to], { width, height, ratio }) {
  const [top, bottom] = [TOP_PX * ratio, BOTTOM_PX * ratio];
  let [low, high, most] = [Infinity, -Infinity, 0];
  for (const bar of bars) {
    low = Math.min(low, bar[OHLC.close]);
    high = Math.max(high, bar[OHLC.close]);
    most = Math.max(most, bar[OHLC.volume]);
  }
  const extent = high - low || 1;
  /** @param {number} time */
  const x = (time) => ((time - from) / (to - from)) * width;
  /** @type {Map<number, number>} */
  const tallest = new Map();
  /** @type {[number, number][]} */
  const line = bars.map((bar) => {
    const column = Math.floor(x(bar[0]));
    const tall = most ? (bar[OHLC.volume] / most) * height * VOLUME_SHARE : 0;
    tallest.set(column, Math.max(tallest.get(column) ?? 0, tall));
    const y = top + (1 - (bar[OHLC.close] - low) / extent) * (height - top - bottom);
    return [x(bar[0]), y];
  });
  const slot = Math.max(Math.floor(width / Math.max(bars.length, 1)) - ratio, ratio);
  const columns = [...tallest].map(
    ([left, tall]) => /** @type {const} */ ([left, height - tall, slot, tall]),
  );
  return { line, columns, marks: marksIn([from, to], width, ratio) };
}

/**
 * Return round times with what is written beside them: the date where a day begins, else the time.
 *
 * @param {Range} range
 * @param {number} width
 * @param {number} ratio
 */
function marksIn([from, to], width, ratio) {
  const least = ((to - from) / width) * PX_PER_MARK * ratio;
  const step = STEPS.find((candidate) => candidate >= least) ?? STEPS[STEPS.length - 1];
  const marks = [];
  for (let time = Math.ceil(from / step) * step; time < to; time += step) {
    const text = new Date(time).toISOString();
    const isDay = time % DAY === 0;
    const x = ((time - from) / (to - from)) * width;
    marks.push({ x, text: isDay ? text.slice(5, 10) : text.slice(11, 16) });
  }
  return marks;
}
