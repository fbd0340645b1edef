// Colours: blue and orange differ to every eye; green and red are a choice.

const COMMON = {
  paper: "#0d1117",
  grid: "#1c232d",
  axis: "#9aa6b2",
  zero: "#4a5563",
  gap: "rgba(139, 148, 158, 0.13)",
  obiUp: "#8fd0ff",
  obiDown: "#2f74c0",
  tot: "#b8a5e0",
  totBand: "rgba(184, 165, 224, 0.22)",
};

const PALETTES = {
  "blue-orange": { ...COMMON, up: "#56a8f5", down: "#f0883e" },
  "green-red": { ...COMMON, up: "#3fb68b", down: "#f6685e" },
};

/** Return the colours of that name, the default ones for a name unknown. */
export function paletteOf(name) {
  return PALETTES[name] ?? PALETTES["blue-orange"];
}

/** Return a `#rrggbb` colour with an opacity. */
export function faded(color, opacity) {
  const [red, green, blue] = [1, 3, 5].map((start) => parseInt(color.slice(start, start + 2), 16));
  return `rgba(${red}, ${green}, ${blue}, ${opacity})`;
}
