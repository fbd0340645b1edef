// Which way a change went, and the colour of each way: the same for bodies, bars, tags and texts.

/** @import { Palette, Tone } from "../core/types.d.ts" */

/** The ways that a change can go. */
export const WAYS = /** @type {const} */ (["up", "down", "even"]);

/** What says that a value is not where its tag is, but beyond that end of the row. */
export const ARROWS = { above: "▲", below: "▼" };

/**
 * Return which way a change went.
 *
 * @param {number} change
 * @returns {typeof WAYS[number]}
 */
export function toneOf(change) {
  return change > 0 ? "up" : change < 0 ? "down" : "even";
}

/**
 * Return the colour of every tone.
 *
 * @param {Palette} colors
 * @returns {Record<Tone, string>}
 */
export function tonesOf(colors) {
  const { up, down, axis: even, obiUp: obi, tot } = colors;
  return { up, down, even, obi, tot };
}
