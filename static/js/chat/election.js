/**
 * Who of the tabs of a browser holds the socket: the one that has the lock.
 *
 * The browser hands a lock on when the tab that holds it closes or crashes. One that is frozen keeps it; then
 * another tab, which has waited for a sign of life in vain, takes it by force.
 *
 * Events: `elected`; `deposed` when another tab took over by force.
 */

import { tell } from "./events.js";

export class Election extends EventTarget {
  #name;
  #locks;
  /** Ends the candidacy or the office that is current. @type {(() => void) | null} */
  #end = null;

  /** @param {string} name @param {LockManager} [locks] */
  constructor(name, locks = navigator.locks) {
    super();
    this.#name = name;
    this.#locks = locks;
  }

  /** Be the next. */
  stand() {
    const { signal, abort } = this.#begin();
    this.#end = abort;
    this.#run({ signal }, signal);
  }

  /** Be it now. */
  seize() {
    const { signal, abort } = this.#begin();
    this.#end = abort;
    this.#run({ steal: true }, signal);
  }

  /** Let another tab have it. */
  resign() {
    this.#end?.();
    this.#end = null;
  }

  #begin() {
    this.resign();
    const controller = new AbortController();
    return { signal: controller.signal, abort: () => controller.abort() };
  }

  /** @param {LockOptions} options @param {AbortSignal} over */
  async #run(options, over) {
    try {
      await this.#locks.request(this.#name, options, () => {
        if (over.aborted) return undefined;
        tell(this, "elected");
        return new Promise((resolve) => over.addEventListener("abort", resolve));
      });
    } catch {
      // A lock that was stolen is lost in this way, and so is a candidacy that was given up.
      if (!over.aborted) tell(this, "deposed");
    }
  }
}
