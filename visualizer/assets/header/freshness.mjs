// How new the data is: live and how far behind, or recorded; and whether it still comes.
import { duration, utc } from "../core/format.mjs";
import { timesOf } from "../core/view.mjs";

/** @import { Store } from "../core/store.mjs" */

const LIVE_WITHIN_S = 300; // whoever is further behind reads what was recorded
const OLD_AFTER_S = 10;

/**
 * Say how new the data is, and whether that is older than it should be.
 *
 * @param {Store} store
 */
export function freshness(store) {
  const { files, state, processor, connection } = store;
  const changed = files?.ohlc?.changed_ms;
  const newest = processor?.data_time_ms ?? timesOf(store).last;
  if (!changed || newest === null) {
    return { text: "", isOld: false };
  }
  if (connection.lost) {
    return { text: `as of ${utc(store.now())} UTC`, isOld: true };
  }
  const silent = (store.now() - changed) / 1000;
  if (state?.kind === "finished") {
    return { text: "recorded data", isOld: false };
  }
  if (state?.kind !== "running") {
    return { text: `last update ${duration(silent)} ago`, isOld: silent > OLD_AFTER_S };
  }
  const behind = (store.now() - newest) / 1000;
  if (Math.abs(behind) <= LIVE_WITHIN_S) {
    return { text: `live, ${duration(behind)} behind`, isOld: behind > OLD_AFTER_S };
  }
  return silent > OLD_AFTER_S
    ? { text: `recorded data, no more of it for ${duration(silent)}`, isOld: true }
    : { text: "recorded data", isOld: false };
}
