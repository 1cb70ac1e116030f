/** What is told to those who listen: by one live region that waits its turn, and one that interrupts. */

import { fill } from "../dom.js";
import { gist } from "../log.js";

/** Arrivals are gathered, so that a burst is one sentence, and two sentences are not heard at once. */
const GATHER = 250;
const EVERY = 2_000;

export class Announcer {
  #root;
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
      clearTimeout(this.#speakTimer);
      Object.values(this.#hushTimers).forEach(clearTimeout);
    });
  }

  /**
   * The same words may follow, and what is deleted must not linger: a region is empty again once it was heard.
   *
   * @param {string} text @param {"alert" | "announcer"} [region] the one that interrupts, or the one that waits
   */
  say(text, region = "announcer") {
    fill(this.#root, region, text);
    clearTimeout(this.#hushTimers[region]);
    this.#hushTimers[region] = setTimeout(() => fill(this.#root, region, ""), EVERY);
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
    this.say(sentence(this.#arrived));
    this.#arrived = [];
  }
}

/** @param {import("../log.js").Message[]} messages */
export function sentence(messages) {
  const names = [...new Set(messages.map((message) => message.author.full_name))];
  if (messages.length === 1) return `${names[0]}: ${gist(messages[0])}`;
  const who = names.length > 3 ? `${names.length} people` : names.join(", ");
  return `${messages.length} new messages from ${who}`;
}
