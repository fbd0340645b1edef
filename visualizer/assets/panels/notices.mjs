// What the reader must know: how the run stands if it does not just run, broken files, a lost server.
import { byId, element } from "../core/dom.mjs";
import { duration, utc } from "../core/format.mjs";
import { timesOf } from "../core/view.mjs";

/**
 * @import { Store } from "../core/store.mjs"
 * @import { Changed, Panel } from "../core/types.d.ts"
 */

/** @typedef {[tag: keyof HTMLElementTagNameMap, content: string, className?: string]} Part */

/** @type {Record<string, string>} */
const NAMES = {
  ohlc: "ohlc_data.json",
  metrics: "metrics_data.json",
  cvd: "cvd_data.json",
  depth: "depth_data.json",
  processor: "processor_status.json",
  supervisor: "status.json",
};
/** @type {Record<string, string>} */
const TONES = {
  nothing: "info",
  restarting: "warn",
  stale: "warn",
  stopped: "info",
  failed: "bad",
  "no-input": "bad",
  finished: "warn",
};
const STATES_OF_OLD_DATA = ["restarting", "stale", "stopped", "failed"];

/** @implements {Panel} */
export class Notices {
  #store;

  /** @param {Store} store */
  constructor(store) {
    this.#store = store;
    setInterval(() => this.#show(), 1000);
  }

  /** @param {Changed} changed */
  dataChanged(changed) {
    if (["state", "files", "processor", "connection"].some((name) => changed.has(name))) {
      this.#show();
    }
  }

  #show() {
    this.#showConnection();
    this.#showState();
    this.#showFiles();
    this.#showHistory();
  }

  #showConnection() {
    const banner = byId("connection");
    const { lost, heardMs } = this.#store.connection;
    banner.hidden = !lost;
    document.body.classList.toggle("is-disconnected", lost);
    if (lost) {
      write(banner, [
        ["strong", "The page server does not answer"],
        [
          "span",
          `for ${duration((Date.now() - heardMs) / 1000)}. What is shown is as of ${utc(this.#store.now())} UTC; reconnecting by itself.`,
        ],
      ]);
    }
  }

  #showState() {
    const notice = byId("notice");
    const { state } = this.#store;
    notice.hidden = !state?.title;
    const hasOldData =
      STATES_OF_OLD_DATA.includes(state?.kind ?? "") && timesOf(this.#store).last !== null;
    document.body.classList.toggle("is-dated", hasOldData);
    if (!state?.title) {
      return;
    }
    notice.dataset.tone = TONES[state.kind] ?? "info";
    /** @type {Part[]} */
    const parts = [["strong", state.title]];
    if (state.detail) {
      parts.push(["span", state.detail]);
    }
    const changed = this.#store.files?.ohlc?.changed_ms;
    if (hasOldData && changed) {
      parts.push([
        "span",
        `Last update ${duration((this.#store.now() - changed) / 1000)} ago.`,
        "age",
      ]);
    }
    if (state.last_words) {
      parts.push(["pre", state.last_words]);
    }
    if (state.log_file) {
      parts.push(["span", `Log: ${state.log_file}`, "path"]);
    }
    const before = notice.querySelector("pre")?.scrollTop;
    write(notice, parts);
    const words = notice.querySelector("pre");
    if (words) {
      words.scrollTop = before ?? words.scrollHeight; // the error stands at their end
    }
  }

  #showHistory() {
    const notice = byId("history-notice");
    const problem = this.#store.processor?.history?.problem;
    notice.hidden = !problem;
    if (problem) {
      notice.dataset.tone = "warn";
      write(notice, [
        ["strong", "The history ended before the run"],
        ["span", `${problem}. The run goes on, and what is shown here is whole.`],
      ]);
    }
  }

  #showFiles() {
    const root = byId("file-notices");
    const broken = Object.entries(this.#store.files ?? {}).filter(([, file]) => file.problem);
    const text = broken.map(([name, file]) => `${name}${file.problem}${file.changed_ms}`).join("|");
    if (root.dataset.shown === text) {
      return;
    }
    root.dataset.shown = text;
    root.replaceChildren(
      ...broken.map(([name, file]) => {
        const notice = element("div", "notice");
        notice.dataset.tone = "warn";
        notice.dataset.file = name;
        const kept = file.changed_ms
          ? `the last good values, written ${utc(file.changed_ms)} UTC, stay.`
          : "there are no earlier values.";
        notice.append(
          element(
            "strong",
            "",
            `${NAMES[name] ?? name} ${file.problem === "missing" ? "is missing" : "cannot be read"}`,
          ),
          element("span", "", file.problem === "missing" ? kept : `${file.problem}; ${kept}`),
        );
        return notice;
      }),
    );
  }
}

/**
 * @param {HTMLElement} root
 * @param {Part[]} parts
 */
function write(root, parts) {
  const text = JSON.stringify(parts);
  if (root.dataset.shown !== text) {
    root.dataset.shown = text;
    root.replaceChildren(
      ...parts.map(([tag, content, className]) => element(tag, className ?? "", content)),
    );
  }
}
