// What wheel and fingers do on the charts. Dragging with a mouse is Plotly's.

const WHEEL_ZOOM = 0.0015;

export function connectGestures({ settings, charts }) {
  const plot = document.getElementById("charts-plot");
  plot.addEventListener("wheel", (event) => turnWheel(event, charts), { passive: false });
  plot.addEventListener("dblclick", () => {
    settings.set({ bars: 300, follow: true, range: null, spanMs: null });
  });
  connectFingers(plot, charts);
}

function turnWheel(event, charts) {
  if (!charts.range() || event.ctrlKey) {
    return;
  }
  event.preventDefault();
  if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
    charts.pan(event.deltaX / event.currentTarget.clientWidth);
    return;
  }
  charts.zoom(Math.exp(event.deltaY * WHEEL_ZOOM), charts.timeAt(event.clientX));
}

// One finger moves the view, two zoom it. Up and down is the browser's, to scroll the page: the
// style's `touch-action` gives it that, and it then cancels the pointer. Plotly would take it all.
function connectFingers(plot, charts) {
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
  for (const name of ["pointerup", "pointercancel"]) {
    window.addEventListener(name, ({ pointerId }) => fingers.delete(pointerId));
  }
}

function follow(before, after, charts) {
  const [from, to] = charts.range();
  const moved = (charts.timeAt(middle(before)) - charts.timeAt(middle(after))) / (to - from);
  charts.pan(moved);
  if (after.length > 1 && spread(after) > 0) {
    charts.zoom(spread(before) / spread(after), charts.timeAt(middle(after)));
  }
}

function middle(positions) {
  return positions.reduce((sum, x) => sum + x, 0) / positions.length;
}

function spread(positions) {
  return Math.max(...positions) - Math.min(...positions);
}
