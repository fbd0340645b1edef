// How long bars are: the usual lengths, one that is typed, and the one that suits a zoom.

const SECOND = 1000;
const UNITS = /** @type {const} */ ([
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", SECOND],
]);
const LONGEST_MS = 30 * 86_400_000;
const TYPED = /^\s*(\d{1,7})\s*([smhd])[a-z]*\s*$/i;

/** The usual ones, finest first, ms. */
export const TIMEFRAMES = [
  ...[1, 5, 15, 30].map((count) => count * SECOND),
  ...[1, 3, 5, 15, 30].map((count) => count * 60_000),
  ...[1, 2, 4, 24].map((count) => count * 3_600_000),
];

/** How broad a bar may be before another length suits better, and how broad one is then, px. */
const LEAST_PX = 4;
const MOST_PX = 40;
const BEST_PX = 12;

/** The choice that follows the zoom, and that of the run's own window. */
export const AUTO = "auto";
export const OWN = "own";

/**
 * Return the usual name of a length: `90 s`, `5 m`, `1 d`.
 *
 * @param {number} ms
 */
export function timeframeName(ms) {
  const [unit, length] = UNITS.find(([, each]) => ms % each === 0) ?? ["s", SECOND];
  return `${ms / length} ${unit}`;
}

/**
 * Return the length that a text asks for, ms, or null where it asks for none.
 *
 * @param {string} text
 */
export function parseTimeframe(text) {
  const [, count, letter] = TYPED.exec(text) ?? [];
  const unit = UNITS.find(([name]) => name === letter?.toLowerCase());
  const ms = unit ? Number(count) * unit[1] : 0;
  return ms >= SECOND && ms <= LONGEST_MS ? ms : null;
}

/**
 * Return the length that suits a zoom: the one of now as long as its bars are neither too broad nor
 * too narrow, else that whose bars are the most as they should be.
 *
 * @param {number} current ms
 * @param {number} spanMs
 * @param {number} widthPx
 * @param {number[]} choices at least one
 */
export function autoTimeframe(current, spanMs, widthPx, choices) {
  /** @param {number} ms */
  const breadth = (ms) => (ms / spanMs) * widthPx;
  const isRight = breadth(current) >= LEAST_PX && breadth(current) <= MOST_PX;
  if (isRight && choices.includes(current)) {
    return current;
  }
  /** @param {number} ms */
  const fault = (ms) => Math.abs(Math.log(breadth(ms) / BEST_PX));
  return choices.reduce((best, ms) => (fault(ms) < fault(best) ? ms : best));
}

/**
 * Return the next finer or coarser of the lengths that there are, or the one of now at their end.
 *
 * @param {number} current ms
 * @param {1 | -1} direction 1 for coarser
 * @param {number[]} choices finest first
 */
export function nextTimeframe(current, direction, choices) {
  const others = choices.filter((ms) => (ms - current) * direction > 0);
  return (direction > 0 ? others[0] : others.at(-1)) ?? current;
}
