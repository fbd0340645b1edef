// From what is in view to where everything lies: a pure function, to which the last scene lends
// the parts that are still right, so that only what changed is painted again.
import { within } from "../../core/view.mjs";
import { lastValues, placeTags } from "../last_values.mjs";
import { fitRanges, placePlot, placeRows } from "../rows.mjs";
import { anchorName } from "./anchor.mjs";
import { backdropOf } from "./backdrop.mjs";
import { marksOf } from "./marks.mjs";
import { xOf } from "./time_axis.mjs";
import { axisWidth, ticksOf, valueLabels } from "./value_axis.mjs";

/**
 * @import { Bar, Bars, Placed, PlacedRow, PixelSize, Range, Scene, View } from "../../core/types.d.ts"
 * @import { Ground } from "./marks.mjs"
 */

const NAMES = /** @type {const} */ (["ohlc", "metrics", "cvd"]);
const FONT_PX = 11;
const FONT = "system-ui, sans-serif";
const JOINED_WINDOWS = 1.5;
const LINE_ROOM_PX = 3; // of a dot

/**
 * Return the scene of a view.
 *
 * @param {View} view
 * @param {Scene | null} before
 * @returns {Scene}
 */
export function makeScene(view, before = null) {
  const { range, size, decimals, colors, windowMs, anchor, obiShape } = view;
  const ranges = fitRanges(view.visible, view.obiScale, anchor);
  const rows = namedRows(placeRows(view.shownKeys, size), view);
  const tags = placeTags(lastValues(view.newest, view), rows, ranges);
  const ticks = ticksOf(rows, ranges, tags, decimals);
  const axis = axisWidth(Object.values(ticks), tags, view.measure, axisOf(size, before));
  const placed = lent({ plot: placePlot(size, axis), rows }, before?.placed);
  const hair = Math.max(Math.floor(size.ratio), 1);
  const ground = groundOf(
    { range, size, placed },
    { ranges, anchor, obiShape, colors, windowMs, hair },
  );
  const { standing, moving } = splitAtNewest(view);
  const newest = view.bars.ohlc.at(-1)?.[0];
  const key = JSON.stringify([range, size, placed, ranges, anchor, obiShape, newest]);
  const isSameGround = before?.origin.key === key && before.colors === colors;
  const stays = isSameGround && isSame(before.origin.standing, standing);
  const rests = stays && isSame(before.origin.moving, moving);
  return {
    anchor: lent(anchor, before?.anchor),
    ...{ placed, tags, range, ranges, obiShape, size, decimals, colors, windowMs, hair },
    font: `${FONT_PX * size.ratio}px ${FONT}`,
    standing: stays
      ? before.standing
      : {
          backdrop: backdropOf(ground, size, ticks, view.bars.ohlc),
          rows: marksOf(standing, ground),
        },
    moving: rests ? before.moving : movingOf(moving, standing.metrics.at(-1), ground),
    valueLabels: lent(valueLabels(placed, ranges, ticks, size.ratio), before?.valueLabels),
    origin: { key, standing, moving },
  };
}

/**
 * Say whether bars were drawn anew, and not only numbers.
 *
 * @param {Scene} scene
 * @param {Scene | null} before
 */
export function hasNewBars(scene, before) {
  return scene.standing !== before?.standing || scene.moving !== before.moving;
}

/**
 * Return the rows with names that say from where on CVD counts.
 *
 * @param {PlacedRow[]} rows
 * @param {View} view
 */
function namedRows(rows, { anchor, visible }) {
  const name = `CVD, ${anchorName(anchor, visible.cvd.at(-1)?.[0] ?? 0)}`;
  return rows.map((row) => (row.key === "cvd" ? { ...row, name } : row));
}

/**
 * Return how broad the value axis was on a chart of this size.
 *
 * @param {PixelSize} size
 * @param {Scene | null} before
 */
function axisOf({ width, height }, before) {
  const isSameSize = before?.size.width === width && before.size.height === height;
  const plot = isSameSize ? before.placed.plot : null;
  return plot ? width - plot.left - plot.width : undefined;
}

/**
 * @param {{ range: Range, size: PixelSize, placed: Placed }} place
 * @param {Omit<Ground, "axis" | "rows" | "ratio">} rest
 * @returns {Ground}
 */
function groundOf({ range, size: { ratio }, placed: { plot, rows } }, rest) {
  /** @param {number} px */
  const pixels = (px) => Math.round(px * ratio);
  const [left, width] = [pixels(plot.left), pixels(plot.width)];
  return {
    ...rest,
    ratio,
    axis: { range, left, width },
    rows: rows.map(({ key, top, height }) => ({
      key,
      clip: [left, pixels(top), width, pixels(height)],
    })),
  };
}

/**
 * Part the bars that a trade can still change from those that are closed. The newest of one series
 * may be a bar ahead of another's.
 *
 * @param {View} view
 */
function splitAtNewest({ bars, newest, windowMs }) {
  const last = Math.max(...NAMES.map((name) => newest[name]?.[0] ?? -Infinity));
  const { ohlc, metrics, cvd } = bars;
  /** @param {number} from @param {number} to @returns {Bars} */
  const between = (from, to) => ({
    ohlc: within(ohlc, from, to),
    metrics: within(metrics, from, to),
    cvd: within(cvd, from, to),
  });
  return {
    standing: between(-Infinity, last - windowMs - 1),
    moving: between(last - windowMs, Infinity),
  };
}

/**
 * @param {Bars} bars
 * @param {Bar | undefined} ahead
 * @param {Ground} ground
 * @returns {Scene["moving"]}
 */
function movingOf(bars, ahead, ground) {
  const { axis, windowMs, ratio } = ground;
  const times = NAMES.flatMap((name) => bars[name].map((bar) => bar[0]));
  const first = bars.metrics.at(0)?.[0] ?? Infinity;
  const joined = ahead && first - ahead[0] <= windowMs * JOINED_WINDOWS ? ahead : undefined;
  if (joined) {
    times.push(joined[0]);
  }
  const right = axis.left + axis.width;
  const left = xOf(axis, Math.min(...times) - windowMs / 2) - LINE_ROOM_PX * ratio;
  return {
    left: times.length ? Math.floor(Math.min(Math.max(left, axis.left), right)) : right,
    rows: marksOf(bars, ground, joined),
  };
}

/**
 * Say whether bars are the same; unchanged ones are the same objects.
 *
 * @param {Bars} one
 * @param {Bars} other
 */
function isSame(one, other) {
  return NAMES.every((name) => {
    const [left, right] = [one[name], other[name]];
    return left.length === right.length && left.every((bar, index) => bar === right[index]);
  });
}

/**
 * Return what was there before where it is the same: then it is known by being the same object.
 *
 * @template Part
 * @param {Part} part
 * @param {Part | undefined} before
 * @returns {Part}
 */
function lent(part, before) {
  return before !== undefined && JSON.stringify(part) === JSON.stringify(before) ? before : part;
}
