// The charts as Plotly takes them: a pure function of bars, range, choices and height.
import { axisTime } from "./format.mjs";
import { timeTicks } from "./ticks.mjs";
import { gapsOf } from "./view.mjs";

const MARGIN = { left: 6, right: 78, top: 4, bottom: 38 };
const ROW_GAP_PX = 10;

/** The rows from top to bottom: key, name, axis, share of the height. */
export const ROWS = [
  { key: "price", name: "Price", axis: "y", weight: 46 },
  { key: "volume", name: "Volume", axis: "y2", weight: 11 },
  { key: "obi", name: "OBI", axis: "y3", weight: 17 },
  { key: "tot", name: "TOT", axis: "y4", weight: 10 },
  { key: "cvd", name: "CVD", axis: "y5", weight: 16 },
];

/** Return where each shown row lies, in pixels of a chart of this size. */
export function placeRows(shownKeys, width, height) {
  const shown = ROWS.filter((row) => row.key === "price" || shownKeys.includes(row.key));
  const plot = {
    left: MARGIN.left,
    top: MARGIN.top,
    width: Math.max(width - MARGIN.left - MARGIN.right, 10),
    height: Math.max(height - MARGIN.top - MARGIN.bottom, 10),
  };
  const weights = shown.reduce((sum, row) => sum + row.weight, 0);
  const free = plot.height - ROW_GAP_PX * (shown.length - 1);
  let top = plot.top;
  const rows = shown.map((row) => {
    const rowHeight = (free * row.weight) / weights;
    const placed = { ...row, top, height: rowHeight };
    top += rowHeight + ROW_GAP_PX;
    return placed;
  });
  return { plot, rows };
}

/** Return the y range of every row that fits the bars in view: `[low, high]` by row key. */
export function fitRanges(bars, obiScale) {
  const ranges = {
    price: padded(extent(bars.ohlc, 3, 2), 0.06, 0.14), // the read-out lies at the top
    volume: [0, (extent(bars.ohlc, 5, 5)?.[1] ?? 1) * 1.12 || 1],
    obi: [-1, 1],
    tot: padded(extent(bars.metrics, 7, 6), 0.12),
    cvd: padded(extent(bars.cvd, 3, 2), 0.08),
  };
  const obi = extent(bars.metrics, 3, 2);
  if (obiScale !== "fixed" && obi) {
    ranges.obi = padded([Math.min(obi[0], 0), Math.max(obi[1], 0)], 0.08);
  }
  return ranges;
}

/** Return Plotly's `data`: one trace per row, two for TOT, in a fixed order. */
export function makeTraces(bars, shownKeys, colors, windowMs) {
  const traces = [candles("price", "y", bars.ohlc, 1, colors.up, colors.down)];
  if (shownKeys.includes("volume")) {
    traces.push(volumeBars(bars, colors));
  }
  if (shownKeys.includes("obi")) {
    traces.push(candles("obi", "y3", bars.metrics, 1, colors.obiUp, colors.obiDown));
  }
  if (shownKeys.includes("tot")) {
    traces.push(...totTraces(bars.metrics, colors, windowMs));
  }
  if (shownKeys.includes("cvd")) {
    traces.push(candles("cvd", "y5", bars.cvd, 1, colors.up, colors.down));
  }
  return traces;
}

/** Return Plotly's `layout` for rows placed by `placeRows` with ranges of `fitRanges`. */
export function makeLayout({ placed, ranges, range, bars, colors, decimals, windowMs, size }) {
  const layout = {
    width: size.width,
    height: size.height,
    margin: { l: MARGIN.left, r: MARGIN.right, t: MARGIN.top, b: MARGIN.bottom },
    paper_bgcolor: colors.paper,
    plot_bgcolor: colors.paper,
    font: { family: "system-ui, sans-serif", size: 11, color: colors.axis },
    showlegend: false,
    hovermode: false,
    dragmode: "pan",
    bargap: 0.25,
    barmode: "overlay",
    shapes: gapShapes(bars.ohlc, windowMs, colors),
    xaxis: {
      type: "date",
      range: range.map(axisTime),
      anchor: placed.rows.at(-1).axis,
      rangeslider: { visible: false },
      gridcolor: colors.grid,
      zeroline: false,
      ticks: "outside",
      ticklen: 4,
      tickcolor: colors.grid,
      ...timeTicks(range, placed.plot.width),
    },
  };
  for (const row of placed.rows) {
    layout[row.axis.replace("y", "yaxis")] = {
      domain: [
        1 - (row.top + row.height - placed.plot.top) / placed.plot.height,
        1 - (row.top - placed.plot.top) / placed.plot.height,
      ].map((share) => Math.min(Math.max(share, 0), 1)),
      range: ranges[row.key],
      side: "right",
      fixedrange: true,
      gridcolor: colors.grid,
      zeroline: row.key === "obi" || row.key === "cvd",
      zerolinecolor: colors.zero,
      zerolinewidth: 1,
      nticks: Math.max(3, Math.round(row.height / 40)),
      tickformat: row.key === "price" ? `,.${decimals}f` : undefined,
      separatethousands: true,
      exponentformat: "none",
    };
  }
  return layout;
}

