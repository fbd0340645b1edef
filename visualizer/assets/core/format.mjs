// Numbers and times as text; every time is UTC, whatever the browser's zone.

const MAX_DECIMALS = 10;
/** @type {Map<number, Intl.NumberFormat>} */
const numberFormats = new Map();

/**
 * Return how many decimals a number was written with, at most 10.
 *
 * @param {number} number
 */
export function decimalsOf(number) {
  const [mantissa, exponent] = String(Math.abs(number)).split("e");
  const written = (mantissa.split(".")[1] ?? "").length - Number(exponent ?? 0);
  return Math.min(Math.max(written, 0), MAX_DECIMALS);
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
 * @param {number | null | undefined} number
 * @param {number} decimals
 */
export function fixed(number, decimals) {
  if (number === null || number === undefined || !Number.isFinite(number)) {
    return "–";
  }
  let format = numberFormats.get(decimals);
  if (!format) {
    format = new Intl.NumberFormat("en-US", {
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals,
    });
    numberFormats.set(decimals, format);
  }
  const text = format.format(number).replace("-", "−");
  return /[1-9]/.test(text) ? text : text.replace("−", "");
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
 * Return a size with decimals that suit it: more for small ones, none beyond what can be read.
 *
 * @param {number | null | undefined} number
 */
export function size(number) {
  return fixed(number, sizeDecimals(Math.abs(number ?? 0)));
}

/**
 * Return a size's decimals by its magnitude.
 *
 * @param {number} magnitude
 */
export function sizeDecimals(magnitude) {
  if (!(magnitude > 0) || magnitude >= 100_000) {
    return 0;
  }
  return magnitude >= 1000
    ? 1
    : magnitude >= 10
      ? 2
      : magnitude >= 0.1
        ? 3
        : magnitude >= 0.001
          ? 5
          : 8;
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
 * Return `23:54:15`.
 *
 * @param {number | null | undefined} ms
 */
export function utcTime(ms) {
  return utc(ms).slice(11);
}

/**
 * Return a length of time in its two largest units: `3 h 20 m`, `42 s`, `0.4 s`.
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
 * Return a size of memory in MB.
 *
 * @param {number} bytes
 */
export function megabytes(bytes) {
  return `${Math.round(bytes / 1_000_000)} MB`;
}
