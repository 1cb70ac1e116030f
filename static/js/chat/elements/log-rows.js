/** What stands in the timeline: a row for each message, and the lines between them. Only what has changed is touched. */

import { arrange, cloneTemplate, fill } from "../dom.js";
import { adoptRow, createRow, fillRow } from "./message-row.js";

/** @typedef {import("../timeline.js").Item} Item */

export class LogRows {
  #timeline;
  #reading;
  #me;
  /** @type {Map<string, HTMLElement>} by the key of the item */
  #nodes = new Map();
  /** @type {Set<number>} messages that have just been sent, to be shown arriving */
  #arriving = new Set();

  /** @param {HTMLElement} timeline @param {Pick<import("../attention.js").Reading, "observe" | "forget">} reading @param {number} me */
  constructor(timeline, reading, me) {
    this.#timeline = timeline;
    this.#reading = reading;
    this.#me = me;
  }

  /** Whether the rows are still those that the server has drawn. */
  get served() {
    return this.#timeline.childElementCount > 0 && !this.#nodes.size;
  }

  /** The line above what is new, if there is one. */
  get divider() {
    return this.#nodes.get("divider");
  }

  /** @param {number} id of a message that has just come */
  arrives(id) {
    this.#arriving.add(id);
  }

  /** Take over the rows that the server has drawn, so that nothing flickers. @param {Item[]} items */
  adopt(items) {
    for (const item of items) {
      if (item.kind !== "message" || !item.message) continue;
      const row = this.#timeline.querySelector(`[data-id="${item.message.id}"]`);
      if (!(row instanceof HTMLElement)) continue;
      adoptRow(row, item);
      this.#nodes.set(item.key, row);
    }
  }

  /** @param {Item[]} items @param {boolean} moderates whether we learn why others' messages were deleted */
  show(items, moderates) {
    const before = this.#nodes;
    this.#nodes = new Map(items.map((item) => [item.key, this.#node(item, before.get(item.key), moderates)]));
    for (const [key, node] of before) if (this.#nodes.get(key) !== node) this.#reading.forget(node);
    arrange(this.#timeline, [...this.#nodes.values()]);
  }

  clear() {
    for (const node of this.#nodes.values()) this.#reading.forget(node);
    this.#nodes.clear();
    this.#timeline.replaceChildren();
  }

  /** @param {Item} item @param {HTMLElement | undefined} node @param {boolean} moderates */
  #node(item, node, moderates) {
    if (item.kind === "message") {
      const row = node ?? createRow(item);
      fillRow(row, item, this.#me, moderates);
      if (item.message) this.#reading.observe(row);
      if (item.message && this.#arriving.delete(item.message.id)) row.classList.add("message--new");
      return row;
    }
    const line = node ?? cloneTemplate(item.kind === "day" ? "t-day" : "t-divider");
    fill(line, item.kind === "day" ? "day-text" : "divider-text", item.label);
    if (item.kind === "day" && line.dataset.day !== item.day) line.dataset.day = item.day;
    return line;
  }
}
