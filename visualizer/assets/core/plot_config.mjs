// What every Plotly drawing of the page has in common: no buttons, no gestures of Plotly's own.

export const PLOT_CONFIG = {
  staticPlot: true,
  displayModeBar: false,
  showSendToCloud: false,
  plotlyServerURL: "",
  responsive: false,
};

/** Beyond it the arithmetic of drawing overflows; what is no smaller is told, and not drawn. */
export const LARGEST_DRAWN = 1e200;
