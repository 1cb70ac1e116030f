/** A field by which a conversation or a person is found: what is here at once, and behind it what the server knows. */

import { Combobox } from "./combobox.js";

/** How long somebody has to pause before the server is asked. */
const PATIENCE = 150;

/** @typedef {import("../destinations.js").Destination} Destination */

export class DestinationSearch {
  #field;
  #places;
  #how;
  #combobox;
  /** @type {Map<string, Destination>} */
  #shown = new Map();
  #asking = new AbortController();
  #timer;

  /**
   * @param {HTMLInputElement} field @param {HTMLElement} list @param {import("../destinations.js").Destinations} places
   * @param {object} how
   * @param {(place: Destination) => HTMLElement} how.optionFor
   * @param {(place: Destination) => unknown} how.choose
   * @param {(sentence: string) => void} how.say what there is to say of the search; empty: nothing any more
   * @param {string} how.kind what may not be called so, beside nobody: "no room"
   * @param {AbortSignal} signal
   */
  constructor(field, list, places, how, signal) {
    this.#field = field;
    this.#places = places;
    this.#how = how;
    this.#combobox = new Combobox(field, list, { always: true }, signal);
    this.#combobox.addEventListener("choose", (event) => {
      const place = this.#shown.get(/** @type {CustomEvent} */ (event).detail.dataset.key);
      if (place) how.choose(place);
    });
    field.addEventListener("input", () => this.look(), { signal });
  }

  /** Look for what stands in the field. */
  look() {
    this.stop();
    this.#asking = new AbortController();
    this.#how.say("");
    this.show();
    const query = this.#field.value.trim();
    if (query) this.#timer = setTimeout(() => this.#ask(query, this.#asking.signal), PATIENCE);
    else this.#places.clear();
  }

  /** Show again what fits and is known by now. */
  show() {
    const places = this.#places.fitting(this.#field.value);
    this.#shown = new Map(places.map((place) => [place.key, place]));
    this.#combobox.show(places.map(this.#how.optionFor));
  }

  /** Wait for no answer any more. */
  stop() {
    this.#asking.abort();
    clearTimeout(this.#timer);
  }

  /** Whether a key was for the list. @param {KeyboardEvent} event */
  key(event) {
    return this.#combobox.key(event);
  }

  /** @param {string} query @param {AbortSignal} signal */
  async #ask(query, signal) {
    await this.#places.ask(query, signal);
    if (signal.aborted) return;
    this.show();
    if (!this.#shown.size) this.#how.say(`Nobody and ${this.#how.kind} is called “${query}”.`);
  }
}
