// Numbers and times as text; every time is UTC, whatever the browser's zone.
//
// A number is never shown as another one: it is written in full, or rounded to at least three
// digits with its magnitude beside them. Places to show it in grow, or ask for the short form.

import { abbreviated, placed, rounded, withPower, written } from "./digits.mjs";

const LONG_FROM = 1e7; // sizes from here on are abbreviated
const ABBREVIATED_DIGITS = 4;
const SMALL_DIGITS = 5;
const MOST_PRICE_CHARACTERS = 18;
const MOST_CELL_CHARACTERS = 13;
/** The end of a range that has none, as shared/clock.py has it. */
export const LAST_MS = 253_402_300_799_999;
const CELL_DECIMALS = { usual: 5, most: 8, digits: 3 };

/**
 * Return how many decimals a number was written with.
 *
 * @param {number} number
 */
export function decimalsOf(number) {
  const { digits, power } = written(number);
  return Math.max(digits.length - 1 - power, 0);
}

/**
 * Return the most decimals that any of the numbers has.
 *
 * @param {Iterable<number>} numbers
 */
export function decimalsOfAll(numbers) {
  let most = 0;
  for (const number of numbers) {
    most = Math.max(most, decimalsOf(number));
  }
  return most;
}

/**
 * Return a number with thousands separated, a fixed number of decimals and a true minus.
 *
 * The zeros that a small one begins with are counted: `0.0₆74435` is 0.00000074435.
 *
 * @param {number | null | undefined} number
 * @param {number} decimals
 */
export function fixed(number, decimals) {
  if (number === null || number === undefined || !Number.isFinite(number)) {
    return "–";
  }
  const text = placed(rounded(number, decimals), decimals);
  return number < 0 && /[1-9]/.test(text) ? `−${text}` : text;
}

/**
 * Return a number with its sign always shown, for differences.
 *
 * @param {number | null | undefined} number
 * @param {number} decimals
 */
export function signed(number, decimals) {
  const text = fixed(number, decimals);
  return number && number > 0 && /[1-9]/.test(text) ? `+${text}` : text;
}

/**
 * Return a price with the decimals of those around it, or with all of its own where those would
 * be too many: of two prices with no more decimals than asked for none has the other's text.
 *
 * @param {number | null | undefined} number
 * @param {number} decimals
 */
export function price(number, decimals) {
  const text = fixed(number, decimals);
  if (text.length <= MOST_PRICE_CHARACTERS || !number) {
    return text;
  }
  const own = fixed(number, decimalsOf(number));
  return own.length <= MOST_PRICE_CHARACTERS ? own : withPower(number, written(number));
}

/**
 * Return a size with digits that suit it: more decimals for small ones, a unit for large ones.
 *
 * @param {number | null | undefined} number
 */
export function size(number) {
  const magnitude = Math.abs(number ?? 0);
  if (magnitude >= LONG_FROM && Number.isFinite(magnitude)) {
    return abbreviated(/** @type {number} */ (number), ABBREVIATED_DIGITS);
  }
  return fixed(number, sizeDecimals(magnitude));
}

/**
 * Return a size with its sign always shown, for differences.
 *
 * @param {number | null | undefined} number
 */
export function signedSize(number) {
  return `${(number ?? 0) > 0 ? "+" : ""}${size(number)}`;
}

/**
 * Return what writes the sizes of a column: all in full, below each other, if they fit.
 *
 * @param {number[]} numbers
 * @returns {(number: number) => string}
 */
export function sizesInColumn(numbers) {
  const { usual, most, digits } = CELL_DECIMALS;
  const all = decimalsOfAll(numbers);
  const largest = Math.max(...numbers, 0);
  for (let decimals = Math.min(all, usual); decimals <= Math.min(all, most); decimals += 1) {
    /** @param {number} number */
    const isTold = (number) =>
      written(number).power + decimals + 1 >= digits || decimalsOf(number) <= decimals;
    if (fixed(largest, decimals).length <= MOST_CELL_CHARACTERS && numbers.every(isTold)) {
      return (number) => fixed(number, decimals);
    }
  }
  return size;
}

/**
 * Return how many there are of something: `12,346`, `52.14 M`.
 *
 * @param {number} number
 */
export function count(number) {
  return Math.abs(number) < LONG_FROM ? fixed(number, 0) : size(number);
}

