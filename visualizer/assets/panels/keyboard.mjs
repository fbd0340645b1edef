// The keyboard: one key, one action, wherever the focus is; only text that is typed keeps its keys.
import { chooseBars, followNewest, toggleFollow, toggleHelp } from "../core/actions.mjs";

/**
 * @import { Settings } from "../core/settings.mjs"
 * @import { Movable, Opening, Saving } from "../core/types.d.ts"
 */

const PAN = 0.1;
const ZOOM = 1.25;
const CHOSEN = ["radio", "checkbox", "button"].map((type) => `[type="${type}"]`).join();
const TYPED_INTO = `input:not(${CHOSEN}), textarea, select, [contenteditable]`;

/**
 * Let keys do what is listed in the help.
 *
 * @param {{ settings: Settings, charts: Movable, save: Saving, open: Opening }} parts
 */
export function connectKeyboard({ settings, charts, save, open }) {
  /** @type {Record<string, (event: KeyboardEvent) => void>} */
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
    1: () => chooseBars(settings, charts, 60),
    2: () => chooseBars(settings, charts, 300),
    3: () => chooseBars(settings, charts, 1000),
    ",": () => charts.stepTimeframe(-1),
    ".": () => charts.stepTimeframe(1),
    t: open.timeframes,
    g: open.goTo,
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
    event.preventDefault(); // a choice in focus still has the arrows up and down
    action(event);
  });
}

/** @param {EventTarget | null} target */
function isTyping(target) {
  return target instanceof Element && target.matches(TYPED_INTO);
}
