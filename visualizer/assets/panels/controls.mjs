// Join the controls that Dash lays out to the settings, in both directions.
import { chooseBars, followNewest, toggleFollow, toggleHelp } from "../core/actions.mjs";
import { byId } from "../core/dom.mjs";

/**
 * @import { Settings } from "../core/settings.mjs"
 * @import { Choices, Movable, Opening, Saving } from "../core/types.d.ts"
 */

/** @type {Record<string, keyof Choices>} */
const CHOICES = {
  "rows-choice": "rows",
  "obi-shape-choice": "obiShape",
  "obi-scale-choice": "obiScale",
  "cvd-anchor-choice": "cvdAnchor",
  "palette-choice": "palette",
  "log-filter": "logFilter",
  "log-level-choice": "logLevel",
};

/**
 * Let controls change the settings, and the settings show in the controls.
 *
 * @param {{ settings: Settings, charts: Movable, save: Saving, open: Opening }} parts
 */
export function connectControls({ settings, charts, save, open }) {
  /** @type {Record<string, () => void>} */
  const actions = {
    follow: () => toggleFollow(settings, charts),
    newest: () => followNewest(settings),
    "save-csv": save.csv,
    "save-csv-all": save.csvOfAll,
    "save-png": save.png,
    "go-to": open.goTo,
    timeframe: open.timeframes,
    help: toggleHelp,
    "help-close": toggleHelp,
  };
  document.addEventListener("orderflow:control", ({ detail: { id, value } }) => {
    if (id in actions) {
      actions[id]();
    } else if (id === "bars-choice") {
      chooseBars(settings, charts, /** @type {string | null} */ (value));
    } else if (id in CHOICES && value !== null && !isEqual(settings.values[CHOICES[id]], value)) {
      settings.set({ [CHOICES[id]]: value });
    }
    letGoOfPointerFocus(id);
  });
  settings.onChange(() => showSettings(settings));
  showSettings(settings);
}

/** @param {Settings} settings */
function showSettings(settings) {
  const { values } = settings;
  for (const [id, name] of Object.entries(CHOICES)) {
    setControl(id, values[name]);
  }
  setControl("bars-choice", values.bars === null ? null : String(values.bars));
  byId("follow").setAttribute("aria-pressed", String(values.follow));
  byId("newest").hidden = values.follow;
  document.body.dataset.palette = values.palette;
}

/** What each control shows. @type {Map<string, unknown>} */
const shown = new Map();

/**
 * Set a control that shows something else: Dash takes a millisecond for each, at every move of a drag.
 *
 * @param {string} id
 * @param {unknown} value
 */
function setControl(id, value) {
  if (!shown.has(id) || !isEqual(shown.get(id), value)) {
    shown.set(id, value);
    window.dash_clientside.set_props(id, { value });
  }
}

/**
 * @param {unknown} one
 * @param {unknown} other
 */
function isEqual(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}

/**
 * Give the arrow keys back to the chart after a click, from the radio button clicked.
 *
 * @param {string} id
 */
function letGoOfPointerFocus(id) {
  const focused = document.activeElement;
  if (id !== "log-filter" && focused && !focused.matches(":focus-visible")) {
    /** @type {HTMLElement} */ (focused).blur();
  }
}
