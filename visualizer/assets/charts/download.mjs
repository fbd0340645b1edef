// Save what is in view: the bars as CSV, the picture as PNG.

import { SERIES } from "../core/columns.mjs";
import { element } from "../core/dom.mjs";
import { utc } from "../core/format.mjs";
import { PLOT_CONFIG } from "../core/plot_config.mjs";
import { contextOf } from "./layers.mjs";
import { paintMoving, paintStanding } from "./painters/paint.mjs";
import { paintNamesAndTags } from "./painters/tags.mjs";
import { makeScene } from "./scene/scene.mjs";

/**
 * @import { Store } from "../core/store.mjs"
 * @import { Bar, Bars, Figure, HistorySummary, View } from "../core/types.d.ts"
 * @import { Charts } from "./charts.mjs"
 */

const NAMES = /** @type {(keyof Bars)[]} */ (Object.keys(SERIES));
/** What a bar has behind its series' columns, where it is known. */
const MORE = /** @type {const} */ ([
  { name: "buy_volume", series: "ohlc", place: SERIES.ohlc.length },
  { name: "obi_mean", series: "metrics", place: SERIES.metrics.length },
  { name: "tot_mean", series: "metrics", place: SERIES.metrics.length + 1 },
]);
const HEADING_PX = 30;
const SCALE = 2;

/**
 * Return the bars as CSV, one row a time that any series has, numbers as they came.
 *
 * A column of a name that an earlier series has already is named after its own as well.
 *
 * @param {Bars} bars
 */
export function csvOf(bars) {
  const names = ["time_utc"];
  const series = NAMES.map((name) => {
    const columns = SERIES[name].slice(1); // the first is the time
    names.push(...columns.map((column) => (names.includes(column) ? `${name}_${column}` : column)));
    return { width: columns.length, byTime: valuesByTime(bars[name], columns.length) };
  });
  const more = MORE.map(({ series: name, place }) => ({
    byTime: new Map(bars[name].map((bar) => [bar[0], bar[place]])),
  }));
  names.push(...MORE.map(({ name }) => name));
  const times = [...new Set(series.flatMap(({ byTime }) => [...byTime.keys()]))].sort(
    (a, b) => a - b,
  );
  const lines = times.map((time) => {
    const values = series.flatMap(({ width, byTime }) => byTime.get(time) ?? Array(width).fill(""));
    const known = more.map(({ byTime }) => textOf(byTime.get(time)));
    return [new Date(time).toISOString(), ...values, ...known].join(",");
  });
  return [names.join(","), ...lines, ""].join("\r\n");
}

/**
 * @param {readonly Bar[]} rows
 * @param {number} width
 */
function valuesByTime(rows, width) {
  return new Map(rows.map(([time, ...values]) => [time, values.slice(0, width)]));
}

/** @param {number | undefined} value */
function textOf(value) {
  return value === undefined || Number.isNaN(value) ? "" : String(value);
}

/**
 * Save the bars in view.
 *
 * @param {Store} store
 * @param {Charts} charts
 */
export function saveCsv(store, charts) {
  const content = csvOf(charts.visibleBars());
  save(new Blob([content], { type: "text/csv" }), fileName(store, charts, "csv"));
}

/**
 * Save all bars of the length shown, as the server has them; without a history those that are here.
 *
 * @param {Store} store
 * @param {{ charts: Charts, history: { summary: HistorySummary | null }, say: (text: string) => void }} parts
 */
export function saveCsvOfAll(store, { charts, history: { summary }, say }) {
  const windowMs = charts.timeframeMs;
  const length = `${windowMs / 1000}s`;
  if (!summary) {
    const content = csvOf(charts.allBars());
    save(new Blob([content], { type: "text/csv" }), `${nameOf(store)}-${length}.csv`);
    return;
  }
  const query = `window_ms=${windowMs}&from_ms=0&to_ms=${summary.to_ms}`;
  download(`/_history/export.csv?${query}`, `${nameOf(store)}-${length}-all.csv`);
  say(`All ${length} bars are on their way, as far as they are committed`);
}

/**
 * Draw charts and depth side by side under a heading, and save that.
 *
 * @param {Store} store
 * @param {Charts} charts
 * @param {{ figure: Figure | null }} depth
 */
export async function savePng(store, charts, depth) {
  if (!charts.view) {
    return;
  }
  const { range, colors } = charts.view;
  const main = pictureOf(charts.view);
  const book = depth.figure ? await depthPicture(depth.figure) : null;
  const width = main.width + (book?.width ?? 0);
  const height = Math.max(main.height, book?.height ?? 0) + HEADING_PX * SCALE;
  const canvas = Object.assign(element("canvas"), { width, height });
  const context = contextOf(canvas, { alpha: false });
  context.fillStyle = colors.paper;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = colors.axis;
  context.font = `${13 * SCALE}px system-ui, sans-serif`;
  const heading = [
    store.job.instrument,
    ...(store.processor?.simulated ? ["simulated"] : []),
    `${charts.view.windowMs / 1000} s bars`,
    `${utc(range[0])} – ${utc(range[1])} UTC`,
  ].join("  ·  ");
  context.fillText(heading, 10 * SCALE, 20 * SCALE);
  context.drawImage(main, 0, HEADING_PX * SCALE);
  if (book) {
    context.drawImage(book, main.width, HEADING_PX * SCALE);
  }
  /** @type {Blob} */
  const blob = await new Promise((resolve) =>
    canvas.toBlob((made) => resolve(/** @type {Blob} */ (made)), "image/png"),
  );
  save(blob, fileName(store, charts, "png"));
}

/**
 * Paint a view twice as fine as on the usual screen, whatever this one is.
 *
 * @param {View} view
 */
function pictureOf(view) {
  const scene = makeScene({ ...view, size: { ...view.size, ratio: SCALE } });
  const [, , width, height] = scene.standing.backdrop.paper;
  const canvas = Object.assign(element("canvas"), { width, height });
  const context = contextOf(canvas, { alpha: false });
  paintStanding(context, scene);
  paintMoving(context, scene);
  paintNamesAndTags(context, scene);
  return canvas;
}

/** @param {Figure} figure */
async function depthPicture({ data, layout }) {
  const { width, height } = layout;
  const address = await window.Plotly.toImage(
    { data, layout, config: PLOT_CONFIG },
    { format: "png", width, height, scale: SCALE },
  );
  const image = new Image();
  image.src = address;
  await image.decode();
  return image;
}

/**
 * @param {Store} store
 * @param {Charts} charts
 * @param {string} extension
 */
function fileName(store, charts, extension) {
  const from = utc(charts.range()?.[0] ?? store.now(), false)
    .replace(" ", "T")
    .replace(":", "");
  return `${nameOf(store)}-${from}Z.${extension}`;
}

/**
 * Return what files are named after: the instrument, and whether what is in them is simulated.
 *
 * @param {Store} store
 */
function nameOf({ job, processor }) {
  return processor?.simulated ? `${job.instrument}-simulated` : job.instrument;
}

/**
 * @param {Blob} blob
 * @param {string} name
 */
function save(blob, name) {
  const address = URL.createObjectURL(blob);
  download(address, name);
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/**
 * @param {string} address
 * @param {string} name
 */
function download(address, name) {
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
}
