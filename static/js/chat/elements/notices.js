/** What is said in passing: a toast for the eye, and live regions for those who listen. */

import { fill, slot } from "../dom.js";
import { gist } from "../log.js";

const TOAST = 2_500;
const OFFERED = 6_000;
/** Arrivals are gathered, so that a burst is one sentence, and two sentences are not heard at once. */
const GATHER = 250;
const EVERY = 2_000;

export class Notices {
  #root;
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
    const toast = /** @type {HTMLElement} */ (slot(this.#root, "toast"));
    const hide = () => (toast.hidden = true);
    toast.textContent = text;
    if (offer) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "link toast__action";
      button.textContent = offer.label;
      button.addEventListener("click", () => {
        hide();
        offer.act();
      });
      toast.append(" ", button);
    }
    toast.hidden = false;
    clearTimeout(this.#toastTimer);
    this.#toastTimer = setTimeout(hide, offer ? (offer.lasts ?? OFFERED) : TOAST);
  }

  /** For failures that the user has to know of. @param {string} text */
  alert(text) {
    this.toast(text);
    this.interrupt(text);
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
