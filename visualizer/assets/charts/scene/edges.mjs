// How broad bars are: whole pixels, so that what is a pixel wide is not two of half the colour.

/** @import { Edges } from "../../core/types.d.ts" */

const BODY_SHARE = 0.75;
const LEAST_SLOT = 3; // hairs: room for a body, its wick, and a gap

/**
 * Return the breadths of bars that have `slot` pixels each, where a hair is so many.
 *
 * From three hairs on a body is so broad that the wick is in its middle; one of two has it to the
 * left, for a gap between bars counts for more.
 *
 * @param {number} slot
 * @param {number} hair
 * @returns {Edges}
 */
export function edgesOf(slot, hair) {
  const isRange = slot < LEAST_SLOT * hair;
  const free = Math.min(Math.floor(slot * BODY_SHARE), Math.floor(slot) - hair);
  const body = Math.max(free, hair);
  const isLopsided = body > 2 * hair && (body - hair) % 2 === 1;
  const broad = isLopsided ? body - 1 : body;
  return { body: broad, wick: hair, inset: Math.floor((broad - hair) / 2), isRange };
}
