/**
 * What is said in passing: a toast for the eye, and two live regions for those who listen, of which one interrupts. The
 * toast is no region of its own, so that nothing is heard twice.
 */

import { activeIn, fill, slot } from "../dom.js";
import { gist } from "../log.js";

const TOAST = 2_500;
const OFFERED = 6_000;
/** Milliseconds that a character takes to be read. */
const A_CHARACTER = 60;
/** Arrivals are gathered, so that a burst is one sentence, and two sentences are not heard at once. */
const GATHER = 250;
const EVERY = 2_000;

export class Notices {
  #root;
  #toast;
  /** How long (ms) the toast stays once nobody is at it. */
  #lasts = 0;
  /** What had the focus before the toast. @type {EventTarget | null} */
  #before = null;
  #toastTimer;
  #speakTimer;
  /** @type {Record<string, any>} timers by live region */
  #hushTimers = {};
  #spoken = 0;
  /** @type {import("../log.js").Message[]} */
  #arrived = [];

  /** @param {HTMLElement} root @param {AbortSignal} signal */
  constructor(root, signal) {
    this.#root = root;
    this.#toast = slot(root, "toast");
    // Who points at what is offered, or has come to it by keys, is not hurried.
    for (const type of ["pointerenter", "focusin"]) this.#toast?.addEventListener(type, (event) => this.#hold(event), { signal });
    for (const type of ["pointerleave", "focusout"]) this.#toast?.addEventListener(type, () => this.#wait(), { signal });
    signal.addEventListener("abort", () => {
      clearTimeout(this.#toastTimer);
      clearTimeout(this.#speakTimer);
      Object.values(this.#hushTimers).forEach(clearTimeout);
    });
  }

  /**
   * @param {string} text
   * @param {{label: string, act: () => unknown, lasts?: number}} [offer] what can be done about it, and for how long
   */
  toast(text, offer) {
    this.#show(text, offer);
    this.say(offer ? `${text.replace(/\w$/, "$&.")} ${offer.label}` : text);
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

  /** @param {Event} event */
  #hold(event) {
    clearTimeout(this.#toastTimer);
    if (event instanceof FocusEvent) this.#before = event.relatedTarget;
  }

  #wait() {
    clearTimeout(this.#toastTimer);
    this.#toastTimer = setTimeout(() => this.#hide(), this.#lasts);
  }

  #hide() {
    this.#leave();
    clearTimeout(this.#toastTimer);
    /** @type {HTMLElement} */ (this.#toast).hidden = true;
  }

  /** What is in the toast goes: the focus is where it was before. */
  #leave() {
    const within = this.#toast?.contains(activeIn(this.#toast));
    if (within && this.#before instanceof HTMLElement) this.#before.focus({ preventScroll: true });
  }

  /** The same where the eye sees it already. @param {string} text */
  interrupt(text) {
    this.#say("alert", text);
  }

  /** What is good to hear, when nothing else is being said. @param {string} text */
  say(text) {
    this.#say("announcer", text);
  }

  /** @param {import("../log.js").Message} message */
  arrived(message) {
    this.#arrived.push(message);
    const wait = Math.max(GATHER, this.#spoken + EVERY - Date.now());
    this.#speakTimer ??= setTimeout(() => this.#speak(), wait);
  }

  #speak() {
    this.#spoken = Date.now();
    this.#speakTimer = undefined;
    this.#say("announcer", sentence(this.#arrived));
    this.#arrived = [];
  }

  /**
   * The same words may follow, and what is deleted must not linger: a region is empty again once it was heard.
   *
   * @param {"alert" | "announcer"} region @param {string} text
   */
  #say(region, text) {
    fill(this.#root, region, text);
    clearTimeout(this.#hushTimers[region]);
    this.#hushTimers[region] = setTimeout(() => fill(this.#root, region, ""), EVERY);
  }
}

/** @param {import("../log.js").Message[]} messages */
export function sentence(messages) {
  const names = [...new Set(messages.map((message) => message.author.full_name))];
  if (messages.length === 1) return `${names[0]}: ${gist(messages[0])}`;
  return `${messages.length} new messages from ${names.length > 3 ? `${names.length} people` : names.join(", ")}`;
}
