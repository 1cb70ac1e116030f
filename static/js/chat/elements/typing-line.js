/** The line above the composer that says who is writing. */

import { fill, once, slot } from "../dom.js";
import { on } from "../events.js";
import { typingLine } from "../typing.js";

export class TypingLine {
  #main;
  #client;
  #room = 0;
  #draw = once(() => this.#fill());

  /** @param {HTMLElement} main @param {import("../client.js").Client} client @param {AbortSignal} signal */
  constructor(main, client, signal) {
    this.#main = main;
    this.#client = client;
    on(client.typing, "change", this.#draw, signal);
  }

  /** @param {number} room */
  show(room) {
    this.#room = room;
    this.#fill();
  }

  #fill() {
    const people = this.#client.store.rooms.get(this.#room)?.members ?? [];
    const writing = new Set(this.#client.typing.in(this.#room));
    const names = people.filter(({ id }) => writing.has(id)).map(({ full_name }) => full_name.split(" ")[0]);
    const line = /** @type {HTMLElement} */ (slot(this.#main, "typing"));
    if (names.length) fill(line, "typing-text", typingLine(names));
    line.hidden = names.length === 0;
  }
}
