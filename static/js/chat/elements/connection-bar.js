/**
 * Says how the link is, once it matters: a blip of less than three seconds is nobody's business.
 */

import { fill, slot } from "../dom.js";
import { on } from "../events.js";

const QUIET = 3_000;
const OFFLINE = 30_000;
const WELCOME = 2_000;

export class ConnectionBar {
  #bar;
  #button;
  #client;
  #timer;
  /** The page comes from what is kept on this device: there is no network, and no need to wait and see. */
  #kept = false;

  /** @param {HTMLElement} root @param {import("../client.js").Client} client @param {AbortSignal} signal */
  constructor(root, client, signal) {
    this.#client = client;
    this.#bar = /** @type {HTMLElement} */ (slot(root, "connection"));
    this.#button = /** @type {HTMLElement} */ (this.#bar.querySelector("[data-action=reconnect]"));
    this.#button.addEventListener("click", () => client.transport.retry(), { signal });
    on(client.transport, "state", () => this.#update(), signal);
    on(client.store, "log", () => this.#bar.dataset.state === "offline" && this.#update(), signal);
    signal.addEventListener("abort", () => clearTimeout(this.#timer));
    navigator.serviceWorker?.addEventListener("message", ({ data }) => {
      this.#kept = data === "kept" && client.transport.state !== "online";
      this.#update();
    }, { signal });
    navigator.serviceWorker?.startMessages();
  }

  #update() {
    clearTimeout(this.#timer);
    const { state, downFor } = this.#client.transport;
    if (state === "online") {
      this.#kept = false;
      return this.#welcome();
    }
    if (state === "signed-out") return undefined;
    if (state === "throttled") return this.#show("connecting", "That was too much at once. We go on in a few seconds.");
    if (state === "replaced") return this.#show("offline", "Parley is open in too many windows", "Use here");
    if (downFor < QUIET && !this.#kept) return this.#again(QUIET - downFor);
    if (downFor < OFFLINE && !this.#kept) {
      this.#show("connecting", "Connecting…");
      return this.#again(OFFLINE - downFor);
    }
    return this.#show("offline", `Offline — messages will be sent when you're back${this.#waiting()}`, "Retry now");
  }

  /** @param {number} delay */
  #again(delay) {
    this.#timer = setTimeout(() => this.#update(), delay + 10);
  }

  #welcome() {
    if (this.#bar.hidden || this.#bar.dataset.state === "ok") return;
    this.#show("ok", "Up to date");
    this.#timer = setTimeout(() => {
      this.#bar.hidden = true;
    }, WELCOME);
  }

  #waiting() {
    const entries = [...this.#client.store.pending.values()].flat();
    const count = entries.filter((entry) => entry.state === "waiting").length;
    return count ? ` (${count} waiting)` : "";
  }

  /** @param {"connecting" | "offline" | "ok"} state @param {string} text @param {string} [action] */
  #show(state, text, action = "") {
    this.#bar.dataset.state = state;
    fill(this.#bar, "connection-text", action ? `${text} ·` : text);
    this.#button.hidden = !action;
    if (action) this.#button.textContent = action;
    this.#bar.hidden = false;
  }
}
