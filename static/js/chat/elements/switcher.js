/** From anywhere to a conversation or a person, by a few letters. Loaded when first asked for. */

import { Destinations } from "../destinations.js";
import { cloneTemplate, fill, slot } from "../dom.js";
import { Failure } from "../failure.js";
import { Combobox } from "./combobox.js";
import { optionOf } from "./composer-completion.js";

const PATIENCE = 150;

export class Switcher {
  #go;
  #places;
  #dialog = /** @type {HTMLDialogElement} */ (cloneTemplate("t-switcher"));
  #input = /** @type {HTMLInputElement} */ (this.#dialog.querySelector("input"));
  #combobox;
  /** @type {Map<string, import("../destinations.js").Destination>} */
  #shown = new Map();
  #asking = new AbortController();
  #timer;

  /**
   * @param {HTMLElement} root @param {import("../client.js").Client} client
   * @param {{go: (room: number) => unknown, room: () => number}} places room: where we are
   * @param {AbortSignal} signal
   */
  constructor(root, client, { go, room }, signal) {
    this.#go = go;
    // Where we are is no place to go to, unless somebody asks for it.
    this.#places = new Destinations(client, { fits: ({ id }, query) => Boolean(query) || id !== room() });
    root.append(this.#dialog);
    this.#combobox = new Combobox(this.#input, /** @type {HTMLElement} */ (slot(this.#dialog, "places")), { always: true }, signal);
    this.#combobox.addEventListener("choose", (event) => this.#choose(/** @type {CustomEvent} */ (event).detail.dataset.key));
    this.#input.addEventListener("input", () => this.#typed());
    this.#input.addEventListener("keydown", (event) => event.key !== "Escape" && this.#combobox.key(event));
    this.#dialog.addEventListener("click", ({ target }) => {
      const away = target === this.#dialog || /** @type {Element} */ (target).closest("[data-action=help]");
      if (away) this.#dialog.close();
    });
    this.#dialog.addEventListener("close", () => this.#asking.abort());
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
    this.#places.clear();
    this.#say("");
    this.#dialog.showModal();
    this.#show();
  }

  #typed() {
    this.#asking.abort();
    this.#asking = new AbortController();
    clearTimeout(this.#timer);
    this.#say("");
    this.#show();
    const query = this.#input.value.trim();
    if (query) this.#timer = setTimeout(() => this.#ask(query, this.#asking.signal), PATIENCE);
    else this.#places.clear();
  }

  /** @param {string} query @param {AbortSignal} signal */
  async #ask(query, signal) {
    await this.#places.ask(query, signal);
    if (signal.aborted) return;
    this.#show();
    if (!this.#shown.size) this.#say(`Nobody and no room is called “${query}”.`);
  }

  #show() {
    const places = this.#places.fitting(this.#input.value);
    this.#shown = new Map(places.map((place) => [place.key, place]));
    this.#combobox.show(places.map(rowOf));
  }

  /** @param {string} key */
  async #choose(key) {
    const place = this.#shown.get(key);
    if (!place) return;
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
