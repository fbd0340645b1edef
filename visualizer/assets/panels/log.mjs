// The process log: what happened to the processes, newest first, filtered as the reader likes.
import { byId, element } from "../core/dom.mjs";
import { utc } from "../core/format.mjs";

/**
 * @import { Settings } from "../core/settings.mjs"
 * @import { Store } from "../core/store.mjs"
 * @import { Changed, EventRow, Panel } from "../core/types.d.ts"
 */

const MAX_LINES = 200;

/** @implements {Panel} */
export class ProcessLog {
  #store;
  #settings;
  #list = byId("log");
  /** @type {Map<EventRow, HTMLElement>} */
  #lines = new Map();
  /** @type {number | null} */
  #frame = null;

  /**
   * @param {Store} store
   * @param {Settings} settings
   */
  constructor(store, settings) {
    this.#store = store;
    this.#settings = settings;
  }

  /** @param {Changed} changed */
  dataChanged(changed) {
    if (changed.has("events")) {
      this.#requestShow();
    }
  }

  settingsChanged() {
    this.#requestShow();
  }

  #requestShow() {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = null;
      this.#show();
    });
  }

  #show() {
    const { logFilter, logLevel } = this.#settings.values;
    const words = logFilter.toLowerCase().split(/\s+/).filter(Boolean);
    const matching = this.#store.events.filter((row) => isShown(row, words, logLevel));
    const shown = matching.slice(-MAX_LINES).reverse();
    const lines = new Map(shown.map((row) => [row, this.#lines.get(row) ?? line(row)]));
    this.#lines = lines;
    const none = element("li", "quiet", emptyText(this.#store));
    const wanted = lines.size ? [...lines.values()] : [none];
    const isSame =
      wanted.length === this.#list.children.length &&
      wanted.every((item, index) => item === this.#list.children[index]);
    if (!isSame) {
      this.#list.replaceChildren(...wanted);
    }
    byId("log-count").textContent = `${shown.length} of ${this.#store.events.length}`;
  }
}

/**
 * Say whether an event passes the filter: every word must occur in it.
 *
 * @param {EventRow} row
 * @param {string[]} words
 * @param {string} shownLevel
 */
export function isShown([, , level, worker, event, text], words, shownLevel) {
  if (shownLevel === "processes" && worker === "files") {
    return false;
  }
  if (shownLevel === "warnings" && level === "info") {
    return false;
  }
  const content = `${worker} ${event} ${text}`.toLowerCase();
  return words.every((word) => content.includes(word));
}

/** @param {EventRow} row */
function line([, ms, level, worker, event, text]) {
  const item = element("li", level);
  item.append(
    element("time", "", ms === null ? "–" : utc(ms)),
    element("span", "log-worker", worker),
    element("span", "log-event", event.replaceAll("_", " ")),
    element("span", "log-text", text),
  );
  return item;
}

/** @param {Store} store */
function emptyText(store) {
  return store.events.length
    ? "Nothing passes the filter."
    : "No events yet: no supervisor has written here.";
}
