// What the read-outs of the charts' rows say of a bar.
import { CVD, OBI, OHLC, TOT } from "../core/columns.mjs";
import { element } from "../core/dom.mjs";
import { price, signed, size, utc } from "../core/format.mjs";
import { toneOf } from "./tones.mjs";

/** @import { Bar, CandlePlaces, RowKey } from "../core/types.d.ts" */

/**
 * Return the parts of a row's read-out: of the price's the first is the bar's time.
 *
 * @param {RowKey} key
 * @param {{ ohlc?: Bar, metrics?: Bar, cvd?: Bar }} bars
 * @param {number} decimals
 * @param {number | null} time
 */
export function readout(key, { ohlc, metrics, cvd }, decimals, time) {
  if (key === "price") {
    /** @param {number | undefined} value */
    const priceText = (value) => price(value, decimals);
    if (time === null) {
      return [element("span", "quiet", "no bar in view")];
    }
    const when = element("time", "", `${utc(time)} UTC`);
    if (!ohlc) {
      return [when, element("span", "quiet", "no trades")];
    }
    const change = ohlc[OHLC.close] - ohlc[OHLC.open];
    return [
      when,
      ...fields(candle(ohlc, OHLC, priceText)),
      element(
        "span",
        toneOf(change),
        `${signed(change, decimals)} (${signed((change / ohlc[OHLC.open]) * 100, 2)} %)`,
      ),
    ];
  }
  if (key === "volume") {
    const delta = cvd ? cvd[CVD.close] - cvd[CVD.open] : null;
    return [
      element("b", "", "Volume"),
      element("span", "", size(ohlc?.[OHLC.volume])),
      ...fields(
        { delta: delta === null ? "–" : (delta > 0 ? "+" : "") + size(delta) },
        toneOf(delta ?? 0),
      ),
    ];
  }
  if (key === "obi") {
    /** @param {number | undefined} value */
    const share = (value) => signed(value, 3);
    return [element("b", "", "OBI"), ...fields(candle(metrics, OBI, share))];
  }
  const values = key === "tot" ? candle(metrics, TOT, size) : candle(cvd, CVD, size);
  return [element("b", "", key.toUpperCase()), ...fields(values)];
}

/**
 * @param {Bar | undefined} bar
 * @param {CandlePlaces} places
 * @param {(value: number | undefined) => string} text
 */
function candle(bar, { open, high, low, close }, text) {
  return {
    O: text(bar?.[open]),
    H: text(bar?.[high]),
    L: text(bar?.[low]),
    C: text(bar?.[close]),
  };
}

/**
 * @param {Record<string, string>} values
 * @param {string} className
 */
function fields(values, className = "") {
  return Object.entries(values).flatMap(([name, value]) => {
    const field = element("span", `field ${className}`);
    field.append(element("i", "", name), value);
    return field;
  });
}
