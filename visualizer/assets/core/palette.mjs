// The colours that charts are drawn in, read from where all colours are declared: palette.css.
import { element } from "./dom.mjs";

const PROPERTIES = {
  paper: "--paper",
  grid: "--grid",
  axis: "--quiet",
  zero: "--zero",
  gap: "--gap",
  up: "--up",
  down: "--down",
  obiUp: "--obi",
  obiDown: "--obi-down",
  tot: "--tot",
  totBand: "--tot-band",
};

const palettes = new Map();

/** Return the colours of that name, the default ones for a name unknown. */
export function paletteOf(name) {
  let palette = palettes.get(name);
  if (!palette) {
    palette = read(name);
    palettes.set(name, palette);
  }
  return palette;
}

// An element of its own is asked, so that it does not matter which palette the page shows now.
function read(name) {
  const probe = element("div");
  probe.hidden = true;
  probe.dataset.palette = name;
  document.documentElement.append(probe);
  const style = getComputedStyle(probe);
  const colors = Object.fromEntries(
    Object.entries(PROPERTIES).map(([color, property]) => [
      color,
      style.getPropertyValue(property),
    ]),
  );
  probe.remove();
  return colors;
}

/** Return a `#rrggbb` colour with an opacity. */
export function faded(color, opacity) {
  const [red, green, blue] = [1, 3, 5].map((start) => parseInt(color.slice(start, start + 2), 16));
  return `rgba(${red}, ${green}, ${blue}, ${opacity})`;
}
