// Bars merged into longer windows, and newer ones laid over older: as shared/history/merging.py does.
import { CVD, METRICS, OHLC } from "../core/columns.mjs";

/** @import { Bar } from "../core/types.d.ts" */

/** Of which pieces the numbers of a merged bar are, by their places; all others are the first's. */
const LAST = {
  ohlc: [OHLC.close],
  metrics: [METRICS.obi_close, METRICS.tot_close],
  cvd: [CVD.close],
};
const HIGHEST = {
  ohlc: [OHLC.high],
  metrics: [METRICS.obi_high, METRICS.tot_high],
  cvd: [CVD.high],
};
const LOWEST = { ohlc: [OHLC.low], metrics: [METRICS.obi_low, METRICS.tot_low], cvd: [CVD.low] };
/** Volume, and what of it takers bought. */
const SUMS = { ohlc: [OHLC.volume, OHLC.volume + 1], metrics: [], cvd: [] };

/** @typedef {"ohlc" | "metrics" | "cvd"} Name */

/**
 * Return the bars of a longer window, a multiple of theirs; `before` lends those of which nothing
 * changed, so that they are known again.
 *
 * @param {Name} name
 * @param {readonly Bar[]} bars
 * @param {number} windowMs
 * @param {Merged} [before] what this returned for the same window
 * @returns {Merged}
 */
export function mergeBars(name, bars, windowMs, before) {
  /** @type {Merged} */
  const merged = { bars: [], pieces: new Map() };
  let start = 0;
  while (start < bars.length) {
    const time = Math.floor(bars[start][0] / windowMs) * windowMs;
    let end = start + 1;
    while (end < bars.length && bars[end][0] < time + windowMs) {
      end += 1;
    }
    const pieces = bars.slice(start, end);
    const lent = before?.pieces.get(time);
    const isSame =
      lent?.pieces.length === pieces.length &&
      lent.pieces.every((piece, index) => piece === pieces[index]);
    const bar = isSame ? lent.bar : mergedBar(name, time, pieces);
    merged.bars.push(bar);
    merged.pieces.set(time, { bar, pieces });
    start = end;
  }
  return merged;
}

/**
 * @typedef {object} Merged bars, and what each was merged of, by time
 * @property {Bar[]} bars
 * @property {Map<number, { bar: Bar, pieces: readonly Bar[] }>} pieces
 */

/**
 * @param {Name} name
 * @param {number} time
 * @param {readonly Bar[]} pieces
 * @returns {Bar}
 */
function mergedBar(name, time, pieces) {
  if (pieces.length === 1 && pieces[0][0] === time) {
    return pieces[0]; // with its means, if it has any
  }
  const bar = [...pieces[0]];
  const last = pieces[pieces.length - 1];
  bar[0] = time;
  for (const place of LAST[name]) {
    bar[place] = last[place];
  }
  for (const piece of pieces.slice(1)) {
    for (const place of HIGHEST[name]) {
      bar[place] = Math.max(bar[place], piece[place]);
    }
    for (const place of LOWEST[name]) {
      bar[place] = Math.min(bar[place], piece[place]);
    }
    for (const place of SUMS[name]) {
      bar[place] += piece[place];
    }
  }
  bar.length = Math.min(bar.length, WIDTHS[name]);
  return /** @type {Bar} */ (/** @type {unknown} */ (bar));
}

/** Means are not merged: how long each counts for is not in a bar. */
const WIDTHS = { ohlc: OHLC.volume + 2, metrics: METRICS.tot_close + 1, cvd: CVD.close + 1 };

/**
 * Return the feed's bars with the volume that takers bought, which the CVD's bars tell; NaN where
 * there is none.
 *
 * @param {readonly Bar[]} ohlc
 * @param {readonly Bar[]} cvd
 * @param {WeakMap<Bar, { of: Bar | undefined, made: Bar }>} known those made before
 * @returns {Bar[]}
 */
export function withBuyVolume(ohlc, cvd, known) {
  let at = 0;
  return ohlc.map((bar) => {
    while (at < cvd.length && cvd[at][0] < bar[0]) {
      at += 1;
    }
    const of = cvd[at]?.[0] === bar[0] ? cvd[at] : undefined;
    const lent = known.get(bar);
    if (lent && lent.of === of) {
      return lent.made;
    }
    const delta = of ? of[CVD.close] - of[CVD.open] : NaN;
    /** @type {Bar} */
    const made = [...bar, (bar[OHLC.volume] + delta) / 2];
    known.set(bar, { of, made });
    return made;
  });
}

/**
 * Return both in the order of time, of the same time that of `first`.
 *
 * @param {readonly Bar[]} first
 * @param {readonly Bar[]} second
 * @returns {Bar[]}
 */
export function union(first, second) {
  /** @type {Bar[]} */
  const bars = [];
  let at = 0;
  for (const bar of first) {
    while (at < second.length && second[at][0] < bar[0]) {
      bars.push(second[at]);
      at += 1;
    }
    at += Number(second[at]?.[0] === bar[0]);
    bars.push(bar);
  }
  bars.push(...second.slice(at));
  return bars;
}
