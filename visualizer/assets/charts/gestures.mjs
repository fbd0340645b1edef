// What wheel and fingers do on the charts. Dragging with a mouse is Plotly's.
import { byId } from "../core/dom.mjs";

/**
 * @import { Settings } from "../core/settings.mjs"
 * @import { Movable } from "../core/types.d.ts"
 */

const WHEEL_ZOOM = 0.0015;

/**
 * Let wheel, double click and fingers move what is in view.
 *
 * @param {{ settings: Settings, charts: Movable }} parts
 */
export function connectGestures({ settings, charts }) {
  const plot = byId("charts-plot");
  plot.addEventListener("wheel", (event) => turnWheel(event, plot, charts), { passive: false });
  plot.addEventListener("dblclick", () => {
    settings.set({ bars: 300, follow: true, range: null, spanMs: null });
  });
  connectFingers(plot, charts);
}

/**
 * @param {WheelEvent} event
 * @param {HTMLElement} plot
 * @param {Movable} charts
 */
function turnWheel(event, plot, charts) {
  if (!charts.range() || event.ctrlKey) {
    return;
  }
  event.preventDefault();
  if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
    charts.pan(event.deltaX / plot.clientWidth);
    return;
  }
  charts.zoom(Math.exp(event.deltaY * WHEEL_ZOOM), charts.timeAt(event.clientX));
}

/**
 * Let one finger move the view, and two zoom it. Up and down is the browser's, to scroll the page:
 * the style's `touch-action` gives it that, and it then cancels the pointer. Plotly would take it all.
 *
 * @param {HTMLElement} plot
 * @param {Movable} charts
 */
function connectFingers(plot, charts) {
  /** @type {Map<number, number>} */
  const fingers = new Map();
  plot.addEventListener("touchstart", (event) => event.stopPropagation(), {
    capture: true,
    passive: true,
  });
  plot.addEventListener("pointerdown", ({ pointerType, pointerId, clientX }) => {
    if (pointerType === "touch") {
      fingers.set(pointerId, clientX);
    }
  });
  plot.addEventListener("pointermove", ({ pointerId, clientX }) => {
    if (fingers.has(pointerId) && charts.range()) {
      const before = [...fingers.values()];
      fingers.set(pointerId, clientX);
      follow(before, [...fingers.values()], charts);
    }
  });
  for (const name of /** @type {const} */ (["pointerup", "pointercancel"])) {
    window.addEventListener(name, ({ pointerId }) => fingers.delete(pointerId));
  }
}

/**
 * @param {number[]} before
 * @param {number[]} after
 * @param {Movable} charts
 */
function follow(before, after, charts) {
  const range = charts.range();
  if (!range) {
    return;
  }
  const [from, to] = range;
  const moved = (charts.timeAt(middle(before)) - charts.timeAt(middle(after))) / (to - from);
  charts.pan(moved);
  if (after.length > 1 && spread(after) > 0) {
    charts.zoom(spread(before) / spread(after), charts.timeAt(middle(after)));
  }
}

/** @param {number[]} positions */
function middle(positions) {
  return positions.reduce((sum, x) => sum + x, 0) / positions.length;
}

/** @param {number[]} positions */
function spread(positions) {
  return Math.max(...positions) - Math.min(...positions);
}
