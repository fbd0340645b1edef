// The colours that charts are drawn in, read from where all colours are declared: palette.css.
import { element } from "./dom.mjs";

/** @import { Palette, PaletteColor } from "./types.d.ts" */

/** @type {Record<PaletteColor, string>} */
const PROPERTIES = {
  paper: "--paper",
  grid: "--grid",
  axis: "--quiet",
  zero: "--zero",
  gap: "--gap",
  cross: "--cross",
  up: "--up",
  down: "--down",
  obiUp: "--obi",
  obiDown: "--obi-down",
  tot: "--tot",
  totBand: "--tot-band",
  obiBand: "--obi-band",
  upFill: "--up-fill",
  downFill: "--down-fill",
};

/** @type {Map<string, Palette>} */
const palettes = new Map();

/**
 * Return the colours of that name, the default ones for a name unknown.
 *
 * @param {string} name
 */
export function paletteOf(name) {
  let palette = palettes.get(name);
  if (!palette) {
    palette = read(name);
    palettes.set(name, palette);
  }
  return palette;
}

/**
 * Ask an element of its own, so that it does not matter which palette the page shows now.
 *
 * @param {string} name
 */
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
  return /** @type {Palette} */ (colors);
}

/**
 * Return a `#rrggbb` colour with an opacity.
 *
 * @param {string} color
 * @param {number} opacity
 */
export function faded(color, opacity) {
  const [red, green, blue] = [1, 3, 5].map((start) => parseInt(color.slice(start, start + 2), 16));
  return `rgba(${red}, ${green}, ${blue}, ${opacity})`;
}
