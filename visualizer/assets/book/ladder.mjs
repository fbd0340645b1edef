// The ladder: the best levels of both sides around the spread, sizes drawn as bars behind them.

import { byId, element } from "../core/dom.mjs";
import { price, sizesInColumn } from "../core/format.mjs";
import { bookFacts, bookTimeText, cumulated, emptinessText, priceDecimals } from "./book_facts.mjs";

/**
 * @import { Store } from "../core/store.mjs"
 * @import { Changed, Panel } from "../core/types.d.ts"
 */

/** @typedef {"bids" | "asks"} Side */

const LEVELS_A_SIDE = 25; // at most; as many are shown as there is room for
const LEVELS_WITHOUT_LIMIT = 10; // in a column that grows with its content
const ROW_PX = 15;
const OTHER_ROWS_PX = 60; // the time, the head and the spread
const CHANGES = ["depth", "processor", "state"];

/** @implements {Panel} */
export class Ladder {
  #store;
  #root = byId("ladder");
  /** @type {{ side: Side, index: number, row: HTMLElement, cells: HTMLElement[] }[]} */
  #rows = [];
  #spread = element("td", "");
  #time = element("caption", "book-time");
  /** @type {number | null} */
  #frame = null;

  /** @param {Store} store */
  constructor(store) {
    this.#store = store;
    this.#build();
    new ResizeObserver(() => this.#fit()).observe(this.#root);
  }

  /** @param {Changed} changed */
  dataChanged(changed) {
    if (CHANGES.some((name) => changed.has(name))) {
      this.#frame ??= requestAnimationFrame(() => {
        this.#frame = null;
        this.#show();
      });
    }
  }

  #build() {
    const table = element("table");
    const head = element("tr");
    for (const name of ["Price", "Size", "Total"]) {
      const cell = element("th", "", name);
      cell.scope = "col";
      head.append(cell);
    }
    const body = element("tbody");
    for (let index = LEVELS_A_SIDE - 1; index >= 0; index -= 1) {
      body.append(this.#makeRow("asks", index));
    }
    const spreadRow = element("tr", "ladder-spread");
    this.#spread.colSpan = 3;
    spreadRow.append(this.#spread);
    body.append(spreadRow);
    for (let index = 0; index < LEVELS_A_SIDE; index += 1) {
      body.append(this.#makeRow("bids", index));
    }
    const header = element("thead");
    header.append(head);
    table.append(this.#time, header, body);
    this.#root.replaceChildren(table);
  }

  #fit() {
    const isLimited = getComputedStyle(this.#root).position === "absolute";
    const room = Math.floor((this.#root.clientHeight - OTHER_ROWS_PX) / 2 / ROW_PX);
    const levels = isLimited ? Math.max(room, 1) : LEVELS_WITHOUT_LIMIT;
    for (const { index, row } of this.#rows) {
      row.hidden = index >= levels;
    }
  }

  /**
   * @param {Side} side
   * @param {number} index
   */
  #makeRow(side, index) {
    const row = element("tr", side);
    const cells = [element("td", "price"), element("td"), element("td", "quiet")];
    row.append(...cells);
    this.#rows.push({ side, index, row, cells });
    return row;
  }

  #show() {
    const { depth, processor } = this.#store;
    const decimals = priceDecimals(depth);
    const sides = { bids: cumulated(depth?.bids ?? []), asks: cumulated(depth?.asks ?? []) };
    const shown = [...sides.bids.slice(0, LEVELS_A_SIDE), ...sides.asks.slice(0, LEVELS_A_SIDE)];
    const size = sizesInColumn(shown.flatMap(([, ...sizes]) => sizes));
    const largest = Math.max(...shown.map((level) => level[1]), 0) || 1;
    for (const { side, index, row, cells } of this.#rows) {
      const level = sides[side][index];
      write(cells[0], level ? price(level[0], decimals) : "");
      write(cells[1], level ? size(level[1]) : "");
      write(cells[2], level ? size(level[2]) : "");
      const share = `${level ? Math.round((level[1] / largest) * 1000) / 10 : 0}%`;
      if (row.style.getPropertyValue("--share") !== share) {
        row.style.setProperty("--share", share);
      }
    }
    const facts = bookFacts(depth);
    write(this.#time, bookTimeText(processor) || "best levels of the book");
    write(
      this.#spread,
      facts.spread !== null
        ? `spread ${price(facts.spread, decimals)}`
        : emptinessText(facts, this.#store),
    );
  }
}

/**
 * @param {HTMLElement} cell
 * @param {string} text
 */
function write(cell, text) {
  if (cell.textContent !== text) {
    cell.textContent = text;
  }
}
