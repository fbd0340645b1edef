// The value axes at the right: which numbers stand beside each row, and how broad all of them are.
import { valueAt } from "../rows.mjs";
import { valueTicks } from "../ticks.mjs";

/**
 * @import { Label, Measure, Placed, PlacedRow, PlacedTag, Ranges, RowKey } from "../../core/types.d.ts"
 * @import { Ticks } from "../../core/types.d.ts"
 */

const LABEL_LEFT_PX = 5;
const LABEL_RIGHT_PX = 7; // as a tag has: the same room, and an edge
const STEP_PX = 6;
const LEAST_PX = 48;
const SLACK_PX = 24; // a little room too much is kept: bars would jump with every other digit

/**
 * Return the ticks of every row, without the text of those that its tag covers.
 *
 * @param {PlacedRow[]} rows
 * @param {Ranges} ranges
 * @param {PlacedTag[]} tags
 * @param {number} decimals of the prices
 * @returns {Record<RowKey, Ticks>}
 */
export function ticksOf(rows, ranges, tags, decimals) {
  const entries = rows.map((row) => {
    const range = ranges[row.key];
    const tag = tags.find(({ key }) => key === row.key);
    const tagged = tag ? valueAt(tag.y, row, range) : null;
    return [row.key, valueTicks(range, row.height, row.key === "price" ? decimals : 0, tagged)];
  });
  return Object.fromEntries(entries);
}

/**
 * Return how broad the axis is, CSS px: as its longest text, in steps, or as before where that
 * is only a little more.
 *
 * @param {Ticks[]} ticks
 * @param {PlacedTag[]} tags
 * @param {Measure} measure
 * @param {number | undefined} before
 */
export function axisWidth(ticks, tags, measure, before) {
  const texts = ticks.flatMap(({ ticktext }) => ticktext);
  const longest = Math.max(
    0,
    ...texts.map((text) => measure(text)),
    ...tags.map(({ text }) => measure(text, true)),
  );
  const needed = LABEL_LEFT_PX + longest + LABEL_RIGHT_PX;
  const stepped = Math.max(Math.ceil(needed / STEP_PX) * STEP_PX, LEAST_PX);
  const isKept = before !== undefined && stepped <= before && before - stepped < SLACK_PX;
  return isKept ? before : stepped;
}

/**
 * Return the numbers beside the rows, px of the device.
 *
 * @param {Placed} placed
 * @param {Ranges} ranges
 * @param {Record<RowKey, Ticks>} ticks
 * @param {number} ratio
 * @returns {Label[]}
 */
export function valueLabels({ plot, rows }, ranges, ticks, ratio) {
  const x = Math.round((plot.left + plot.width + LABEL_LEFT_PX) * ratio);
  return rows.flatMap((row) => {
    const [low, high] = ranges[row.key];
    const { tickvals, ticktext } = ticks[row.key];
    return tickvals.flatMap((value, index) => {
      const y = row.top + row.height * (1 - (value - low) / (high - low));
      return ticktext[index] ? [{ text: ticktext[index], x, y: Math.round(y * ratio) }] : [];
    });
  });
}
