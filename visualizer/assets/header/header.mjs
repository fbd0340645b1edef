// The header: how far the data is, how the processes are.
import { byId, element, setText } from "../core/dom.mjs";
import { count, duration, fixed, spanOf, utc, windowName } from "../core/format.mjs";
import { timesOf } from "../core/view.mjs";
import { aloneChip, fillChip, past, supervisorChip, withHistory, workerChip } from "./chips.mjs";
import { freshness } from "./freshness.mjs";

/**
 * @import { Store } from "../core/store.mjs"
 * @import { Changed, PageState, Panel, ProcessorRecord } from "../core/types.d.ts"
 * @import { Chip } from "./chips.mjs"
 */

const TICK_MS = 1000;
const PROCESSOR = "processor";
const PAGE = "visualizer";

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

  /** @param {Changed} changed */
  dataChanged(changed) {
    if (changed.has("job")) {
      this.#showJob();
    }
    this.#show();
  }

  #showJob() {
    const { instrument, fromMs, toMs, windowMs } = this.#store.job;
    setText("instrument", instrument);
    setText("window", `${windowName(windowMs)} bars`);
    setText("range", `${spanOf(fromMs, toMs)} UTC`);
    document.title = `${instrument} · Orderflow`;
  }

  #show() {
    byId("simulated").hidden = !this.#store.processor?.simulated;
    this.#showTime();
    this.#showProgress();
    this.#showAge();
    this.#showChips();
  }

  #showTime() {
    const { processor } = this.#store;
    const time = processor?.data_time_ms ?? timesOf(this.#store).last;
    const none = this.#store.isOver ? "no data" : "no data yet";
    setText("data-time", time === null || time === undefined ? none : `${utc(time)} UTC`);
  }

  #showProgress() {
    const { processor, state, connection } = this.#store;
    const share = state?.kind === "finished" ? 1 : (processor?.share_done ?? 0);
    byId("progress").hidden = processor?.phase === "following"; // that has no end to be near to
    const bar = byId("progress-bar");
    const width = `${(share * 100).toFixed(1)}%`;
    if (bar.style.width !== width) {
      bar.style.width = width;
    }
    byId("progress").dataset.state = state?.kind ?? "nothing";
    setText("progress-text", progressText(processor, state, connection.lost));
  }

  #showAge() {
    const { text, isOld } = freshness(this.#store);
    setText("data-age", text);
    byId("data-age").className = isOld ? "warn" : "quiet";
  }

  #showChips() {
    const { supervisor, supervisor_alive: isAlive, processor, state, connection } = this.#store;
    const workers = (isAlive && supervisor?.workers) || [];
    const asOf = supervisor ? (this.#store.now() - supervisor.updated_at_ms) / 1000 : 0;
    /** @param {Chip} chip */
    const asKnown = (chip) => (connection.lost ? past(chip) : chip);
    const chips = new Map(
      workers.map((worker) => [worker.name, asKnown(workerChip(worker, asOf))]),
    );
    const titles = new Map(workers.map(({ name, title }) => [name, title]));
    const alone = asKnown(aloneChip(processor, state));
    const own = withHistory(chips.get(PROCESSOR) ?? alone, processor);
    fillChip(byId("processor-chip"), "Processor", own);
    fillChip(
      byId("page-chip"),
      "Page",
      connection.lost
        ? { word: "NO ANSWER", tone: "bad", facts: [] }
        : (chips.get(PAGE) ?? { word: "RUNNING", tone: "good", facts: [] }),
    );
    fillChip(
      byId("supervisor-chip"),
      "Supervisor",
      asKnown(supervisorChip(supervisor, isAlive, this.#store.now())),
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
 * @param {boolean} isLost
 */
function progressText(processor, state, isLost) {
  if (!processor || state?.kind === "finished") {
    return "";
  }
  if (processor.phase === "following" && state?.kind === "running") {
    const late = processor.late_rows;
    return late ? `${count(late)} late ${late === 1 ? "row" : "rows"} to be read in` : "";
  }
  const tenths = Math.floor(processor.share_done * 1000) / 10; // 100 % is when all is done
  const parts = [`${fixed(tenths, 1)} %`];
  if (state?.kind === "running" && !isLost) {
    parts.push(`${count(processor.rows_per_s)} rows/s`);
    if (processor.eta_s !== null) {
      parts.push(`ETA ${duration(processor.eta_s)}`);
    }
  } else if (state && !isLost) {
    parts.push(state.label);
  }
  return parts.join(" · ");
}
