// Time in tiles: equal stretches of so many windows, which bars are asked for and kept by.

/** @import { Range, Tile } from "../core/types.d.ts" */

/** How many windows a tile has: the server has them in a few ms, and a usual view has one or two. */
export const TILE_WINDOWS = 500;

/**
 * Return the tiles in which windows begin that are in [from, to], oldest first.
 *
 * @param {Range} range
 * @param {number} windowMs
 * @returns {Tile[]}
 */
export function tilesIn([from, to], windowMs) {
  const length = windowMs * TILE_WINDOWS;
  const first = Math.floor(from / length);
  const count = Math.max(Math.floor(to / length) - first + 1, 0);
  return Array.from({ length: count }, (_, index) => {
    const start = (first + index) * length;
    return { key: `${windowMs}:${start}`, windowMs, from: start, to: start + length };
  });
}

/**
 * Return the tiles before and after a range that its reader may come to next, nearest first.
 *
 * @param {Range} range
 * @param {number} windowMs
 * @param {number} most
 * @returns {Tile[]}
 */
export function tilesAround([from, to], windowMs, most) {
  const span = to - from;
  const before = tilesIn([from - span, from - 1], windowMs).reverse();
  const after = tilesIn([to + 1, to + span], windowMs);
  const inside = new Set(tilesIn([from, to], windowMs).map(({ key }) => key));
  return [before, after].flatMap((tiles) =>
    tiles.filter(({ key }) => !inside.has(key)).slice(0, most),
  );
}

/**
 * Return what is left of a range between the ends of the data, null where that is nothing.
 *
 * @param {Range} range
 * @param {Range} ends
 * @returns {Range | null}
 */
export function clipped([from, to], [first, last]) {
  const [start, end] = [Math.max(from, first), Math.min(to, last)];
  return start <= end ? [start, end] : null;
}
