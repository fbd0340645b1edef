// The newest value of every row, as its tag on the axis shows it.
import { fixed, signed, size } from "../core/format.mjs";

/**
 * @import { Store } from "../core/store.mjs"
 * @import { LastValue, Tone } from "../core/types.d.ts"
 */

/**
 * Return the last value of each row with the text and tone of its tag.
 *
 * @param {Store} store
 * @param {number} decimals
 */
export function lastValues(store, decimals) {
  const [ohlc, metrics, cvd] = [store.ohlc.at(-1), store.metrics.at(-1), store.cvd.at(-1)];
  /** @type {LastValue[]} */
  const values = [];
  if (ohlc) {
    values.push({
      key: "price",
      value: ohlc[4],
      text: fixed(ohlc[4], decimals),
      tone: toneOf(ohlc[4] - ohlc[1]),
    });
    const delta = cvd && cvd[0] === ohlc[0] ? cvd[4] - cvd[1] : 0;
    values.push({ key: "volume", value: ohlc[5], text: size(ohlc[5]), tone: toneOf(delta) });
  }
  if (metrics) {
    values.push({ key: "obi", value: metrics[4], text: signed(metrics[4], 3), tone: "obi" });
    values.push({ key: "tot", value: metrics[8], text: size(metrics[8]), tone: "tot" });
  }
  if (cvd) {
    values.push({ key: "cvd", value: cvd[4], text: size(cvd[4]), tone: toneOf(cvd[4] - cvd[1]) });
  }
  return values;
}

/**
 * Return the tone of a change: up, down or even.
 *
 * @param {number} change
 * @returns {Tone}
 */
export function toneOf(change) {
  return change > 0 ? "up" : change < 0 ? "down" : "even";
}
