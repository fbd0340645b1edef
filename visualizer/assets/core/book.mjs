// What follows from a book of levels: pure functions, best first in, best first out.
import { decimalsOfAll } from "./format.mjs";

/** @import { BookFacts, CumulatedLevel, Depth, Level } from "./types.d.ts" */

/**
 * Return levels as [price, size, size of this and all better levels].
 *
 * @param {Level[]} levels
 * @returns {CumulatedLevel[]}
 */
export function cumulated(levels) {
  let total = 0;
  return levels.map(([price, amount]) => {
    total += amount;
    return [price, amount, total];
  });
}

/**
 * Return best bid and ask, spread, midpoint and OBI of the levels given; null where undefined.
 *
 * @param {Depth | null} depth
 * @returns {BookFacts}
 */
export function bookFacts(depth) {
  const bids = depth?.bids ?? [];
  const asks = depth?.asks ?? [];
  const bidVolume = bids.reduce((sum, level) => sum + level[1], 0);
  const askVolume = asks.reduce((sum, level) => sum + level[1], 0);
  const bestBid = bids[0]?.[0] ?? null;
  const bestAsk = asks[0]?.[0] ?? null;
  const isTwoSided = bestBid !== null && bestAsk !== null;
  return {
    bestBid,
    bestAsk,
    spread: isTwoSided ? bestAsk - bestBid : null,
    midpoint: isTwoSided ? (bestAsk + bestBid) / 2 : null,
    bidVolume,
    askVolume,
    obi: isTwoSided ? (bidVolume - askVolume) / (bidVolume + askVolume) : null,
  };
}

/**
 * Return the decimals of the prices in a book.
 *
 * @param {Depth | null} depth
 */
export function priceDecimals(depth) {
  return decimalsOfAll([...(depth?.bids ?? []), ...(depth?.asks ?? [])].map((level) => level[0]));
}