/**
 * Return the round number at a tick of an axis, in full or in the shortest form that is as exact.
 *
 * @param {number} number
 * @param {number} decimals
 */
export function tick(number, decimals) {
  const text = fixed(number, decimals);
  if (!(Math.abs(number) >= LONG_FROM)) {
    return text;
  }
  const short = abbreviated(Number(number.toPrecision(12)), 12); // without the noise of its sum
  return short.length < text.length ? short : text;
}

/**
 * Return a size's decimals by its magnitude.
 *
 * @param {number} magnitude
 */
function sizeDecimals(magnitude) {
  if (magnitude === 0 || magnitude >= 100_000) {
    return 0;
  }
  if (magnitude < 0.001) {
    return Math.min(decimalsOf(magnitude), SMALL_DIGITS - 1 - written(magnitude).power);
  }
  return magnitude >= 1000 ? 1 : magnitude >= 10 ? 2 : magnitude >= 0.1 ? 3 : 5;
}

/**
 * Return `2024-08-08 23:54:15`, without seconds when they are not asked for.
 *
 * @param {number | null | undefined} ms
 * @param {boolean} withSeconds
 */
export function utc(ms, withSeconds = true) {
  if (ms === null || ms === undefined) {
    return "–";
  }
  return new Date(ms)
    .toISOString()
    .replace("T", " ")
    .slice(0, withSeconds ? 19 : 16);
}

/**
 * Return a range without what is zero in its ends, nor an end that is the calendar's:
 * `2024-08-08 – 2024-08-08 13:30`, `2024-08-08 – `.
 *
 * @param {number} fromMs
 * @param {number} toMs
 */
export function spanOf(fromMs, toMs) {
  return `${shortUtc(fromMs)} – ${toMs < LAST_MS ? shortUtc(toMs) : ""}`;
}

/**
 * Return the days, UTC, from one moment to another: `2024-08-08`, `2024-08-08 – 2024-08-09`.
 *
 * @param {number} firstMs
 * @param {number} lastMs
 */
export function daysOf(firstMs, lastMs) {
  const [first, last] = [firstMs, lastMs].map((ms) => utcParts(ms).date);
  return first === last ? first : `${first} – ${last}`;
}

/** @param {number} ms */
function shortUtc(ms) {
  const text = new Date(ms).toISOString().replace("T", " ").slice(0, -1);
  return text
    .replace(/\.000$/, "")
    .replace(/ 00:00:00$/, "")
    .replace(/:00$/, "");
}

/**
 * Return how long a bar is in its largest whole unit: `1 m`, `90 s`, `4 h`.
 *
 * @param {number} ms
 */
export function windowName(ms) {
  const units = /** @type {const} */ ([
    ["d", 86_400],
    ["h", 3600],
    ["m", 60],
  ]);
  const seconds = ms / 1000;
  const [unit, length] = units.find(([, each]) => seconds % each === 0) ?? ["s", 1];
  return `${seconds / length} ${unit}`;
}

/**
 * Return the date and the time to the millisecond: `2024-08-08`, `23:54:15.308`.
 *
 * @param {number} ms
 */
export function utcParts(ms) {
  const [date, time] = new Date(ms).toISOString().split("T");
  return { date, time: time.slice(0, -1) };
}

/**
 * Return a length of time in its two largest units: `3 h 20 m`, `42 s`.
 *
 * @param {number | null | undefined} seconds
 */
export function duration(seconds) {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) {
    return "–";
  }
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) {
    return `${whole} s`;
  }
  if (whole < 3600) {
    return `${Math.floor(whole / 60)} m ${whole % 60} s`;
  }
  if (whole < 86_400) {
    return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} m`;
  }
  return `${Math.floor(whole / 86_400)} d ${Math.floor((whole % 86_400) / 3600)} h`;
}

/**
 * Return how far something is behind, in tenths where that is little: `0.4 s`, `42 s`.
 *
 * @param {number} seconds
 */
export function lag(seconds) {
  const tenths = Math.round(Math.max(seconds, 0) * 10);
  return tenths < 100 ? `${fixed(tenths / 10, 1)} s` : duration(seconds);
}

/**
 * Return a size of memory in MB.
 *
 * @param {number} bytes
 */
export function megabytes(bytes) {
  const amount = bytes / 1_000_000;
  return `${amount < 10 ? fixed(amount, 1) : count(amount)} MB`;
}
