/**
 * A list of proposals for a text field, as ARIA 1.2 wants a combobox: the field keeps the focus, and names the list
 * and the proposal that the arrow keys have reached.
 *
 * A text field of several lines is a combobox only while its list is open; else it is what it was.
 *
 * Events: `choose` with the option, an element; `active` with the one that the keys have reached.
 */

import { tell } from "../events.js";
import { composes } from "../writing-keys.js";

let lists = 0;

export class Combobox extends EventTarget {
  #field;
  #list;
  #always;
  #grid;
  /** @type {HTMLElement | null} */
  #active = null;

  /**
   * @param {HTMLTextAreaElement | HTMLInputElement} field @param {HTMLElement} list
   * @param {{always?: boolean, grid?: boolean}} options always: the field is for nothing else; grid: the options stand
   *   side by side in several lines, and Tab leads out of them
   * @param {AbortSignal} signal
   */
  constructor(field, list, { always = false, grid = false }, signal) {
    super();
    this.#field = field;
    this.#list = list;
    this.#always = always;
    this.#grid = grid;
    list.id ||= `list-${++lists}`;
    list.setAttribute("role", "listbox");
    this.#list.hidden = true;
    this.#describe();
    list.addEventListener("pointerdown", (event) => event.preventDefault(), { signal }); // the field keeps the focus
    list.addEventListener("pointermove", ({ target }) => this.#point(target), { signal });
    list.addEventListener("click", ({ target }) => this.#choose(optionOf(target)), { signal });
    signal.addEventListener("abort", () => this.close());
  }

  get open() {
    return !this.#list.hidden;
  }

  /**
   * Show these options, the first of them active, or the one that was and still is there.
   *
   * @param {HTMLElement[]} options each with a `data-key`
   */
  show(options) {
    const key = this.open ? this.#active?.dataset.key : undefined;
    options.forEach((option, at) => {
      option.id = `${this.#list.id}-${at}`;
      option.setAttribute("role", "option");
    });
    this.#list.replaceChildren(...options);
    this.#list.hidden = !options.length;
    this.#activate(options.find((option) => option.dataset.key === key) ?? options[0] ?? null);
    if (this.#active === options[0]) this.#list.scrollTop = 0;
  }

  close() {
    if (!this.open && !this.#active) return;
    this.#list.hidden = true;
    this.#list.replaceChildren();
    this.#activate(null);
  }

  /** @param {KeyboardEvent} event @returns {boolean} whether it was for the list */
  key(event) {
    if (!this.open || composes(event) || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return false;
    const { key } = event;
    const step = this.#steps[key];
    if (step) this.#step(step);
    else if (key === "Enter" || (key === "Tab" && !this.#grid)) this.#choose(this.#active);
    else if (key === "Escape") this.close();
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  /** How far each arrow key goes. @returns {Record<string, number>} */
  get #steps() {
    if (!this.#grid) return { ArrowUp: -1, ArrowDown: 1 };
    const options = /** @type {HTMLElement[]} */ ([...this.#list.children]);
    const line = options.filter(({ offsetTop }) => offsetTop === options[0].offsetTop).length;
    const ahead = getComputedStyle(this.#list).direction === "rtl" ? -1 : 1;
    return { ArrowUp: -line, ArrowDown: line, ArrowLeft: -ahead, ArrowRight: ahead };
  }

  /** @param {number} by */
  #step(by) {
    const options = /** @type {HTMLElement[]} */ ([...this.#list.children]);
    const at = this.#active ? options.indexOf(this.#active) : -1;
    this.#activate(options[(at + by + 2 * options.length) % options.length] ?? null);
    this.#active?.scrollIntoView({ block: "nearest" });
  }

  /** @param {EventTarget | null} target */
  #point(target) {
    const option = optionOf(target);
    if (option && option !== this.#active) this.#activate(option);
  }

  /** @param {HTMLElement | null} option */
  #choose(option) {
    if (option) tell(this, "choose", option);
  }

  /** @param {HTMLElement | null} option */
  #activate(option) {
    this.#active?.setAttribute("aria-selected", "false");
    this.#active = option;
    option?.setAttribute("aria-selected", "true");
    if (option) tell(this, "active", option);
    this.#describe();
  }

  #describe() {
    const { open } = this;
    const combobox = open || this.#always;
    const attributes = {
      role: combobox && "combobox",
      "aria-autocomplete": combobox && "list",
      "aria-expanded": combobox && String(open),
      "aria-controls": combobox && this.#list.id,
      "aria-activedescendant": open && this.#active?.id,
    };
    for (const [name, value] of Object.entries(attributes)) {
      if (value) this.#field.setAttribute(name, value);
      else this.#field.removeAttribute(name);
    }
  }
}

/** @param {EventTarget | null} target @returns {HTMLElement | null} */
function optionOf(target) {
  return /** @type {Element} */ (target).closest("[role=option]");
}
