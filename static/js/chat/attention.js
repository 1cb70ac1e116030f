/**
 * Whether somebody is looking, and what they have had the time to see.
 */

import { tell } from "./events.js";

/** How long a row must be in view before it counts as read. */
const GLANCE = 500;

/** The shares of a row at which the browser tells of it: 1 to 1/256, as one of many screens is never half in view. */
const SHARES = Array.from({ length: 9 }, (_, at) => 1 / 2 ** at);

/** What lies over all of the page, while it is open. @type {HTMLDialogElement | undefined} */
let over;
const turns = new EventTarget();

/** A dialog that leaves nothing of the page to be seen has opened, or closed. @param {HTMLDialogElement} dialog */
export function cover(dialog) {
  over = dialog;
  tell(turns, "turn");
}

export function attentive() {
  return document.visibilityState === "visible" && document.hasFocus() && !(over?.open && over.isConnected);
}

/** @param {() => void} callback @param {AbortSignal} signal */
export function onAttention(callback, signal) {
  document.addEventListener("visibilitychange", callback, { signal });
  window.addEventListener("focus", callback, { signal });
  window.addEventListener("blur", callback, { signal });
  turns.addEventListener("turn", callback, { signal });
}

/** Watches the rows of a log; calls back with the seqs of those in view that were looked at long enough. */
export class Reading {
  #seen;
  #observer;
  /** @type {Map<Element, number>} rows in view, since when */
  #visible = new Map();
  #attentiveSince = attentive() ? 0 : Infinity;
  #timer;

  /** @param {Element} log @param {(seqs: number[]) => void} seen @param {AbortSignal} signal */
  constructor(log, seen, signal) {
    this.#seen = seen;
    this.#observer = new IntersectionObserver((entries) => this.#moved(entries), { root: log, threshold: [0, ...SHARES] });
    signal.addEventListener("abort", () => {
      this.#observer.disconnect();
      clearTimeout(this.#timer);
    });
    onAttention(() => this.#attention(), signal);
  }

  /** @param {Element} row */
  observe(row) {
    this.#observer.observe(row);
  }

  /** @param {Element} row */
  forget(row) {
    this.#observer.unobserve(row);
    this.#visible.delete(row);
  }

  /** @param {IntersectionObserverEntry[]} entries */
  #moved(entries) {
    const now = performance.now();
    for (const { target, intersectionRatio, intersectionRect, rootBounds } of entries) {
      // More than half: a log has no height where something has taken its place.
      const fillsHalf = rootBounds && intersectionRect.height > rootBounds.height / 2;
      if (intersectionRatio < 0.5 && !fillsHalf) this.#visible.delete(target);
      else if (!this.#visible.has(target)) this.#visible.set(target, now);
    }
    this.#look();
  }

  #attention() {
    if (!attentive()) this.#attentiveSince = Infinity;
    else if (this.#attentiveSince === Infinity) this.#attentiveSince = performance.now();
    this.#look();
  }

  #look() {
    clearTimeout(this.#timer);
    if (this.#attentiveSince === Infinity || !this.#visible.size) return;
    const now = performance.now();
    const seqs = [];
    let waiting = Infinity;
    for (const [row, since] of this.#visible) {
      const left = GLANCE - (now - Math.max(since, this.#attentiveSince));
      if (left <= 0) seqs.push(Number(/** @type {HTMLElement} */ (row).dataset.seq) || 0);
      else waiting = Math.min(waiting, left);
    }
    if (seqs.length) this.#seen(seqs);
    if (waiting < Infinity) this.#timer = setTimeout(() => this.#look(), waiting + 10);
  }
}