// `first` is the column of the open; high, low and close follow it.
function candles(name, axis, rows, first, up, down) {
  return {
    type: "candlestick",
    name,
    x: times(rows),
    open: column(rows, first),
    high: column(rows, first + 1),
    low: column(rows, first + 2),
    close: column(rows, first + 3),
    yaxis: axis,
    hoverinfo: "skip",
    increasing: { line: { color: up, width: 1 }, fillcolor: up },
    decreasing: { line: { color: down, width: 1 }, fillcolor: down },
  };
}

function volumeBars(bars, colors) {
  const deltas = new Map(bars.cvd.map((bar) => [bar[0], bar[4] - bar[1]]));
  return {
    type: "bar",
    name: "volume",
    x: times(bars.ohlc),
    y: column(bars.ohlc, 5),
    yaxis: "y2",
    hoverinfo: "skip",
    marker: {
      line: { width: 0 },
      color: bars.ohlc.map((bar) => {
        const delta = deltas.get(bar[0]);
        return delta === undefined || delta === 0 ? colors.zero : delta > 0 ? colors.up : colors.down;
      }),
    },
  };
}

function totTraces(rows, colors, windowMs) {
  const line = { x: [], y: [] };
  rows.forEach((row, index) => {
    if (index > 0 && row[0] - rows[index - 1][0] > windowMs * 1.5) {
      line.x.push(axisTime(rows[index - 1][0] + windowMs));
      line.y.push(null); // a gap is not joined
    }
    line.x.push(axisTime(row[0]));
    line.y.push(row[8]);
  });
  return [
    {
      type: "bar",
      name: "tot range",
      x: times(rows),
      base: column(rows, 7),
      y: rows.map((row) => row[6] - row[7]),
      yaxis: "y4",
      hoverinfo: "skip",
      marker: { color: colors.totBand, line: { width: 0 } },
    },
    {
      type: "scatter",
      mode: rows.length === 1 ? "markers" : "lines",
      name: "tot",
      ...line,
      yaxis: "y4",
      hoverinfo: "skip",
      line: { color: colors.tot, width: 1.2 },
      marker: { color: colors.tot, size: 4 },
    },
  ];
}

// All gaps are one path: hundreds of shapes would cost more than all the bars.
function gapShapes(rows, windowMs, colors) {
  const gaps = gapsOf(rows, windowMs);
  if (gaps.length === 0) {
    return [];
  }
  return [
    {
      type: "path",
      xref: "x",
      yref: "paper",
      layer: "below",
      path: gaps.map(gapPath).join(""),
      fillcolor: colors.gap,
      line: { width: 0 },
    },
  ];
}

// In a path T is a curve: dates there are written with an underscore.
function gapPath(gap) {
  const [from, to] = gap.map((ms) => axisTime(ms).replace("T", "_"));
  return `M${from},0L${from},1L${to},1L${to},0Z`;
}

function times(rows) {
  return rows.map((row) => axisTime(row[0]));
}

function column(rows, index) {
  return rows.map((row) => row[index]);
}

function extent(rows, lowColumn, highColumn) {
  let low = Infinity;
  let high = -Infinity;
  for (const row of rows) {
    low = Math.min(low, row[lowColumn]);
    high = Math.max(high, row[highColumn]);
  }
  return low <= high ? [low, high] : null;
}

function padded(pair, share, shareAbove = share) {
  if (!pair) {
    return [0, 1];
  }
  const [low, high] = pair;
  const extentOrSome = high - low || Math.abs(high) * 0.02 || 10;
  return [low - extentOrSome * share, high + extentOrSome * shareAbove];
}
