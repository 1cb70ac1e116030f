/** Every dot on the page that says whether somebody is here; what is shown is what we watch. */

import { once } from "../dom.js";
import { on } from "../events.js";

const TEXT = { active: "here now", away: "away", offline: "offline", unknown: "" };

export class PresenceDots {
  #root;
  #client;
  #look = once(() => this.#watch());

  /** @param {HTMLElement} root @param {import("../client.js").Client} client @param {AbortSignal} signal */
  constructor(root, client, signal) {
    this.#root = root;
    this.#client = client;
    on(client.presence, "change", ({ user }) => this.#show(user), signal);
    // After the list has drawn what the event is about.
    on(client.store, "rooms", () => setTimeout(this.#look), signal);
    this.#look();
  }

  /** The page shows other people than before. */
  refresh() {
    this.#look();
  }

  #watch() {
    const others = [...this.#dots("")].map((dot) => Number(dot.dataset.user)).filter((id) => id && id !== this.#client.me.id);
    this.#client.presence.watch(others);
    for (const id of new Set(others)) this.#show(id);
  }

  /** @param {number} user */
  #show(user) {
    const presence = this.#client.presence.of(user);
    if (!presence) return;
    for (const dot of this.#dots(`="${user}"`)) {
      if (dot.dataset.status === presence.status) continue;
      dot.dataset.status = presence.status;
      const text = dot.querySelector("[data-slot=presence-text]");
      // In the head of a room the line under the name says it.
      if (text && !dot.closest(".room__top")) text.textContent = TEXT[presence.status];
    }
  }

  /** @param {string} value @returns {NodeListOf<HTMLElement>} */
  #dots(value) {
    return this.#root.querySelectorAll(`[data-slot=presence][data-user${value}]`);
  }
}
