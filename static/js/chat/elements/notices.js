/**
 * What is said in passing: by a toast for the eye, and aloud for those who listen. The toast is no live region of its own,
 * so that nothing is heard twice.
 */

import { activeIn, slot } from "../dom.js";
import { Announcer } from "./announcer.js";

const TOAST = 2_500;
const OFFERED = 6_000;
/** Milliseconds that a character takes to be read. */
const A_CHARACTER = 60;

export class Notices extends Announcer {
  #toast;
  /** How long (ms) the toast stays once nobody is at it. */
  #lasts = 0;
  /** What had the focus before the toast. @type {EventTarget | null} */
  #before = null;
  #toastTimer;

  /** @param {HTMLElement} root @param {AbortSignal} signal */
  constructor(root, signal) {
    super(root, signal);
    this.#toast = slot(root, "toast");
    // Who comes to what is offered by keys, or moves over it, is not hurried; a pointer that rests there wants nothing.
    this.#toast?.addEventListener("focusin", (event) => this.#hold(event), { signal });
    for (const type of ["pointermove", "focusout"]) this.#toast?.addEventListener(type, () => this.#wait(), { signal });
    signal.addEventListener("abort", () => clearTimeout(this.#toastTimer));
  }

  /**
   * @param {string} text
   * @param {{label: string, act: () => unknown, lasts?: number}} [offer] what can be done about it, and for how long
   */
  toast(text, offer) {
    this.#show(text, offer);
    const stop = text.endsWith(".") ? "" : ".";
    this.say(offer ? `${text}${stop} ${offer.label}` : text);
  }

  /** For failures that the user has to know of. @param {string} text */
  alert(text) {
    this.#show(text);
    this.interrupt(text);
  }

  /** @param {string} text @param {{label: string, act: () => unknown, lasts?: number}} [offer] */
  #show(text, offer) {
    const toast = /** @type {HTMLElement} */ (this.#toast);
    this.#leave();
    toast.textContent = text;
    if (offer) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "link toast__action";
      button.textContent = offer.label;
      button.addEventListener("click", () => {
        this.#hide();
        offer.act();
      });
      toast.append(" ", button);
    }
    toast.hidden = false;
    this.#lasts = offer ? (offer.lasts ?? OFFERED) : Math.max(TOAST, text.length * A_CHARACTER);
    this.#wait();
  }

  /** @param {FocusEvent} event */
  #hold({ relatedTarget }) {
    clearTimeout(this.#toastTimer);
    this.#before = relatedTarget;
  }

  #wait() {
    clearTimeout(this.#toastTimer);
    if (this.#focused) return;
    this.#toastTimer = setTimeout(() => this.#hide(), this.#lasts);
  }

  #hide() {
    this.#leave();
    clearTimeout(this.#toastTimer);
    /** @type {HTMLElement} */ (this.#toast).hidden = true;
  }

  get #focused() {
    return this.#toast?.contains(activeIn(this.#toast)) ?? false;
  }

  /** What is in the toast goes: the focus is where it was before. */
  #leave() {
    if (this.#focused && this.#before instanceof HTMLElement) this.#before.focus({ preventScroll: true });
  }

  /** The same where the eye sees it already. @param {string} text */
  interrupt(text) {
    this.say(text, "alert");
  }
}
