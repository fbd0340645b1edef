// What mouse, wheel and fingers do on the charts; whatever draws those has no part in it.
import { chooseBars } from "../core/actions.mjs";
import { byId } from "../core/dom.mjs";

/**
 * @import { Settings } from "../core/settings.mjs"
 * @import { Movable } from "../core/types.d.ts"
 */

const WHEEL_ZOOM = 0.0015;
const CLICK_PX = 3; // a hand that clicks trembles
const DOUBLE_CLICK_BARS = 300;

/**
 * Let wheel, double click, mouse and fingers move what is in view.
 *
 * @param {{ settings: Settings, charts: Movable }} parts
 */
export function connectGestures({ settings, charts }) {
  const plot = byId("charts-plot");
  plot.addEventListener("wheel", (event) => turnWheel(event, plot, charts), { passive: false });
  plot.addEventListener("dblclick", () => chooseBars(settings, charts, DOUBLE_CLICK_BARS));
  connectPointers(plot, charts);
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
 * Let a mouse or one finger move the view, and two fingers zoom it. Up and down is the browser's,
 * to scroll the page: the style's `touch-action` gives it that, and it then cancels the pointer.
 *
 * @param {HTMLElement} plot
 * @param {Movable} charts
 */
function connectPointers(plot, charts) {
  /** Where each pointer is that holds the chart. @type {Map<number, number>} */
  const holding = new Map();
  let pressedAt = 0;
  let isMoving = false;
  plot.addEventListener("pointerdown", ({ button, pointerId, clientX }) => {
    if (button === 0) {
      plot.setPointerCapture(pointerId); // it is ours until let go, also outside of the chart
      isMoving = holding.size > 0;
      pressedAt = clientX;
      holding.set(pointerId, clientX);
    }
  });
  plot.addEventListener("pointermove", ({ pointerId, clientX }) => {
    if (!holding.has(pointerId) || !charts.range()) {
      return;
    }
    isMoving ||= Math.abs(clientX - pressedAt) >= CLICK_PX;
    if (isMoving) {
      const before = [...holding.values()];
      holding.set(pointerId, clientX);
      follow(before, [...holding.values()], charts);
    }
  });
  plot.addEventListener("lostpointercapture", ({ pointerId }) => holding.delete(pointerId));
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
