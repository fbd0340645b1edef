// The browser's half of visualizer/callbacks.py: pass on which control changed, and to what.
// A classic script, unlike the others, because Dash looks it up while it starts.
window.dash_clientside = window.dash_clientside || {};
window.dash_clientside.orderflow = {
  /** @param {unknown} value */
  announce(value) {
    const id = window.dash_clientside.callback_context.triggered_id;
    document.dispatchEvent(new CustomEvent("orderflow:control", { detail: { id, value } }));
  },
};
