// How new the data is: live and how far behind, or recorded; and since when no more of it comes.
import { daysOf, duration, LAST_MS, lag, utc } from "../core/format.mjs";
import { timesOf } from "../core/view.mjs";

/**
 * @import { Store } from "../core/store.mjs"
 * @import { Job, ProcessorRecord } from "../core/types.d.ts"
 */

/** @typedef {{ text: string, isOld: boolean }} Freshness */

const LIVE_WITHIN_S = 300; // rows of longer ago that still come are a recording played back
const OLD_AFTER_S = 10;

/**
 * Say how new the data is, and whether that is older than it should be.
 *
 * @param {Store} store
 * @returns {Freshness}
 */
export function freshness(store) {
  const { files, state, processor, connection, job } = store;
  const changed = files?.ohlc?.changed_ms;
  const newest = processor?.data_time_ms ?? timesOf(store).last;
  if (!changed || newest === null) {
    return { text: "", isOld: false };
  }
  if (processor?.phase === "finished" || state?.kind === "finished") {
    const days = daysOf(Math.min(job.fromMs, newest), newest);
    const end = state?.kind === "finished" ? state.label : "complete";
    return { text: `recorded ${days}, ${end}`, isOld: false };
  }
  const now = store.now();
  if (connection.lost) {
    return { text: `as of ${utc(now)} UTC`, isOld: true };
  }
  const silent = (now - changed) / 1000;
  if (state?.kind !== "running") {
    return { text: `last update ${duration(silent)} ago`, isOld: silent > OLD_AFTER_S };
  }
  if (processor && isFollower(processor)) {
    return ofFollower(processor, newest, { now, job });
  }
  const text = `recorded ${recordedDays(job, newest)}`;
  return silent > OLD_AFTER_S
    ? { text: `${text}, no more of it for ${duration(silent)}`, isOld: true }
    : { text, isOld: false };
}

/** @param {ProcessorRecord} processor */
function isFollower({ phase, rows_came_at_ms: cameAt }) {
  return phase === "following" || cameAt !== null;
}

/**
 * @param {ProcessorRecord} processor
 * @param {number} newest
 * @param {{ now: number, job: Job }} parts
 * @returns {Freshness}
 */
function ofFollower(processor, newest, { now, job }) {
  const { phase, waiting_for: waitingFor, rows_came_at_ms: cameAt } = processor;
  const last = cameAt ?? newest;
  if (phase === "following" && now - last > OLD_AFTER_S * 1000) {
    const what = waitingFor ? `waiting for ${waitingFor}` : "no data";
    return { text: `${what} since ${shortest(last, now)} UTC`, isOld: true };
  }
  const behind = (now - newest) / 1000;
  if (Math.abs(behind) <= LIVE_WITHIN_S) {
    return { text: `live, ${lag(behind)} behind`, isOld: behind > OLD_AFTER_S };
  }
  const more = phase === "following" ? ", more of it comes" : "";
  return { text: `recorded ${recordedDays(job, newest)}${more}`, isOld: false };
}

/**
 * Return the days of a recording that is being read.
 *
 * @param {Job} job
 * @param {number} newest
 */
function recordedDays({ fromMs, toMs }, newest) {
  const last = toMs < LAST_MS ? toMs - 1 : newest;
  return daysOf(Math.min(fromMs, last), last);
}

/**
 * Return a moment by its time, with the date unless it is today's.
 *
 * @param {number} ms
 * @param {number} now
 */
function shortest(ms, now) {
  const [date, time] = utc(ms).split(" ");
  return utc(now).startsWith(date) ? time : `${date} ${time}`;
}
