// Save what is in view: the bars as CSV, the picture as PNG.

import { utc } from "../core/format.mjs";
import { paletteOf } from "../core/palette.mjs";
import { PLOT_CONFIG } from "../core/plot_config.mjs";
import { ROWS } from "./figure.mjs";
import { lastValues } from "./last_values.mjs";

// biome-ignore format: a line for each series
const COLUMNS = [
  "time_utc", "open", "high", "low", "close", "volume",
  "obi_open", "obi_high", "obi_low", "obi_close",
  "tot_open", "tot_high", "tot_low", "tot_close",
  "cvd_open", "cvd_high", "cvd_low", "cvd_close",
];
const HEADING_PX = 30;
const SCALE = 2;

/** Return the bars as CSV, one row a time that any series has, numbers as they came. */
export function csvOf({ ohlc, metrics, cvd }) {
  const series = [
    [ohlc, 5],
    [metrics, 8],
    [cvd, 4],
  ].map(([rows, width]) => ({ width, byTime: new Map(rows.map((row) => [row[0], row.slice(1)])) }));
  const times = [...new Set(series.flatMap(({ byTime }) => [...byTime.keys()]))].sort(
    (a, b) => a - b,
  );
  const lines = times.map((time) => {
    const values = series.flatMap(({ width, byTime }) => byTime.get(time) ?? Array(width).fill(""));
    return [new Date(time).toISOString(), ...values].join(",");
  });
  return [COLUMNS.join(","), ...lines, ""].join("\r\n");
}

export function saveCsv(store, charts) {
  const content = csvOf(charts.visibleBars());
  save(new Blob([content], { type: "text/csv" }), fileName(store, charts, "csv"));
}

/** Draw charts and depth side by side under a heading, and save that. */
export async function savePng(store, settings, charts, depth) {
  if (!charts.figure) {
    return;
  }
  const colors = paletteOf(settings.values.palette);
  const main = await picture(withNamesAndTags(charts.figure, store, colors));
  const book = depth.figure ? await picture(depth.figure) : null;
  const canvas = document.createElement("canvas");
  canvas.width = main.width + (book?.width ?? 0);
  canvas.height = Math.max(main.height, book?.height ?? 0) + HEADING_PX * SCALE;
  const context = canvas.getContext("2d");
  context.fillStyle = colors.paper;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = colors.axis;
  context.font = `${13 * SCALE}px system-ui, sans-serif`;
  const range = charts.range();
  const heading = `${store.job.instrument}  ·  ${store.job.windowMs / 1000} s bars  ·  ${utc(range[0])} – ${utc(range[1])} UTC`;
  context.fillText(heading, 10 * SCALE, 20 * SCALE);
  context.drawImage(main, 0, HEADING_PX * SCALE);
  if (book) {
    context.drawImage(book, main.width, HEADING_PX * SCALE);
  }
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  save(blob, fileName(store, charts, "png"));
}

// On the page names and tags lie over the chart; in the picture they are Plotly's annotations.
function withNamesAndTags({ data, layout, decimals }, store, colors) {
  const rows = ROWS.filter(({ axis }) => axis.replace("y", "yaxis") in layout);
  const names = rows.map(({ name, axis }) => ({
    ...{ xref: "paper", x: 0, xanchor: "left", yref: `${axis} domain`, y: 1, yanchor: "top" },
    text: `<b>${name}</b>`,
    showarrow: false,
    font: { color: colors.axis, size: 11 },
  }));
  const tags = lastValues(store, decimals)
    .map((tag) => ({ ...tag, row: rows.find(({ key }) => key === tag.key) }))
    .filter(({ row }) => row)
    .map(({ row, value, text, tone }) => ({
      xref: "paper",
      x: 1,
      xanchor: "left",
      yref: row.axis,
      y: value,
      text,
      showarrow: false,
      font: { color: colors.paper, size: 11 },
      bgcolor:
        { up: colors.up, down: colors.down, obi: colors.obiUp, tot: colors.tot }[tone] ??
        colors.axis,
    }));
  return { data, layout: { ...layout, annotations: [...names, ...tags] } };
}

async function picture({ data, layout }) {
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

function fileName(store, charts, extension) {
  const from = utc(charts.range()?.[0] ?? store.now(), false)
    .replace(" ", "T")
    .replace(":", "");
  return `${store.job.instrument}-${from}Z.${extension}`;
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
