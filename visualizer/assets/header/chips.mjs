// The header's chips: a process each, its state and what is known of it.
import { element } from "../core/dom.mjs";
import { duration, megabytes } from "../core/format.mjs";

/**
 * @import { PageState, ProcessorRecord, SupervisorRecord, WorkerRecord } from "../core/types.d.ts"
 */

/** @typedef {{ word: string, tone: string, facts: string[] }} Chip */

// States as supervisord names them, and how alarming each is.
/** @type {Record<string, string>} */
const TONES = {
  RUNNING: "good",
  STARTING: "busy",
  STOPPING: "busy",
  BACKOFF: "warn",
  STOPPED: "idle",
  EXITED: "idle",
  FATAL: "bad",
};

/** @type {Record<string, string>} */
const TONES_OF_STATES = { running: "good", finished: "good", failed: "bad", stale: "warn" };

/**
 * Return a chip as it was known to be, when nothing newer is.
 *
 * @param {Chip} chip
 * @returns {Chip}
 */
export function past(chip) {
  return chip.tone === "idle" ? chip : { ...chip, word: `WAS ${chip.word}`, tone: "idle" };
}

/**
 * Return the chip of a worker that the supervisor lists; what it lists was so that long ago.
 *
 * @param {WorkerRecord} worker
 * @param {number} asOfSeconds
 * @returns {Chip}
 */
export function workerChip(worker, asOfSeconds) {
  /** @type {string[]} */
  const facts = [];
  if (worker.pid !== null) {
    facts.push(`pid ${worker.pid}`);
  }
  if (worker.uptime_s !== null && worker.pid !== null) {
    facts.push(`up ${duration(worker.uptime_s + asOfSeconds)}`);
  }
  facts.push(`${worker.restarts} ${worker.restarts === 1 ? "restart" : "restarts"}`);
  if (worker.rss_bytes !== null) {
    facts.push(megabytes(worker.rss_bytes));
  }
  const isDone = worker.state === "EXITED" && worker.exit_code === 0;
  return {
    word: isDone ? "DONE" : worker.state,
    tone: isDone ? "good" : (TONES[worker.state] ?? "idle"),
    facts,
  };
}

/**
 * Go by the processor's own record: without a supervisor it is all there is.
 *
 * @param {ProcessorRecord | null} processor
 * @param {PageState | null} state
 * @returns {Chip}
 */
export function aloneChip(processor, state) {
  const tone = TONES_OF_STATES[state?.kind ?? "nothing"] ?? "idle";
  const word = (state?.label ?? "unknown").toUpperCase();
  return { word, tone, facts: processor ? [`pid ${processor.pid}`] : [] };
}

/**
 * Return the processor's chip with the size of the history that it keeps, if it keeps one.
 *
 * @param {Chip} chip
 * @param {ProcessorRecord | null} processor
 * @returns {Chip}
 */
export function withHistory(chip, processor) {
  const history = processor?.history;
  return history
    ? { ...chip, facts: [...chip.facts, `history ${megabytes(history.bytes)}`] }
    : chip;
}

/**
 * Return the supervisor's chip.
 *
 * @param {SupervisorRecord | null} supervisor
 * @param {boolean | null} isAlive
 * @param {number} nowMs
 * @returns {Chip}
 */
export function supervisorChip(supervisor, isAlive, nowMs) {
  if (!supervisor) {
    return { word: "NONE", tone: "idle", facts: [] };
  }
  if (!isAlive) {
    return { word: "GONE", tone: "bad", facts: [`pid ${supervisor.pid} was`] };
  }
  const facts = [
    `pid ${supervisor.pid}`,
    `up ${duration((nowMs - supervisor.started_at_ms) / 1000)}`,
  ];
  if (supervisor.rss_bytes !== null) {
    facts.push(megabytes(supervisor.rss_bytes));
  }
  return {
    word: supervisor.is_stopping ? "STOPPING" : "RUNNING",
    tone: supervisor.is_stopping ? "busy" : "good",
    facts,
  };
}

/**
 * Show a chip under a name; an unchanged one costs the browser nothing.
 *
 * @param {HTMLElement} chip
 * @param {string} name
 * @param {Chip} shown
 */
export function fillChip(chip, name, { word, tone, facts }) {
  const text = `${name}|${word}|${tone}|${facts.join("|")}`;
  if (chip.dataset.shown === text) {
    return;
  }
  chip.dataset.shown = text;
  chip.dataset.tone = tone;
  chip.replaceChildren(
    element("span", "chip-name", name),
    element("span", "chip-state", word),
    element("span", "chip-facts", facts.join(" · ")),
  );
}
