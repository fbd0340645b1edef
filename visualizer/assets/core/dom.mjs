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

/** Return an element's size; in the middle of a drawing the browser lays the page out for it. */
export function sizeOf(target) {
  return { width: target.clientWidth, height: target.clientHeight };
}

/** Tell an element's size now and whenever it changes, when it is known without another layout. */
export function onResize(target, callback) {
  new ResizeObserver(() => callback(sizeOf(target))).observe(target);
}
