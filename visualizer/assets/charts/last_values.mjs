// The newest value of every row, as its tag on the axis shows it, and where.
import { CVD, OBI, OHLC, TOT } from "../core/columns.mjs";
import { price, signed, signedSize, size } from "../core/format.mjs";
import { deltaOf, heightOf, lineValue } from "./rows.mjs";
import { baseAt } from "./scene/anchor.mjs";
import { toneOf } from "./tones.mjs";

/**
 * @import { LastValue, Newest, PlacedRow, PlacedTag, Range, Ranges } from "../core/types.d.ts"
 * @import { View } from "../core/types.d.ts"
 */

const HALF_TAG_PX = 8;

/**
 * Return the last value of each row with the text and tone of its tag.
 *
 * @param {Newest} newest
 * @param {Pick<View, "decimals" | "obiShape" | "anchor">} view
 */
export function lastValues({ ohlc, metrics, cvd }, { decimals, obiShape, anchor }) {
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
    const delta = cvd && cvd[0] === ohlc[0] ? deltaOf(cvd) : 0;
    values.push({ key: "volume", value: volume, text: size(volume), tone: toneOf(delta) });
  }
  if (metrics) {
    const isLine = obiShape !== "candles";
    const obi = isLine ? lineValue(metrics, OBI) : metrics[OBI.close];
    const tot = lineValue(metrics, TOT);
    const tone = isLine ? toneOf(obi) : "obi";
    values.push({ key: "obi", value: obi, text: signed(obi, 3), tone });
    values.push({ key: "tot", value: tot, text: size(tot), tone: "tot" });
  }
  if (cvd) {
    const delta = deltaOf(cvd);
    const close = cvd[CVD.close] - baseAt(anchor, cvd[0]);
    values.push({ key: "delta", value: delta, text: signedSize(delta), tone: toneOf(delta) });
    values.push({ key: "cvd", value: close, text: size(close), tone: toneOf(delta) });
  }
  return values;
}

/**
 * Return where the tags lie, inside their row: at the height of their value, or at the end that it
 * is near to or beyond.
 *
 * @param {LastValue[]} values
 * @param {PlacedRow[]} rows
 * @param {Ranges} ranges
 * @returns {PlacedTag[]}
 */
export function placeTags(values, rows, ranges) {
  return values.flatMap((value) => {
    const row = rows.find(({ key }) => key === value.key);
    return row ? [{ ...value, ...placeTag(value.value, row, ranges[row.key]) }] : [];
  });
}

/**
 * @param {number} value
 * @param {PlacedRow} row
 * @param {Range} range
 * @returns {Pick<PlacedTag, "y" | "beyond">}
 */
function placeTag(value, row, range) {
  const y = heightOf(value, row, range);
  const bottom = row.top + row.height;
  const inside = Math.max(Math.min(y, bottom - HALF_TAG_PX), row.top + HALF_TAG_PX);
  return { y: inside, beyond: y < row.top ? "above" : y > bottom ? "below" : null };
}
