// Join the controls that Dash lays out to the settings, in both directions.
import { chooseBars, followNewest, toggleFollow, toggleHelp } from "../core/actions.mjs";

const CHOICES = {
  "rows-choice": "rows",
  "obi-scale-choice": "obiScale",
  "palette-choice": "palette",
  "log-filter": "logFilter",
  "log-level-choice": "logLevel",
};

/** Let controls change the settings, and the settings show in the controls. */
export function connectControls({ settings, charts, save }) {
  const actions = {
    follow: () => toggleFollow(settings, charts),
    newest: () => followNewest(settings),
    "save-csv": save.csv,
    "save-png": save.png,
    help: toggleHelp,
    "help-close": toggleHelp,
  };
  document.addEventListener("orderflow:control", ({ detail: { id, value } }) => {
    if (id in actions) {
      actions[id]();
    } else if (id === "bars-choice") {
      chooseBars(settings, value);
    } else if (id in CHOICES && value !== null && !isEqual(settings.values[CHOICES[id]], value)) {
      settings.set({ [CHOICES[id]]: value });
    }
    letGoOfPointerFocus(id);
  });
  settings.onChange(() => showSettings(settings));
  showSettings(settings);
}

function showSettings(settings) {
  const { values } = settings;
  for (const [id, name] of Object.entries(CHOICES)) {
    setControl(id, values[name]);
  }
  setControl("bars-choice", values.bars === null ? null : String(values.bars));
  document.getElementById("follow").setAttribute("aria-pressed", String(values.follow));
  document.getElementById("newest").hidden = values.follow;
  document.body.dataset.palette = values.palette;
}

function setControl(id, value) {
  window.dash_clientside.set_props(id, { value });
}

function isEqual(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}

// After a click the arrow keys belong to the chart again, not to the radio button clicked.
function letGoOfPointerFocus(id) {
  const focused = document.activeElement;
  if (id !== "log-filter" && focused && !focused.matches(":focus-visible")) {
    focused.blur();
  }
}
