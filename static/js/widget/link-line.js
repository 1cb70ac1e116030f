/** Says how the link is, once it matters: a blip of less than three seconds is nobody's business. */

import { fill, slot } from "../chat/dom.js";
import { on } from "../chat/events.js";

const QUIET = 3_000;
const OFFLINE = 30_000;

export class LinkLine {
  #line;
  #button;
  #client;
  #timer;

  /** @param {HTMLElement} panel @param {import("../chat/client.js").Client} client @param {AbortSignal} signal */
  constructor(panel, client, signal) {
    this.#client = client;
    this.#line = /** @type {HTMLElement} */ (slot(panel, "connection"));
    this.#button = /** @type {HTMLElement} */ (this.#line.querySelector("button"));
    this.#button.addEventListener("click", () => client.transport.retry(), { signal });
    on(client.transport, "state", () => this.#update(), signal);
    signal.addEventListener("abort", () => clearTimeout(this.#timer));
    this.#update();
  }

  #update() {
    clearTimeout(this.#timer);
    const { online, downFor } = this.#client.transport;
    this.#line.hidden = online || downFor < QUIET;
    if (online) return;
    const offline = downFor >= OFFLINE;
    this.#line.dataset.state = offline ? "offline" : "connecting";
    fill(this.#line, "connection-text", offline ? "Offline — messages will be sent when you're back ·" : "Connecting…");
    this.#button.hidden = !offline;
    if (!offline) this.#timer = setTimeout(() => this.#update(), (downFor < QUIET ? QUIET : OFFLINE) - downFor + 10);
  }
}
