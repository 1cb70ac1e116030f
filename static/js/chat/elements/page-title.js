/** "(3) Grace Hopper · Parley": what waits, where we are. */

import { once } from "../dom.js";
import { on } from "../events.js";

export class PageTitle {
  #client;
  #name = "";
  #draw = once(() => this.#write());

  /** @param {import("../client.js").Client} client @param {AbortSignal} signal */
  constructor(client, signal) {
    this.#client = client;
    this.#name = document.title.replace(/^\(\d+\+?\) /, "");
    on(client.store, "rooms", this.#draw, signal);
    this.#draw();
  }

  /** @param {string} title without the count */
  set name(title) {
    this.#name = title;
    this.#write();
  }

  #write() {
    const { unread } = this.#client.store;
    const count = unread > 99 ? "99+" : String(unread);
    document.title = unread ? `(${count}) ${this.#name}` : this.#name;
  }
}
