// A number's digits as they are read: grouped, the zeros of a small one counted, large ones in units.

/** @typedef {{ digits: string, power: number }} Digits the power of ten is that of the first */

const UNITS = /** @type {const} */ ([
  ["T", 12],
  ["B", 9],
  ["M", 6],
]);
const FIRST_WITHOUT_UNIT = 15;
const ZEROS_COUNTED_FROM = 4;
const SPACE = "\u00a0"; // a number and its unit stay in one line

/**
 * Return the digits that tell a number from all others, and the power of ten of the first.
 *
 * @param {number} number
 * @param {number} [more] digits after the first, where fewer than all are wanted
 */
export function written(number, more) {
  const [mantissa, power] = Math.abs(number).toExponential(more).split("e");
  return { digits: mantissa.replace(".", ""), power: Number(power) };
}

/**
 * Return the digits of a number down to that many decimals, as `written` does.
 *
 * @param {number} number
 * @param {number} decimals
 */
export function rounded(number, decimals) {
  const all = written(number);
  const more = all.power + decimals;
  if (all.digits.length - 1 <= more) {
    return all;
  }
  if (more >= 0) {
    return written(number, more);
  }
  const isUp = more === -1 && all.digits >= "5";
  return { digits: isUp ? "1" : "0", power: isUp ? -decimals : 0 };
}

/**
 * Return digits around a decimal point.
 *
 * @param {Digits} number
 * @param {number} decimals
 */
export function placed({ digits, power }, decimals) {
  const whole = power < 0 ? "0" : digits.slice(0, power + 1).padEnd(power + 1, "0");
  const after = power < 0 ? "0".repeat(-power - 1) + digits : digits.slice(power + 1);
  const fraction = after.padEnd(decimals, "0");
  const zeros = fraction.length - fraction.replace(/^0+/, "").length;
  if (whole !== "0" || zeros < ZEROS_COUNTED_FROM) {
    const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
    return fraction ? `${grouped}.${fraction}` : grouped;
  }
  if (zeros === fraction.length) {
    return zeros === ZEROS_COUNTED_FROM ? `0.${fraction}` : "0";
  }
  return `0.0${small(zeros, "₀₁₂₃₄₅₆₇₈₉")}${fraction.slice(zeros)}`;
}

/**
 * Return a large number in a unit: rounded to `most` digits, or all it has if they are no more.
 *
 * @param {number} number
 * @param {number} most
 */
export function abbreviated(number, most) {
  const all = written(number);
  const shown = all.digits.length <= most ? all : written(number, most - 1);
  const unit = UNITS.find(([, power]) => power <= shown.power);
  if (!unit || shown.power >= FIRST_WITHOUT_UNIT) {
    return withPower(number, shown);
  }
  const [name, power] = unit;
  return `${number < 0 ? "−" : ""}${placed({ ...shown, power: shown.power - power }, 0)}${SPACE}${name}`;
}

/**
 * Return the least of 1, 2 and 5 times a power of ten that is not below `least`.
 *
 * @param {number} least
 */
export function roundStep(least) {
  const power = 10 ** Math.floor(Math.log10(least));
  const steps = [1, 2, 5].map((digit) => digit * power);
  return steps.find((step) => step >= least * (1 - 1e-9)) ?? 10 * power;
}

/**
 * Return digits as a power of ten: `1.008×10¹⁸`.
 *
 * @param {number} number
 * @param {Digits} shown
 */
export function withPower(number, { digits, power }) {
  const sign = number < 0 ? "−" : "";
  const raised = `${power < 0 ? "⁻" : ""}${small(Math.abs(power), "⁰¹²³⁴⁵⁶⁷⁸⁹")}`;
  return `${sign}${placed({ digits, power: 0 }, 0)}×10${raised}`;
}

/**
 * @param {number} number
 * @param {string} digits
 */
function small(number, digits) {
  return String(number).replace(/\d/g, (digit) => digits[Number(digit)]);
}
