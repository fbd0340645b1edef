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
