// The choice of how long bars are: a button that says it, and a menu of all lengths, one to be typed.
import { byId, element, setText } from "../core/dom.mjs";
import { AUTO, OWN, parseTimeframe, TIMEFRAMES, timeframeName } from "../history/timeframes.mjs";

/**
 * @import { Settings } from "../core/settings.mjs"
 * @import { BarSource, Movable } from "../core/types.d.ts"
 */

const EXAMPLE = "90s, 7m, 6h, 1d";

export class TimeframeMenu {
  #settings;
  #charts;
  #bars;
  #button = byId("timeframe");
  #menu = byId("timeframe-menu");
  #lengths = element("div", "lengths");
  #typed = element("input");
  #note = element("p", "quiet");
  #told = "";

  /** @param {{ settings: Settings, charts: Movable, bars: BarSource }} parts */
  constructor({ settings, charts, bars }) {
    this.#settings = settings;
    this.#charts = charts;
    this.#bars = bars;
    this.#menu.popover = "auto"; // it goes with a click elsewhere, and by Escape
    this.#typed.type = "text";
    this.#typed.placeholder = `Other: ${EXAMPLE}`;
    this.#typed.ariaLabel = "Another length of bars";
    this.#menu.append(this.#lengths, this.#typed, this.#note);
    this.#typed.addEventListener("keydown", (event) => {
      if (event.key === "Enter") {
        event.preventDefault(); // or the button, which has the focus then, takes it as a click
        this.#takeTyped();
      }
    });
    this.#lengths.addEventListener("click", ({ target }) => {
      const value = target instanceof HTMLElement ? target.dataset.timeframe : undefined;
      if (value) {
        this.#choose(value);
      }
    });
    this.#menu.addEventListener("toggle", () => {
      this.#button.setAttribute("aria-expanded", String(this.#isOpen));
    });
    this.show();
  }

  get #isOpen() {
    return this.#menu.matches(":popover-open");
  }

  /** Open the menu below its button, or close it. */
  toggle() {
    if (this.#isOpen) {
      this.#menu.hidePopover();
      return;
    }
    this.#typed.value = "";
    this.#menu.showPopover();
    const { left, bottom } = this.#button.getBoundingClientRect();
    const rightmost = document.documentElement.clientWidth - this.#menu.offsetWidth - 6;
    this.#menu.style.left = `${Math.max(Math.min(left, rightmost), 6)}px`;
    this.#menu.style.top = `${bottom + 3}px`;
    /** @type {HTMLElement | null} */ (this.#lengths.querySelector("[aria-pressed=true]"))?.focus();
  }

  /** Show what is chosen, and what can be. */
  show() {
    const { timeframe } = this.#settings.values;
    const { wantedMs, absence } = this.#bars;
    const own = this.#bars.lengthOf(OWN);
    const all = [...new Set([...TIMEFRAMES, own, wantedMs])].sort((one, other) => one - other);
    const entries = all.map((ms) => ({ ms, canShow: this.#bars.canShow(ms) }));
    const told = JSON.stringify([timeframe, wantedMs, absence, entries]);
    if (told === this.#told) {
      return;
    }
    this.#told = told;
    const name = timeframeName(wantedMs);
    setText("timeframe", timeframe === AUTO ? `Auto: ${name}` : name);
    const auto = lengthButton(AUTO, "Auto", timeframe === AUTO);
    const lengths = entries.map(({ ms, canShow }) => {
      const isChosen = timeframe !== AUTO && ms === wantedMs;
      const button = lengthButton(String(ms), timeframeName(ms), isChosen);
      button.disabled = !canShow;
      return button;
    });
    this.#lengths.replaceChildren(auto, ...lengths);
    this.#tellLimits(absence, own);
  }

  /**
   * @param {string | null} absence
   * @param {number} own
   */
  #tellLimits(absence, own) {
    this.#note.hidden = absence === null;
    this.#note.textContent =
      absence === null
        ? ""
        : `Only multiples of ${timeframeName(own)}, of the newest 1000 bars: ${absence}.`;
  }

  #takeTyped() {
    const ms = parseTimeframe(this.#typed.value);
    if (ms !== null && this.#bars.canShow(ms)) {
      this.#choose(String(ms));
      return;
    }
    this.#note.hidden = false;
    this.#note.textContent =
      ms === null
        ? `Expected a number and s, m, h or d, like ${EXAMPLE}; 30 days at most.`
        : `${timeframeName(ms)} cannot be made: ${this.#bars.absence}.`;
  }

  /** @param {string} timeframe */
  #choose(timeframe) {
    this.#menu.hidePopover();
    this.#charts.setTimeframe(timeframe);
  }
}

/**
 * @param {string} value
 * @param {string} text
 * @param {boolean} isChosen
 */
function lengthButton(value, text, isChosen) {
  const button = element("button", "button", text);
  button.type = "button";
  button.dataset.timeframe = value;
  button.setAttribute("aria-pressed", String(isChosen));
  return button;
}
