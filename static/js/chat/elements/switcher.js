/** From anywhere to a conversation or a person, by a few letters. Loaded when first asked for. */

import { Destinations } from "../destinations.js";
import { cloneTemplate, fill, slot } from "../dom.js";
import { Failure } from "../failure.js";
import { optionOf } from "./composer-completion.js";
import { DestinationSearch } from "./destination-search.js";

export class Switcher {
  #go;
  #dialog = /** @type {HTMLDialogElement} */ (cloneTemplate("t-switcher"));
  #input = /** @type {HTMLInputElement} */ (this.#dialog.querySelector("input"));
  #search;

  /**
   * @param {HTMLElement} root @param {import("../client.js").Client} client
   * @param {{go: (room: number) => unknown, room: () => number}} places room: where we are
   * @param {AbortSignal} signal
   */
  constructor(root, client, { go, room }, signal) {
    this.#go = go;
    // Where we are is no place to go to, unless somebody asks for it.
    const destinations = new Destinations(client, { fits: ({ id }, query) => Boolean(query) || id !== room() });
    root.append(this.#dialog);
    const list = /** @type {HTMLElement} */ (slot(this.#dialog, "places"));
    const how = { optionFor: rowOf, choose: (place) => this.#choose(place), say: (sentence) => this.#say(sentence), kind: "no room" };
    this.#search = new DestinationSearch(this.#input, list, destinations, how, signal);
    this.#input.addEventListener("keydown", (event) => event.key !== "Escape" && this.#search.key(event));
    this.#dialog.addEventListener("click", ({ target }) => {
      const away = target === this.#dialog || /** @type {Element} */ (target).closest("[data-action=help]");
      if (away) this.#dialog.close();
    });
    this.#dialog.addEventListener("close", () => this.#search.stop());
    this.#dialog.addEventListener("keydown", (event) => {
      // The same keys that open it close it.
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "k") return;
      event.preventDefault();
      this.#dialog.close();
    });
  }

  open() {
    if (this.#dialog.open) return;
    this.#input.value = "";
    this.#dialog.showModal();
    this.#search.look();
  }

  /** @param {import("../destinations.js").Destination} place */
  async #choose(place) {
    try {
      const room = await place.room();
      this.#dialog.close();
      this.#go(room);
    } catch (error) {
      const { detail, passing } = Failure.from(error);
      this.#say(passing || !detail ? "This cannot be opened right now. Try again when you are back online." : detail);
    }
  }

  /** @param {string} sentence */
  #say(sentence) {
    fill(this.#dialog, "switcher-say", sentence);
  }
}

/** @param {import("../destinations.js").Destination} place */
function rowOf({ unread = 0, ...place }) {
  const option = optionOf({ ...place, text: "" });
  if (!unread) return option;
  const pill = document.createElement("span");
  pill.className = "pill";
  pill.textContent = unread > 99 ? "99+" : String(unread);
  pill.append(Object.assign(document.createElement("span"), { className: "visually-hidden", textContent: " unread" }));
  option.append(pill);
  return option;
}
