// The small field in which one types a moment to go to.
import { byId } from "../core/dom.mjs";
import { utc } from "../core/format.mjs";
import { say } from "./hint.mjs";
import { EXPECTED, parseMoment } from "./moment.mjs";

/** @import { BarSource, Movable } from "../core/types.d.ts" */

/**
 * Let the field take moments; returns what opens it.
 *
 * @param {{ charts: Movable, bars: BarSource }} parts
 */
export function connectGoTo({ charts, bars }) {
  const dialog = /** @type {HTMLDialogElement} */ (byId("go-to-dialog"));
  const field = document.createElement("input");
  const problem = byId("go-to-problem");
  field.id = "go-to-field";
  field.autocomplete = "off";
  field.spellcheck = false;
  field.placeholder = "14:37, 07-02 10:00, +2h";
  field.setAttribute("aria-label", "Moment, UTC");
  field.setAttribute("aria-describedby", "go-to-problem");
  dialog.prepend(field);
  field.addEventListener("input", () => tell(""));
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault(); // or the button, which has the focus after it, takes it as a click
      if (goTo(field.value, { charts, bars, tell })) {
        dialog.close();
      }
    }
  });
  dialog.addEventListener("click", ({ target }) => {
    if (target === dialog) {
      dialog.close(); // beside the field
    }
  });
  /** @param {string} text */
  function tell(text) {
    problem.textContent = text || `UTC: ${EXPECTED}`;
    problem.classList.toggle("warn", text !== "");
    field.setAttribute("aria-invalid", String(text !== ""));
  }
  return () => {
    if (dialog.open) {
      dialog.close();
      return;
    }
    field.value = "";
    tell("");
    dialog.showModal();
    field.focus();
  };
}

/**
 * Show the moment that a text means; returns whether it means one.
 *
 * @param {string} text
 * @param {{ charts: Movable, bars: BarSource, tell: (text: string) => void }} parts
 */
function goTo(text, { charts, bars, tell }) {
  const range = charts.range();
  const { first, last } = bars.times();
  if (!range || first === null) {
    tell("There are no bars yet to go to.");
    return false;
  }
  const [from, to] = range;
  const middle = (from + to) / 2;
  const moment = parseMoment(text, Math.min(Math.max(middle, first), last));
  if (moment === null) {
    tell(`Not understood. Expected ${EXPECTED}.`);
    return false;
  }
  const end = moment < first ? first : moment >= last + bars.wantedMs ? last : moment;
  if (end !== moment) {
    const side = moment < first ? "begins" : "ends";
    say(`${utc(moment)} UTC is out of what there is, which ${side} at ${utc(end)}`);
  }
  charts.show([end - (to - from) / 2, end + (to - from) / 2]);
  return true;
}
