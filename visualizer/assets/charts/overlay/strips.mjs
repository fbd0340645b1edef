// The strips of the read-outs, one above each row: fields that keep their place while values change.
import { element } from "../../core/dom.mjs";
import { isNarrow } from "../rows.mjs";

/** @import { Placed, PlacedRow, RowKey, Size, Told } from "../../core/types.d.ts" */

/** @typedef {{ part: HTMLElement, value: HTMLElement, told: Told }} Field */

const RIGHT_PX = 4;

export class Strips {
  #root = element("div", "readouts");
  /** @type {Map<RowKey, { strip: HTMLElement, fields: Field[] }>} */
  #rows = new Map();
  /** The most characters that a field has had, by row and name. @type {Map<string, number>} */
  #rooms = new Map();

  /** @param {HTMLElement} root */
  constructor(root) {
    root.append(this.#root);
  }

  /**
   * Lie above the rows.
   *
   * @param {Placed} placed
   * @param {Size} size
   */
  place({ plot, rows }, size) {
    this.#root.classList.toggle("narrow", isNarrow(size));
    const width = size.width - plot.left - RIGHT_PX; // above the value axis too: tags keep off
    this.#rows = new Map(rows.map((row) => [row.key, this.#rows.get(row.key) ?? stripOf(row)]));
    for (const { key, strip, top } of rows) {
      const { style } = this.#strip(key);
      style.cssText = `left:${plot.left}px;top:${strip}px;width:${width}px;height:${top - strip}px`;
    }
    this.#root.replaceChildren(...rows.map(({ key }) => this.#strip(key)));
  }

  /**
   * Tell what is to be said of each row.
   *
   * @param {Record<RowKey, Told[]>} told
   */
  tell(told) {
    for (const [key, row] of this.#rows) {
      const parts = told[key];
      if (!isAlike(row.fields, parts)) {
        row.fields = parts.map(fieldOf);
        row.strip.replaceChildren(...row.fields.map(({ part }) => part));
      }
      for (const [index, field] of row.fields.entries()) {
        this.#fill(field, parts[index], `${key} ${index} ${parts[index].name}`);
      }
    }
  }

  /** @param {RowKey} key */
  #strip(key) {
    return /** @type {{ strip: HTMLElement }} */ (this.#rows.get(key)).strip;
  }

  /**
   * Write a value; a longer one than ever makes the room wider, a shorter one leaves it.
   *
   * @param {Field} field
   * @param {Told} told
   * @param {string} name
   */
  #fill(field, told, name) {
    const { part, value } = field;
    if (value.textContent !== told.text) {
      value.textContent = told.text;
    }
    if ((part.dataset.tone ?? "") !== (told.tone ?? "")) {
      part.dataset.tone = told.tone ?? "";
    }
    if (part.title !== (told.hint ?? "")) {
      part.title = told.hint ?? "";
    }
    if (told.room) {
      const room = Math.max(this.#rooms.get(name) ?? 0, told.room, told.text.length);
      if (value.dataset.room !== String(room)) {
        this.#rooms.set(name, room);
        value.dataset.room = String(room);
        value.style.minWidth = `${room}ch`;
      }
    }
  }
}

/** @param {PlacedRow} row */
function stripOf({ key }) {
  /** @type {Field[]} */
  const fields = [];
  return { strip: element("div", `readout readout-${key}`), fields };
}

/**
 * Say whether fields are those of other values of the same parts.
 *
 * @param {Field[]} fields
 * @param {Told[]} parts
 */
function isAlike(fields, parts) {
  return (
    fields.length === parts.length &&
    fields.every(
      ({ told }, index) => told.name === parts[index].name && told.kind === parts[index].kind,
    )
  );
}

/**
 * @param {Told} told
 * @returns {Field}
 */
function fieldOf(told) {
  if (told.kind === "time") {
    const time = element("time", "field");
    return { part: time, value: time, told };
  }
  const part = element("span", `field ${told.kind ?? ""}`);
  const value = element("span", "field-value");
  if (told.name) {
    part.append(element("i", "", told.name));
  }
  part.append(value);
  return { part, value, told };
}
