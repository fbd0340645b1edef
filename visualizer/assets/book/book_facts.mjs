// What follows from a book of levels: pure functions, best first in, best first out.
import { decimalsOfAll, utcParts } from "../core/format.mjs";

/**
 * @import { BookFacts, CumulatedLevel, Depth, Level } from "../core/types.d.ts"
 * @import { ProcessorRecord } from "../core/types.d.ts"
 * @import { Store } from "../core/store.mjs"
 */

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

/**
 * Say of which moment the book is, with the date where that is not the one of the newest data.
 *
 * @param {ProcessorRecord | null} processor
 */
export function bookTimeText(processor) {
  if (!processor || processor.book_time_ms === null) {
    return "";
  }
  const { date, time } = utcParts(processor.book_time_ms);
  const isSameDay = date === utcParts(processor.data_time_ms ?? processor.book_time_ms).date;
  return `book at ${isSameDay ? "" : `${date} `}${time} UTC`;
}

/**
 * Say why there is nothing on one side of a book, or on both.
 *
 * @param {BookFacts} facts
 * @param {Store} store
 */
export function emptinessText({ bestBid, bestAsk }, store) {
  if (bestBid !== null || bestAsk !== null) {
    return bestBid === null ? "no bids" : "no asks";
  }
  if (store.processor && store.processor.book_time_ms !== null) {
    return "the book is empty";
  }
  if (store.state?.kind === "finished") {
    return "the recording has no book";
  }
  return store.isOver ? "no book" : "no book yet";
}
