/** How long a message is, as the server counts it, and what is wrong with it. */

import { fill, slot } from "../dom.js";

/** From this share of the limit on, the counter shows. */
const COUNT_FROM = 0.9;

export class ComposerLimit {
  #form;
  #area;
  #limit;
  /** Whether what is said is that something is wrong. */
  wrong = false;

  /** @param {HTMLElement} form @param {HTMLTextAreaElement} area @param {number} limit characters */
  constructor(form, area, limit) {
    this.#form = form;
    this.#area = area;
    this.#limit = limit;
    this.wrong = !slot(form, "composer-error")?.hidden;
    // The server counts characters, `maxlength` counts UTF-16 units and cuts what is pasted: we only count.
    area.removeAttribute("maxlength");
  }

  /** Characters beyond the limit. */
  get over() {
    const text = this.#area.value;
    return (text.length > this.#limit ? [...text].length : text.length) - this.#limit;
  }

  count() {
    const left = -this.over;
    const count = /** @type {HTMLElement} */ (slot(this.#form, "count"));
    count.hidden = left > this.#limit * (1 - COUNT_FROM);
    count.classList.toggle("composer__count--over", left < 0);
    fill(this.#form, "count", left < 0 ? `${-left} too many` : `${left} left`);
  }

  /** @param {string} sentence empty: nothing is wrong @param {boolean} [wrong] else it is only good to know */
  complain(sentence, wrong = true) {
    const error = /** @type {HTMLElement} */ (slot(this.#form, "composer-error"));
    fill(this.#form, "composer-error", sentence);
    error.hidden = !sentence;
    this.wrong = Boolean(sentence) && wrong;
    error.classList.toggle("composer__error--mild", !wrong);
    if (sentence && wrong) this.#area.setAttribute("aria-invalid", "true");
    else this.#area.removeAttribute("aria-invalid");
  }
}
