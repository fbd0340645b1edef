// Ticks of the time axis, UTC: round times, and the date where it begins or changes.
import { axisTime, utc } from "./format.mjs";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const STEPS = [
  ...[1, 2, 5, 10, 15, 30].map((count) => count * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE),
  ...[1, 2, 3, 4, 6, 8, 12].map((count) => count * HOUR),
  ...[1, 2, 5, 10, 20, 50, 100].map((count) => count * DAY),
];
const PX_PER_TICK = 96;
const HALF_LABEL_PX = 34;

/**
 * Return `tickvals` and `ticktext` for a range drawn so wide.
 *
 * Plotly's own labels leave the date out when the first tick is too near the edge. There are
 * ticks for a view's width on both sides too, which a drag brings into sight.
 */
export function timeTicks([from, to], widthPx) {
  const msPerPx = (to - from) / widthPx;
  const step = STEPS.find((candidate) => candidate / msPerPx >= PX_PER_TICK) ?? STEPS.at(-1);
  const firstWhole = from + HALF_LABEL_PX * msPerPx; // labels before it are cut off, or not seen
  const vals = [];
  const text = [];
  let dateShown = "";
  for (let ms = Math.ceil((2 * from - to) / step) * step; ms <= 2 * to - from; ms += step) {
    const [date, time] = utc(ms, step < MINUTE).split(" ");
    vals.push(axisTime(ms));
    text.push(step >= DAY ? date : date === dateShown ? time : `${time}<br>${date}`);
    dateShown = ms < firstWhole ? "" : date;
  }
  return { tickvals: vals, ticktext: text };
}
