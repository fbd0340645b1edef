// The header: how far the data is, how the processes are.
import { byId, element, setText } from "../core/dom.mjs";
import { duration, megabytes, utc } from "../core/format.mjs";
import { timesOf } from "../core/view.mjs";

/**
 * @import { Store } from "../core/store.mjs"
 * @import { PageState, Panel, ProcessorRecord, SupervisorRecord, WorkerRecord } from "../core/types.d.ts"
 */

/** @typedef {{ word: string, tone: string, facts: string[] }} Chip */

const TICK_MS = 1000;
const PROCESSOR = "processor";
const PAGE = "visualizer";

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

/** @implements {Panel} */
export class Header {
  #store;
  /** The chips of workers that the layout does not know, by name. @type {Map<string, HTMLElement>} */
  #others = new Map();

  /** @param {Store} store */
  constructor(store) {
    this.#store = store;
    setInterval(() => {
      if (!document.hidden) {
        this.#show();
      }
    }, TICK_MS);
    document.addEventListener("visibilitychange", () => this.#show());
  }

  dataChanged() {
    this.#show();
  }

  #show() {
    this.#showTime();
    this.#showProgress();
    this.#showAge();
    this.#showChips();
  }

  #showTime() {
    const { processor } = this.#store;
    const time = processor?.data_time_ms ?? timesOf(this.#store).last;
    setText("data-time", time === null || time === undefined ? "no data yet" : `${utc(time)} UTC`);
  }

  #showProgress() {
    const { processor, state } = this.#store;
    const share = state?.kind === "finished" ? 1 : (processor?.share_done ?? 0);
    const bar = byId("progress-bar");
    const width = `${(share * 100).toFixed(1)}%`;
    if (bar.style.width !== width) {
      bar.style.width = width;
    }
    byId("progress").dataset.state = state?.kind ?? "nothing";
    setText("progress-text", progressText(processor, state));
  }

  #showAge() {
    const { files, state } = this.#store;
    const changed = files?.ohlc?.changed_ms;
    if (!changed) {
      setText("data-age", "");
      return;
    }
    const age = (this.#store.now() - changed) / 1000;
    const isFinished = state?.kind === "finished";
    const isOld = age > 10 && !isFinished;
    setText("data-age", age < 2 && !isFinished ? "data is live" : `data ${duration(age)} old`);
    byId("data-age").className = isOld ? "warn" : "quiet";
  }

  #showChips() {
    const { supervisor, supervisor_alive: isAlive, processor, state, connection } = this.#store;
    const workers = (isAlive && supervisor?.workers) || [];
    const asOf = supervisor ? (this.#store.now() - supervisor.updated_at_ms) / 1000 : 0;
    const chips = new Map(workers.map((worker) => [worker.name, workerChip(worker, asOf)]));
    const titles = new Map(workers.map(({ name, title }) => [name, title]));
    showChip("processor-chip", "Processor", chips.get(PROCESSOR) ?? aloneChip(processor, state));
    showChip(
      "page-chip",
      "Page",
      connection.lost
        ? { word: "GONE", tone: "bad", facts: [] }
        : (chips.get(PAGE) ?? { word: "RUNNING", tone: "good", facts: [] }),
    );
    showChip(
      "supervisor-chip",
      "Supervisor",
      supervisorChip(supervisor, isAlive, this.#store.now()),
    );
    chips.delete(PROCESSOR);
    chips.delete(PAGE);
    this.#showOthers(chips, titles);
  }

  /**
   * Keep a chip before the supervisor's for each worker that has none of its own in the layout.
   *
   * @param {Map<string, Chip>} chips
   * @param {Map<string, string>} titles
   */
  #showOthers(chips, titles) {
    for (const [name, shown] of this.#others) {
      if (!chips.has(name)) {
        shown.remove();
        this.#others.delete(name);
      }
    }
    for (const [name, chip] of chips) {
      let shown = this.#others.get(name);
      if (!shown) {
        shown = element("span", "chip");
        shown.dataset.worker = name;
        byId("supervisor-chip").before(shown);
        this.#others.set(name, shown);
      }
      fillChip(shown, titles.get(name) ?? name, chip);
    }
  }
}

/**
 * @param {ProcessorRecord | null} processor
 * @param {PageState | null} state
 */
function progressText(processor, state) {
  if (state?.kind === "finished") {
    return state.label;
  }
  if (!processor) {
    return "";
  }
  const parts = [`${(processor.share_done * 100).toFixed(1)} %`];
  if (state?.kind === "running") {
    parts.push(`${Math.round(processor.rows_per_s).toLocaleString("en-US")} rows/s`);
    if (processor.eta_s !== null) {
      parts.push(`ETA ${duration(processor.eta_s)}`);
    }
  } else if (state) {
    parts.push(state.label);
  }
  return parts.join(" · ");
}

/**
 * @param {WorkerRecord} worker
 * @param {number} asOfSeconds
 * @returns {Chip}
 */
function workerChip(worker, asOfSeconds) {
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
function aloneChip(processor, state) {
  const tone = TONES_OF_STATES[state?.kind ?? "nothing"] ?? "idle";
  const word = (state?.label ?? "unknown").toUpperCase();
  return { word, tone, facts: processor ? [`pid ${processor.pid}`] : [] };
}

/**
 * @param {SupervisorRecord | null} supervisor
 * @param {boolean | null} isAlive
 * @param {number} nowMs
 * @returns {Chip}
 */
function supervisorChip(supervisor, isAlive, nowMs) {
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
 * @param {string} id
 * @param {string} name
 * @param {Chip} chip
 */
function showChip(id, name, chip) {
  fillChip(byId(id), name, chip);
}

/**
 * @param {HTMLElement} chip
 * @param {string} name
 * @param {Chip} shown
 */
function fillChip(chip, name, { word, tone, facts }) {
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
