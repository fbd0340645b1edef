// The keyboard: one key, one action; never while the reader types or picks a choice.
import { chooseBars, followNewest, toggleFollow, toggleHelp } from "../core/actions.mjs";

const PAN = 0.1;
const ZOOM = 1.25;

export function connectKeyboard({ settings, charts, save }) {
  const actions = {
    ArrowLeft: (event) => charts.pan(event.shiftKey ? -1 : -PAN),
    ArrowRight: (event) => charts.pan(event.shiftKey ? 1 : PAN),
    "+": () => charts.zoom(1 / ZOOM),
    "=": () => charts.zoom(1 / ZOOM),
    "-": () => charts.zoom(ZOOM),
    "−": () => charts.zoom(ZOOM),
    Home: () => charts.showOldest(),
    End: () => followNewest(settings),
    f: () => toggleFollow(settings, charts),
    1: () => chooseBars(settings, 60),
    2: () => chooseBars(settings, 300),
    3: () => chooseBars(settings, 1000),
    c: save.csv,
    p: save.png,
    "?": toggleHelp,
  };
  document.addEventListener("keydown", (event) => {
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const action = actions[key];
    if (!action || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) {
      return;
    }
    if (document.getElementById("help-dialog").open && key !== "?") {
      return;
    }
    event.preventDefault();
    action(event);
  });
}

function isTyping(target) {
  return target instanceof Element && target.matches("input, textarea, select, [contenteditable]");
}
