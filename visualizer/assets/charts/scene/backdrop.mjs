// What stands behind the bars: gaps, grid, the edges of days, zero lines and the time axis.
import { gapsOf } from "../../core/view.mjs";
import { daysIn, timeTicks } from "../ticks.mjs";
import { xOf } from "./time_axis.mjs";

/**
 * @import { Backdrop, Bar, Label, PixelSize, Rect, RowKey, Ticks } from "../../core/types.d.ts"
 * @import { Ground } from "./marks.mjs"
 */

const ZERO_KEYS = ["delta", "obi", "cvd"];
const TICK_PX = 4;
const TIME_TOP_PX = 7;
const TIME_LINE_PX = 13;

/**
 * Return the backdrop of rows whose values are marked by `ticks`.
 *
 * @param {Ground} ground
 * @param {PixelSize} size
 * @param {Record<RowKey, Ticks>} ticks
 * @param {Bar[]} trades bars of which the gaps are shown
 * @returns {Backdrop}
 */
export function backdropOf(ground, size, ticks, trades) {
  const { axis, rows, hair, ratio, ranges } = ground;
  const { left, width, range } = axis;
  const bottom = rows[rows.length - 1].clip[1] + rows[rows.length - 1].clip[3];
  const times = timeTicks(range, width / ratio);
  const days = daysIn(range, width / ratio);
  const lesserTimes = times.tickvals.filter((time) => !days.includes(time));
  const tickPx = Math.round(TICK_PX * ratio);
  /** @param {number} at */
  const lineAt = (at) => Math.round(at - hair / 2);
  /** @param {number} time @returns {Rect[]} */
  const uprights = (time) =>
    rows.map(({ clip }) => [lineAt(xOf(axis, time)), clip[1], hair, clip[3]]);
  /** @param {number} time @returns {Rect} */
  const tickBelow = (time) => [lineAt(xOf(axis, time)), bottom, hair, tickPx];
  /** @param {{ key: RowKey, clip: Rect }} row @param {number} value @returns {Rect} */
  const level = ({ key, clip }, value) => {
    const [low, high] = ranges[key];
    return [left, lineAt(clip[1] + clip[3] * (1 - (value - low) / (high - low))), width, hair];
  };
  return {
    paper: [0, 0, Math.round(size.width * ratio), Math.round(size.height * ratio)],
    gaps: gapsOf(trades, ground.windowMs).flatMap(([from, to]) => {
      const start = Math.max(Math.round(xOf(axis, from)), left);
      const end = Math.min(Math.round(xOf(axis, to)), left + width);
      return end > start ? rows.map(({ clip }) => across(clip, start, end)) : [];
    }),
    grid: [
      ...lesserTimes.flatMap(uprights),
      ...rows.flatMap((row) => ticks[row.key].tickvals.map((value) => level(row, value))),
      ...times.tickvals.map(tickBelow),
    ],
    days: days.flatMap(uprights),
    zeros: rows
      .filter(({ key }) => ZERO_KEYS.includes(key) && ranges[key][0] <= 0 && 0 <= ranges[key][1])
      .map((row) => level(row, 0)),
    timeLabels: times.tickvals.flatMap((time, index) =>
      linesOf(times.ticktext[index], Math.round(xOf(axis, time)), bottom, ratio),
    ),
  };
}

/**
 * @param {Rect} clip
 * @param {number} start
 * @param {number} end
 * @returns {Rect}
 */
function across([, top, , height], start, end) {
  return [start, top, end - start, height];
}

/**
 * @param {string} text
 * @param {number} x
 * @param {number} bottom
 * @param {number} ratio
 * @returns {Label[]}
 */
function linesOf(text, x, bottom, ratio) {
  return text
    .split("\n")
    .filter(Boolean)
    .map((line, index) => ({
      text: line,
      x,
      y: bottom + Math.round((TIME_TOP_PX + index * TIME_LINE_PX) * ratio),
    }));
}
