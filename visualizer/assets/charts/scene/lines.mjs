// Values of bars as lines, interrupted where bars are missing, and parted by the side of a level.
import { toneOf, WAYS } from "../tones.mjs";

/**
 * @import { Bar, Point } from "../../core/types.d.ts"
 * @import { Scales } from "./marks.mjs"
 */

/** @typedef {Record<typeof WAYS[number], Point[][]>} Sides */

const GAP_WINDOWS = 1.5;

/**
 * Return the points of a line, in pieces between the gaps.
 *
 * @param {Bar[]} bars
 * @param {(bar: Bar) => number} valueIn
 * @param {number} windowMs
 * @param {Scales} scales
 * @returns {Point[][]}
 */
export function piecesOf(bars, valueIn, windowMs, { x, y }) {
  /** @type {Point[][]} */
  const pieces = [];
  let before = -Infinity;
  for (const bar of bars) {
    if (bar[0] - before > windowMs * GAP_WINDOWS) {
      pieces.push([]); // a gap is not joined
    }
    pieces[pieces.length - 1].push([x(bar[0]), y(valueIn(bar))]);
    before = bar[0];
  }
  return pieces;
}

/**
 * Part a line where it crosses a height: what is above it goes up, what is below goes down, and
 * what lies on it is even.
 *
 * @param {Point[][]} pieces
 * @param {number} level
 * @returns {Sides}
 */
export function partedAt(pieces, level) {
  /** @type {Sides} */
  const sides = { up: [], down: [], even: [] };
  /** @param {Point} point */
  const wayOf = ([, y]) => toneOf(level - y);
  for (const piece of pieces) {
    if (piece.length === 1) {
      sides[wayOf(piece[0])].push([...piece]);
      continue;
    }
    /** The run that the line is in. @type {{ way: typeof WAYS[number] | null, points: Point[] }} */
    let run = { way: null, points: [] };
    /** @param {typeof WAYS[number]} way @param {Point} from @param {Point} to */
    const draw = (way, from, to) => {
      if (run.way !== way) {
        run = { way, points: [from] };
        sides[way].push(run.points);
      }
      run.points.push(to);
    };
    for (let index = 1; index < piece.length; index += 1) {
      const [from, to] = [piece[index - 1], piece[index]];
      const [start, end] = [wayOf(from), wayOf(to)];
      if (start === end || start === "even" || end === "even") {
        draw(start === "even" ? end : start, from, to);
      } else {
        const share = (level - from[1]) / (to[1] - from[1]);
        /** @type {Point} */
        const crossing = [from[0] + (to[0] - from[0]) * share, level];
        draw(start, from, crossing);
        draw(end, crossing, to);
      }
    }
  }
  return sides;
}
