// Small helpers to make elements and to change text only where it differs.

/** @import { PixelSize, Size } from "./types.d.ts" */

/**
 * Return the part of the page with that id: the scripts start when all are laid out.
 *
 * @param {string} id
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) {
    throw new Error(`expected #${id} on the page, found no such part`);
  }
  return found;
}

/**
 * Make an element with a class and a text.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} [className]
 * @param {string} [text]
 */
export function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) {
    made.className = className;
  }
  if (text !== undefined) {
    made.textContent = text;
  }
  return made;
}

/**
 * Set an element's text by id; an unchanged text costs the browser nothing.
 *
 * @param {string} id
 * @param {string} text
 */
export function setText(id, text) {
  const found = document.getElementById(id);
  if (found && found.textContent !== text) {
    found.textContent = text;
  }
}

/**
 * Return an element's size; in the middle of a drawing the browser lays the page out for it.
 *
 * @param {Element} target
 * @returns {Size}
 */
export function sizeOf(target) {
  return { width: target.clientWidth, height: target.clientHeight };
}

/**
 * Tell an element's size now and whenever it changes, when it is known without another layout.
 *
 * @param {Element} target
 * @param {(size: Size) => void} callback
 */
export function onResize(target, callback) {
  new ResizeObserver(() => callback(sizeOf(target))).observe(target);
}

/**
 * Return an element's size with the edges that the browser paints, which are whole pixels of the
 * device: of a fraction of one there may be a pixel more or less.
 *
 * @param {Element} target
 * @returns {PixelSize}
 */
export function pixelSizeOf(target) {
  const ratio = window.devicePixelRatio;
  const { left, top, right, bottom } = target.getBoundingClientRect();
  /** @param {number} from @param {number} to */
  const between = (from, to) => (Math.round(to * ratio) - Math.round(from * ratio)) / ratio;
  return { width: between(left, right), height: between(top, bottom), ratio };
}

/**
 * Tell an element's size now and whenever it has more or fewer of the device's pixels.
 *
 * @param {Element} target
 * @param {(size: PixelSize) => void} callback
 */
export function onPixelResize(target, callback) {
  const canTell = "devicePixelContentBoxSize" in ResizeObserverEntry.prototype;
  new ResizeObserver(() => callback(pixelSizeOf(target))).observe(target, {
    box: canTell ? "device-pixel-content-box" : "content-box",
  });
}
