/** From message to message by keys. One of them at a time is a stop for the Tab key: the one that had the focus last. */

import { activeIn } from "../dom.js";

export class LogFocus {
  #log;
  #timeline;
  /** @type {HTMLElement | null} */
  #stop = null;

  /** @param {HTMLElement} log @param {HTMLElement} timeline @param {AbortSignal} signal */
  constructor(log, timeline, signal) {
    this.#log = log;
    this.#timeline = timeline;
    timeline.addEventListener("focusin", ({ target }) => this.#rest(/** @type {Element} */ (target).closest(".message")), { signal });
    log.addEventListener("keydown", (event) => this.#key(event), { signal });
  }

  /** @param {Element | null} row */
  #rest(row) {
    if (!(row instanceof HTMLElement) || row === this.#stop) return;
    if (this.#stop) this.#stop.tabIndex = -1;
    row.tabIndex = 0;
    this.#stop = row;
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const { key, target } = event;
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.defaultPrevented) return;
    const within = target !== this.#log && !/** @type {Element} */ (target).matches(".message, .message a");
    const step = { ArrowUp: -1, ArrowDown: 1, Home: -Infinity, End: Infinity }[key];
    if (!step || within || !this.step(step)) return;
    event.preventDefault();
  }

  /** Go on by so many messages; where none has the focus, to the last one in view. @param {number} by @returns {boolean} whether there is one */
  step(by) {
    const rows = /** @type {HTMLElement[]} */ ([...this.#timeline.querySelectorAll(".message:not(.message--system)")]);
    const at = rows.findIndex((row) => row.contains(activeIn(row)));
    const next = at < 0 ? this.#lastInView(rows) : rows[Math.min(rows.length - 1, Math.max(0, at + by))];
    if (!next || next === rows[at]) return false;
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
    return true;
  }

  /** @param {HTMLElement[]} rows */
  #lastInView(rows) {
    const { bottom } = this.#log.getBoundingClientRect();
    return rows.findLast((row) => row.getBoundingClientRect().top < bottom - 1) ?? rows.at(-1);
  }
}
