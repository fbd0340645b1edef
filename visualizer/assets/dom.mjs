// Small helpers to make elements and to change text only where it differs.

/** Make an element with a class and a text. */
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

/** Set an element's text by id; an unchanged text costs the browser nothing. */
export function setText(id, text) {
  const found = document.getElementById(id);
  if (found && found.textContent !== text) {
    found.textContent = text;
  }
}

/**
 * Tell an element's size now and whenever it changes.
 *
 * Asked for in the middle of a drawing, it would make the browser lay the page out once more.
 */
export function onResize(target, callback) {
  new ResizeObserver(() => {
    callback({ width: target.clientWidth, height: target.clientHeight });
  }).observe(target);
}
