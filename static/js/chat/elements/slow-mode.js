/** How long it takes in a room in slow mode until one's next message goes out. Loaded in the first such room. */

import { slot } from "../dom.js";

export class SlowMode {
  #line = Object.assign(document.createElement("p"), { className: "composer__slow", hidden: true });
  #until = 0;
  #timer;

  /** @param {HTMLElement} main @param {AbortSignal} signal */
  constructor(main, signal) {
    this.#line.setAttribute("role", "timer");
    slot(main, "composer")?.prepend(this.#line);
    signal.addEventListener("abort", () => clearTimeout(this.#timer));
  }

  /** @param {number} until milliseconds since 1970, as the server counts; 0: at once @param {number} every seconds between two messages */
  show(until, every) {
    // Where the clocks differ, nobody is told to wait longer than the room asks for.
    this.#until = Math.min(until, Date.now() + every * 1000);
    this.#say();
  }

  #say() {
    clearTimeout(this.#timer);
    const left = Math.ceil((this.#until - Date.now()) / 1000);
    this.#line.hidden = left <= 0;
    if (left <= 0) return;
    const time = left > 90 ? `${Math.ceil(left / 60)} minutes` : left === 1 ? "1 second" : `${left} seconds`;
    this.#line.textContent = `Slow mode: your next message goes out in ${time}.`;
    this.#timer = setTimeout(() => this.#say(), (this.#until - Date.now()) % 1000 || 1000);
  }
}
