// What a reader can ask for by more than one way: a button, a key, a control.

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
