// Bars of the history as the feed's bars are: a row a bar, and what a history knows beyond them.
import { unpack } from "./packed.mjs";

/** @import { Bar, Bars } from "../core/types.d.ts" */

/** The order of the columns: shared/history/bars.py. */
const TRADE_COLUMNS = /** @type {const} */ ([
  ...["ts", "trades", "firstFile", "firstId", "lastFile", "lastId", "open", "high", "low"],
  ...["close", "volume", "buyVolume", "deltaHigh", "deltaLow", "cvd", "turnover", "priceM2"],
]);
const BOOK_COLUMNS = /** @type {const} */ ([
  ...["ts", "rows", "samples", "standingMs", "firstFile", "firstId", "lastFile", "lastId"],
  ...["bestBid", "bestAsk", "widestSpread", "bidSize", "askSize", "ofi"],
  ...["obiOpen", "obiHigh", "obiLow", "obiClose", "obiMean"],
  ...["totOpen", "totHigh", "totLow", "totClose", "totMean"],
]);
const CVD_SCALE = 1e12; // or a CVD of 0 would begin at 1e-15

/**
 * Return the bars that an answer of the server holds: the length of the first of two blobs, and
 * both, of trades and of the book.
 *
 * OHLC has the volume of taker buys behind the volume, and metrics the means of OBI and TOT by time,
 * NaN where no time went by.
 *
 * @param {ArrayBuffer} answer
 * @returns {Bars}
 */
export function barsOf(answer) {
  const length = new DataView(answer).getUint32(0, true);
  const trades = named(TRADE_COLUMNS, unpack(new Uint8Array(answer, 4, length)));
  const book = named(BOOK_COLUMNS, unpack(new Uint8Array(answer, 4 + length)));
  return { ohlc: ohlcOf(trades), metrics: metricsOf(book), cvd: cvdOf(trades) };
}

/**
 * @template {string} Name
 * @param {readonly Name[]} names
 * @param {Float64Array[]} columns
 * @returns {Record<Name, Float64Array>}
 */
function named(names, columns) {
  if (columns.length !== names.length) {
    throw new Error(`expected ${names.length} columns, found ${columns.length}`);
  }
  const entries = names.map((name, index) => [name, columns[index]]);
  return Object.fromEntries(entries);
}

/**
 * @param {Record<typeof TRADE_COLUMNS[number], Float64Array>} trades
 * @returns {Bar[]}
 */
function ohlcOf({ ts, open, high, low, close, volume, buyVolume }) {
  /** @param {number} time @param {number} row @returns {Bar} */
  const bar = (time, row) => {
    const prices = [open[row], high[row], low[row], close[row]];
    return [time, ...prices, volume[row], buyVolume[row]];
  };
  return Array.from(ts, bar);
}

/**
 * @param {Record<typeof BOOK_COLUMNS[number], Float64Array>} book
 * @returns {Bar[]}
 */
function metricsOf(book) {
  /** @type {Bar[]} */
  const bars = [];
  book.ts.forEach((time, row) => {
    if (book.samples[row] > 0) {
      bars.push([
        time,
        ...[book.obiOpen[row], book.obiHigh[row], book.obiLow[row], book.obiClose[row]],
        ...[book.totOpen[row], book.totHigh[row], book.totLow[row], book.totClose[row]],
        ...[book.obiMean[row], book.totMean[row]],
      ]);
    }
  });
  return bars;
}

/**
 * @param {Record<typeof TRADE_COLUMNS[number], Float64Array>} trades
 * @returns {Bar[]}
 */
function cvdOf({ ts, volume, buyVolume, deltaHigh, deltaLow, cvd }) {
  /** @param {number} time @param {number} row @returns {Bar} */
  const bar = (time, row) => {
    const close = cvd[row];
    const delta = 2 * buyVolume[row] - volume[row];
    const open = Math.round((close - delta) * CVD_SCALE) / CVD_SCALE;
    const high = Math.max(open + deltaHigh[row], open, close);
    const low = Math.min(open + deltaLow[row], open, close);
    return [time, open, high, low, close];
  };
  return Array.from(ts, bar);
}
