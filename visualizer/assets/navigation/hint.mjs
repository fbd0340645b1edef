// A short word to the reader on why something was not done, which goes by itself.
import { byId } from "../core/dom.mjs";

const SHOWN_MS = 4000;
let timer = 0;

/**
 * Show a text for a while.
 *
 * @param {string} text
 */
export function say(text) {
  const hint = byId("charts-hint");
  hint.textContent = text;
  hint.hidden = false;
  clearTimeout(timer);
  timer = setTimeout(() => {
    hint.hidden = true;
  }, SHOWN_MS);
}
