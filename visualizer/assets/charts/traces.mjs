// What the charts draw, as Plotly takes it: a pure function of bars, choices and scale.
import { CVD, OBI, OHLC, TOT } from "../core/columns.mjs";
import { edgesOf, Outline } from "./outline.mjs";
import { toneOf, tonesOf, WAYS } from "./tones.mjs";

/**
 * @import { Bar, Bars, CandlePlaces, Edges, Palette, Placed } from "../core/types.d.ts"
 * @import { Range, Ranges, RowKey, Scale, Trace } from "../core/types.d.ts"
 */

/** @typedef {{ up: string, down: string, even: string }} Tones */

const GAP_WINDOWS = 1.5;

/**
 * Return what an outline is measured by: the edges of bars, and by row key the value at the
 * bottom and the height of a pixel.
 *
 * @param {object} drawing
 * @param {Placed} drawing.placed
 * @param {Range} drawing.range
 * @param {Ranges} drawing.ranges
 * @param {number} drawing.windowMs
 * @returns {Scale}
 */
export function scaleOf({ placed, range, ranges, windowMs }) {
  const rows = placed.rows.map(({ key, height }) => {
    const [low, high] = ranges[key];
    return [key, { base: low, pixel: (high - low) / height }];
  });
  const msPerPx = (range[1] - range[0]) / placed.plot.width;
  return { windowMs, edges: edgesOf(windowMs, msPerPx), rows: Object.fromEntries(rows) };
}

/**
 * Return Plotly's `data`: the candles, bars and lines of every shown row, a trace per colour.
 *
 * @param {Bars} bars
 * @param {string[]} shownKeys
 * @param {Palette} colors
 * @param {Scale} scale
 * @returns {Trace[]}
 */
export function makeTraces(bars, shownKeys, colors, scale) {
  const tones = tonesOf(colors);
  const obiTones = { ...tones, up: colors.obiUp, down: colors.obiDown };
  /** @type {Record<RowKey, () => Trace[]>} */
  const makers = {
    price: () => candles("price", "y", bars.ohlc, OHLC, tones, scale),
    volume: () => volumeBars("y2", bars, tones, scale),
    obi: () => candles("obi", "y3", bars.metrics, OBI, obiTones, scale),
    tot: () => totTraces("y4", bars.metrics, colors, scale),
    cvd: () => candles("cvd", "y5", bars.cvd, CVD, tones, scale),
  };
  const keys = /** @type {RowKey[]} */ (Object.keys(makers)).filter(
    (key) => key === "price" || shownKeys.includes(key),
  );
  return keys.flatMap((key) => makers[key]());
}

/**
 * @param {RowKey} name
 * @param {string} axis
 * @param {readonly Bar[]} rows
 * @param {CandlePlaces} places
 * @param {Tones} tones
 * @param {Scale} scale
 */
function candles(name, axis, rows, places, tones, { edges, rows: scales }) {
  const { base, pixel } = scales[name];
  const outlines = outlinesOf(base, edges);
  for (const row of rows) {
    const [open, close] = [row[places.open], row[places.close]];
    const prices = /** @type {const} */ ([open, row[places.high], row[places.low], close]);
    outlines[toneOf(close - open)].candle(row[0], prices, pixel);
  }
  return WAYS.map((tone) => filled(`${name} ${tone}`, axis, outlines[tone], tones[tone]));
}

/**
 * @param {string} axis
 * @param {Bars} bars
 * @param {Tones} tones
 * @param {Scale} scale
 */
function volumeBars(axis, bars, tones, { edges }) {
  const deltas = new Map(bars.cvd.map((bar) => [bar[0], bar[CVD.close] - bar[CVD.open]]));
  const outlines = outlinesOf(0, edges);
  for (const bar of bars.ohlc) {
    const delta = deltas.get(bar[0]) ?? 0;
    outlines[toneOf(delta)].box(bar[0], 0, bar[OHLC.volume]);
  }
  return WAYS.map((tone) => filled(`volume ${tone}`, axis, outlines[tone], tones[tone]));
}

/**
 * @param {number} base
 * @param {Edges} edges
 */
function outlinesOf(base, edges) {
  const [up, down, even] = WAYS.map(() => new Outline(base, edges));
  return { up, down, even };
}

/**
 * @param {string} axis
 * @param {Bar[]} rows
 * @param {Palette} colors
 * @param {Scale} scale
 */
function totTraces(axis, rows, colors, { windowMs, edges, rows: scales }) {
  const ranges = new Outline(scales.tot.base, edges);
  /** @type {{ x: number[], y: (number | null)[] }} */
  const line = { x: [], y: [] };
  /** @type {number | null} */
  let before = null;
  for (const row of rows) {
    if (before !== null && row[0] - before > windowMs * GAP_WINDOWS) {
      line.x.push(before + windowMs);
      line.y.push(null); // a gap is not joined
    }
    line.x.push(row[0]);
    line.y.push(row[TOT.close]);
    ranges.box(row[0], row[TOT.low], row[TOT.high]);
    before = row[0];
  }
  return [
    filled("tot range", axis, ranges, colors.totBand),
    {
      type: "scatter",
      mode: rows.length === 1 ? "markers" : "lines",
      name: "tot",
      ...line,
      yaxis: axis,
      hoverinfo: "skip",
      line: { color: colors.tot, width: 1.2 },
      marker: { color: colors.tot, size: 4 },
    },
  ];
}

/**
 * @param {string} name
 * @param {string} axis
 * @param {Outline} outline
 * @param {string} color
 * @returns {Trace}
 */
function filled(name, axis, { x, y }, color) {
  return {
    type: "scatter",
    mode: "none",
    name,
    x,
    y,
    yaxis: axis,
    hoverinfo: "skip",
    fill: "toself",
    fillcolor: color,
    line: { simplify: false }, // it would round corners a pixel apart
  };
}
