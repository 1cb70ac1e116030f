/** "(3) Grace Hopper · Parley": what waits, where we are; and a dot on the page's icon while anything waits. */

import { once } from "../dom.js";
import { on } from "../events.js";

export class PageTitle {
  #client;
  #name = "";
  #icon = /** @type {HTMLLinkElement | null} */ (document.querySelector("link[rel=icon]"));
  #quiet = this.#icon?.href;
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
    if (title === this.#name) return;
    this.#name = title;
    this.#write();
  }

  #write() {
    const { unread } = this.#client.store;
    const count = unread > 99 ? "99+" : String(unread);
    document.title = unread ? `(${count}) ${this.#name}` : this.#name;
    const href = unread ? this.#icon?.dataset.unread : this.#quiet;
    if (this.#icon && href && this.#icon.getAttribute("href") !== href) this.#icon.href = href;
  }
}
