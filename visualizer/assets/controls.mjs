// Join the controls that Dash lays out to the settings, in both directions.
import { saveCsv, savePng } from "./download.mjs";

const CHOICES = {
  "rows-choice": "rows",
  "obi-scale-choice": "obiScale",
  "palette-choice": "palette",
  "log-filter": "logFilter",
  "log-level-choice": "logLevel",
};

/** Let controls change the settings, and the settings show in the controls. */
export function connectControls({ store, settings, charts, depth }) {
  const actions = {
    follow: () => toggleFollow(settings, charts),
    newest: () => followNewest(settings),
    "save-csv": () => saveCsv(store, charts),
    "save-png": () => savePng(store, settings, charts, depth),
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

/** Show the newest bars, that many of them, and follow. */
export function chooseBars(settings, value) {
  if (value !== null && Number(value) !== settings.values.bars) {
    settings.set({ bars: Number(value), follow: true, range: null, spanMs: null });
  }
}

/** Stop following where one is, or go back to the newest bar. */
export function toggleFollow(settings, charts) {
  if (settings.values.follow) {
    settings.set({ follow: false, range: charts.range() });
  } else {
    followNewest(settings);
  }
}

/** Go back to the newest bar with the width of now. */
export function followNewest(settings) {
  settings.set({ follow: true, range: null, leadMs: null });
}

/** Open or close the list of keys. */
export function toggleHelp() {
  const dialog = document.getElementById("help-dialog");
  if (dialog.open) {
    dialog.close();
  } else {
    dialog.showModal();
  }
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
