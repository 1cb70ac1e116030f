/**
 * All that can be done with one message, in words: a menu beside the button that opened it, or a sheet at the bottom
 * where there is no pointer that hovers. What is chosen, the row that holds the menu hears as a click. Loaded when it
 * is first asked for.
 */

import { cloneTemplate, fill } from "../dom.js";
import { gist } from "../log.js";
import { fullTime } from "../time.js";
import { byTouch } from "../touch.js";

export class MessageMenu {
  #menu = /** @type {HTMLDialogElement} */ (cloneTemplate("t-menu"));

  constructor() {
    this.#menu.addEventListener("click", ({ target }) => {
      const chosen = target === this.#menu || /** @type {Element} */ (target).closest("[data-action]");
      if (chosen) this.#menu.close();
    });
    this.#menu.addEventListener("keydown", (event) => this.#walk(event));
    this.#menu.addEventListener("close", () => this.#menu.remove());
  }

  /**
   * @param {HTMLElement} row @param {import("../log.js").Message} message
   * @param {(bar: HTMLElement) => void} prepare hides what cannot be done
   * @param {Element} [at] the button that it opens at
   */
  open(row, message, prepare, at) {
    if (this.#menu.open) return;
    prepare(this.#menu);
    fill(this.#menu, "menu-who", message.author.full_name);
    fill(this.#menu, "menu-text", gist(message));
    fill(this.#menu, "menu-time", fullTime(message.created_at));
    row.append(this.#menu);
    const sheet = !at || byTouch();
    this.#menu.classList.toggle("menu--sheet", sheet);
    // A sheet begins with what it is about, which has the focus then.
    this.#menu.showModal();
    if (sheet) return;
    this.#place(at.getBoundingClientRect());
    this.#buttons[0]?.focus();
  }

  /** Below the button, or above it where there is no room. @param {DOMRect} button */
  #place(button) {
    const { offsetWidth: width, offsetHeight: height, style } = this.#menu;
    const below = button.bottom + 4;
    const top = below + height < innerHeight ? below : Math.max(8, button.top - 4 - height);
    style.top = `${top}px`;
    style.left = `${Math.min(Math.max(8, button.right - width), innerWidth - width - 8)}px`;
  }

  get #buttons() {
    const buttons = /** @type {NodeListOf<HTMLElement>} */ (this.#menu.querySelectorAll(".menu__item"));
    return [...buttons].filter((button) => !button.hidden);
  }

  /** @param {KeyboardEvent} event */
  #walk(event) {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const buttons = this.#buttons;
    const at = buttons.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    buttons[(at + step + buttons.length) % buttons.length]?.focus();
  }
}
