// The newest value of every row, as its tag on the axis shows it, and where.
import { CVD, OBI, OHLC, TOT } from "../core/columns.mjs";
import { price, signed, size } from "../core/format.mjs";
import { heightOf } from "./rows.mjs";
import { toneOf } from "./tones.mjs";

/** @import { LastValue, Newest, PlacedRow, PlacedTag, Range, Ranges } from "../core/types.d.ts" */

const HALF_TAG_PX = 8;

/**
 * Return the last value of each row with the text and tone of its tag.
 *
 * @param {Newest} newest
 * @param {number} decimals
 */
export function lastValues({ ohlc, metrics, cvd }, decimals) {
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
 * Return where the tags lie: at the height of their value, or inside the row at the end beyond
 * which it is.
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
  if (y < row.top) {
    return { y: row.top + HALF_TAG_PX, beyond: "above" };
  }
  return y > bottom ? { y: bottom - HALF_TAG_PX, beyond: "below" } : { y, beyond: null };
}
