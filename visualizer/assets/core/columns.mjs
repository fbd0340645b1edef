// Which number of a bar is which: the columns of each series by name, as the server declares them.

/** @import { Places, SeriesColumns } from "./types.d.ts" */

/**
 * Every series by its name, with the names of its columns in their order.
 *
 * @type {Record<string, string[]>}
 */
export const SERIES = JSON.parse(
  document.querySelector('meta[name="orderflow-series"]')?.getAttribute("content") ?? "{}",
);

/** The places of the columns in a bar: `bar[OHLC.close]`. The first is the bar's time and key. */
export const OHLC = placesOf("ohlc");
export const METRICS = placesOf("metrics");
export const CVD = placesOf("cvd");

/** Bars of the history go on behind the declared columns, those of the feed end there. */
export const BUY_VOLUME = SERIES.ohlc.length;
const MEANS = { obi: SERIES.metrics.length, tot: SERIES.metrics.length + 1 };

/** METRICS holds two candles side by side, and the history's the time-weighted mean of each. */
export const OBI = {
  open: METRICS.obi_open,
  high: METRICS.obi_high,
  low: METRICS.obi_low,
  close: METRICS.obi_close,
  mean: MEANS.obi,
};
export const TOT = {
  open: METRICS.tot_open,
  high: METRICS.tot_high,
  low: METRICS.tot_low,
  close: METRICS.tot_close,
  mean: MEANS.tot,
};

/**
 * @template {keyof SeriesColumns} Name
 * @param {Name} name
 */
function placesOf(name) {
  const columns = SERIES[name];
  if (!columns) {
    throw new Error(`expected the columns of ${name} with the page, found none`);
  }
  const places = Object.fromEntries(columns.map((column, place) => [column, place]));
  return /** @type {Places<SeriesColumns[Name]>} */ (places);
}
