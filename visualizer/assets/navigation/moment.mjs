// Which moment a reader's text means: pure, of the text and what is in view.

const MINUTE = 60_000;
const DAY = 86_400_000;
/** @type {Record<string, number>} */
const UNITS = { s: 1000, m: MINUTE, h: 3_600_000, d: DAY };
const STEP = /^([+−-])\s*(\d+(?:\.\d+)?)\s*([smhd])$/i;
const EPOCH = /^\d{9,}$/;
const CLOCK = /^(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?$/;
const DATE = /^(?:(\d{4})-)?(\d{1,2})-(\d{1,2})$/;
const LEAST_MS_DIGITS = 12; // fewer are seconds: these reach to the year 5138, ms began in 1973

/** What a text may look like. */
export const EXPECTED =
  "14:37, 2025-07-01, 07-02 10:00, 2025-07-01 14:37:05, +2h, −30m, or epoch s or ms";

/**
 * Return the moment that a text means, epoch ms, or null where it means none. A time alone is of the
 * day of `now`, a date without its year of that year, a date alone its midnight, a step is from `now`.
 *
 * @param {string} text
 * @param {number} now the moment in view, ms
 * @returns {number | null}
 */
export function parseMoment(text, now) {
  const asked = text.trim().replace(/\s*(?:utc|z)$/i, "");
  const step = STEP.exec(asked);
  if (step) {
    const length = Number(step[2]) * UNITS[step[3].toLowerCase()];
    return valid(now + (step[1] === "+" ? length : -length));
  }
  if (EPOCH.test(asked)) {
    return valid(asked.length >= LEAST_MS_DIGITS ? Number(asked) : Number(asked) * 1000);
  }
  const parts = asked.split(/[\sT]+/);
  const date = DATE.exec(parts[0]);
  const midnight = date ? midnightOf(date, now) : Math.floor(now / DAY) * DAY;
  const clock = parts[date ? 1 : 0];
  if (midnight === null || parts.length > (date ? 2 : 1)) {
    return null;
  }
  const time = clock === undefined ? 0 : clockOf(clock);
  return time === null ? null : valid(midnight + time);
}

/**
 * @param {RegExpExecArray} date
 * @param {number} now
 */
function midnightOf([, year, month, day], now) {
  const [y, m, d] = [Number(year ?? new Date(now).getUTCFullYear()), Number(month), Number(day)];
  const midnight = new Date(0);
  midnight.setUTCFullYear(y, m - 1, d); // Date.UTC takes the year 99 for 1999
  const isDate = midnight.getUTCMonth() === m - 1 && midnight.getUTCDate() === d;
  return isDate ? midnight.getTime() : null;
}

/** @param {string} text */
function clockOf(text) {
  const found = CLOCK.exec(text);
  if (!found) {
    return null;
  }
  const [hours, minutes, seconds] = found.slice(1, 4).map((part) => Number(part ?? 0));
  const ms = Number((found[4] ?? "").padEnd(3, "0"));
  const isTime = hours < 24 && minutes < 60 && seconds < 60;
  return isTime ? hours * UNITS.h + minutes * MINUTE + seconds * 1000 + ms : null;
}

/** @param {number} ms */
function valid(ms) {
  return Math.abs(ms) <= 8.64e15 ? Math.round(ms) : null;
}
