// The newest value of every row, as its tag on the axis shows it.
import { CVD, OBI, OHLC, TOT } from "../core/columns.mjs";
import { price, signed, size } from "../core/format.mjs";

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
      value: ohlc[OHLC.close],
      text: price(ohlc[OHLC.close], decimals),
      tone: toneOf(ohlc[OHLC.close] - ohlc[OHLC.open]),
    });
    const volume = ohlc[OHLC.volume];
    const delta = cvd && cvd[0] === ohlc[0] ? cvd[CVD.close] - cvd[CVD.open] : 0;
    values.push({ key: "volume", value: volume, text: size(volume), tone: toneOf(delta) });
  }
  if (metrics) {
    const [obi, tot] = [metrics[OBI.close], metrics[TOT.close]];
    values.push({ key: "obi", value: obi, text: signed(obi, 3), tone: "obi" });
    values.push({ key: "tot", value: tot, text: size(tot), tone: "tot" });
  }
  if (cvd) {
    const [open, close] = [cvd[CVD.open], cvd[CVD.close]];
    values.push({ key: "cvd", value: close, text: size(close), tone: toneOf(close - open) });
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
