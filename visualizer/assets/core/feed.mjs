// Ask the server for news: one request at a time, seldom while nobody looks.

/** @import { Store } from "./store.mjs" */

const HIDDEN_POLL_MS = 2000;
const SILENT_MS = 3000; // a server that has not begun to answer by then is not there
const TIMEOUT_MS = 5000;
const LOST_AFTER_FAILURES = 2;
const RETRY_MS = 1000;

export class Feed {
  #store;
  #pollMs;
  #failures = 0;
  #timer = 0;
  #isAsking = false;

  /**
   * @param {Store} store
   * @param {number} pollMs
   */
  constructor(store, pollMs) {
    this.#store = store;
    this.#pollMs = pollMs;
  }

  start() {
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) {
        this.#ask();
      }
    });
    this.#ask();
  }

  async #ask() {
    if (this.#isAsking) {
      return;
    }
    this.#isAsking = true;
    clearTimeout(this.#timer);
    const startedAt = performance.now();
    const silence = setTimeout(() => this.#store.lose(), SILENT_MS);
    try {
      await this.#fetch(() => clearTimeout(silence));
      this.#failures = 0;
    } catch {
      this.#failures += 1;
      if (this.#failures >= LOST_AFTER_FAILURES) {
        this.#store.lose();
      }
    }
    clearTimeout(silence);
    this.#isAsking = false;
    this.#timer = setTimeout(() => this.#ask(), this.#pauseMs(performance.now() - startedAt));
  }

  /** @param {() => void} onAnswer */
  async #fetch(onAnswer) {
    const store = this.#store;
    const address = `/_feed?since=${encodeURIComponent(store.position)}`;
    const response = await fetch(address, {
      signal: AbortSignal.timeout(TIMEOUT_MS),
      cache: "no-store",
    });
    onAnswer();
    if (!response.ok) {
      throw new Error(`the page server answered ${response.status}`);
    }
    const message = await response.text();
    store.hear(Number(response.headers.get("X-Orderflow-Now")));
    if (message) {
      store.apply(JSON.parse(message));
    }
  }

  /**
   * Return how long to wait now. A pause counts from the start of a request, so that the rhythm is
   * the one asked for; a server slower than that is asked again only when it has answered.
   *
   * @param {number} tookMs
   */
  #pauseMs(tookMs) {
    if (this.#failures > 0) {
      return RETRY_MS;
    }
    const pollMs = document.hidden ? Math.max(HIDDEN_POLL_MS, this.#pollMs) : this.#pollMs;
    return Math.max(pollMs - tookMs, pollMs / 4);
  }
}
