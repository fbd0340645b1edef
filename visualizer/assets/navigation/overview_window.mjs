// The view as a window on the overview: dragged, resized at its edges, by mouse, finger and key.
import { element } from "../core/dom.mjs";
import { utc } from "../core/format.mjs";

/** @import { Movable, Range } from "../core/types.d.ts" */

const LEAST_PX = 6; // narrower than that nobody finds it
const HANDLE_PX = 8;
const KEY_SHARE = 0.05;

/** @typedef {"move" | "start" | "end"} Grip */
/** @typedef {{ grip: Grip, at: number, view: Range }} Held */

export class OverviewWindow {
  #charts;
  #root;
  #frame = element("div", "overview-window");
  #handles = {
    start: handle("start", "Start of the view"),
    end: handle("end", "End of the view"),
  };
  /** @type {Range} */
  #whole = [0, 1];
  #widthPx = 1;
  /** @type {Range | null} */
  #view = null;
  #told = "";
  #release;
  /** Where it is held, and the view as it was then. @type {Held | null} */
  #held = null;

  /**
   * @param {HTMLElement} root
   * @param {Movable} charts
   * @param {() => void} release told when it is let go of
   */
  constructor(root, charts, release) {
    this.#root = root;
    this.#charts = charts;
    this.#release = release;
    this.#frame.append(this.#handles.start, this.#handles.end);
    root.append(this.#frame);
    this.#connectPointer();
    for (const grip of /** @type {const} */ (["start", "end"])) {
      this.#handles[grip].addEventListener("keydown", (event) => this.#press(event, grip));
    }
  }

  /** Whether a hand is on it: then what it lies on is to stay as it is. */
  get isHeld() {
    return this.#held !== null;
  }

  /**
   * Take note of what range the overview spans, and how broad it is.
   *
   * @param {Range} whole
   * @param {number} widthPx
   */
  lieOn(whole, widthPx) {
    this.#whole = whole;
    this.#widthPx = widthPx;
    if (this.#view) {
      this.show(this.#view);
    }
  }

  /**
   * Show which part is in view.
   *
   * @param {Range} view
   */
  show(view) {
    this.#view = view;
    const [from, to] = view.map((time) => this.#placeOf(time));
    const { left, width } = shownBetween(from, to, this.#widthPx);
    const told = `${left.toFixed(1)} ${width.toFixed(1)}`;
    if (told === this.#told) {
      return;
    }
    this.#told = told;
    this.#frame.style.left = `${left}px`;
    this.#frame.style.width = `${width}px`;
    for (const [grip, index] of /** @type {const} */ ([
      ["start", 0],
      ["end", 1],
    ])) {
      const part = this.#handles[grip];
      const share = Math.round((this.#placeOf(view[index]) / this.#widthPx) * 100);
      part.setAttribute("aria-valuenow", String(Math.min(Math.max(share, 0), 100)));
      part.setAttribute("aria-valuetext", `${utc(view[index])} UTC`);
    }
  }

  #connectPointer() {
    this.#root.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || !this.#view) {
        return;
      }
      event.preventDefault();
      this.#root.setPointerCapture(event.pointerId);
      const grip = gripOf(event.target);
      if (!grip) {
        const half = (this.#view[1] - this.#view[0]) / 2;
        const middle = this.#timeAt(event.clientX);
        this.#charts.show([middle - half, middle + half]); // beside the window: come here
      }
      const view = this.#charts.range();
      this.#held = view && { grip: grip ?? "move", at: this.#timeAt(event.clientX), view };
    });
    this.#root.addEventListener("pointermove", ({ clientX }) => {
      if (this.#held) {
        const { grip, at, view } = this.#held;
        this.#pull(grip, view, this.#timeAt(clientX) - at);
      }
    });
    this.#root.addEventListener("lostpointercapture", () => {
      this.#held = null;
      this.#release();
    });
  }

  /**
   * @param {KeyboardEvent} event
   * @param {"start" | "end"} grip
   */
  #press(event, grip) {
    const step = { ArrowDown: -KEY_SHARE, ArrowUp: KEY_SHARE }[event.key];
    const view = this.#charts.range();
    if (step && view) {
      event.preventDefault(); // or the page scrolls; to the left and right is the view's
      this.#pull(grip, view, step * (view[1] - view[0]));
    }
  }

  /**
   * Move the view, or an edge of it, from where it was; the other edge stays.
   *
   * @param {Grip} grip
   * @param {Range} view
   * @param {number} ms
   */
  #pull(grip, [from, to], ms) {
    if (grip === "move") {
      this.#charts.show([from + ms, to + ms]);
    } else if (grip === "start") {
      this.#charts.show([Math.min(from + ms, to - 1), to], to);
    } else {
      this.#charts.show([from, Math.max(to + ms, from + 1)], from);
    }
  }

  /** @param {number} time */
  #placeOf(time) {
    const [from, to] = this.#whole;
    return ((time - from) / (to - from)) * this.#widthPx;
  }

  /** @param {number} clientX */
  #timeAt(clientX) {
    const [from, to] = this.#whole;
    const { left, width } = this.#root.getBoundingClientRect();
    return from + ((clientX - left) / width) * (to - from);
  }
}

/**
 * Return where the window is shown: broad enough to be found, and so that both handles are there.
 *
 * @param {number} from
 * @param {number} to
 * @param {number} widthPx
 */
function shownBetween(from, to, widthPx) {
  const [least, most] = [HANDLE_PX, widthPx - HANDLE_PX];
  const start = Math.min(Math.max(from, least), most - LEAST_PX);
  const end = Math.max(Math.min(to, most), start + LEAST_PX);
  return { left: start, width: end - start };
}

/**
 * @param {"start" | "end"} grip
 * @param {string} name
 */
function handle(grip, name) {
  const made = element("div", `overview-handle ${grip}`);
  made.dataset.grip = grip;
  made.tabIndex = 0;
  made.setAttribute("role", "slider");
  made.setAttribute("aria-label", name);
  return made;
}

/**
 * @param {EventTarget | null} target
 * @returns {Grip | null}
 */
function gripOf(target) {
  if (!(target instanceof HTMLElement) || !target.closest(".overview-window")) {
    return null;
  }
  const { grip } = target.dataset;
  return grip === "start" || grip === "end" ? grip : "move";
}
