/** What the launcher brings in when it is opened, or when somebody returns: the connection, and what is unread. */

import { on } from "../chat/events.js";
import { gist } from "../chat/log.js";
import { Session } from "./session.js";

/**
 * @typedef {object} Parts
 * @property {string} origin of our server
 * @property {string} html @property {string} css addresses of the panel's markup and sheet
 * @property {ShadowRoot} root
 * @property {string} site @property {number} room 0: where the site's visitors come in
 * @property {unknown} token
 * @property {AbortSignal} signal until then the widget is in the page
 * @property {(type: string, detail: any) => void} tell
 */

/** @param {HTMLElement} host @param {Parts} parts */
export function attach(host, parts) {
  return new View(host, parts);
}

class View {
  #host;
  #parts;
  #session;
  /** @type {Promise<any> | undefined} */
  #panel;

  /** @param {HTMLElement} host @param {Parts} parts */
  constructor(host, parts) {
    const { signal, tell } = parts;
    this.#host = host;
    this.#parts = parts;
    this.#session = Session.join(parts, signal);
    on(this.#session, "ready", () => this.#ready(), signal);
    on(this.#session, "refused", ({ code, detail }) => tell("error", { code, message: detail || "The chat cannot be used here." }), signal);
    if (this.#session.client) this.#ready();
  }

  /** @param {boolean} [asked] somebody wants it just now */
  async open(asked) {
    this.#panel ??= this.#make();
    this.#panel.catch(() => (this.#panel = undefined));
    (await this.#panel).open(asked);
  }

  async close() {
    (await this.#panel)?.close();
  }

  async #make() {
    const { Panel } = await import("./panel.js");
    return Panel.make(this.#host, this.#parts, this.#session);
  }

  #ready() {
    const { signal, tell } = this.#parts;
    const { client } = this.#session;
    if (!client) return;
    const room = () => this.#session.roomFor(this.#parts.room);
    const count = () => {
      const summary = client.store.rooms.get(room() ?? 0);
      tell("unread", { count: summary ? client.store.badge(summary) : 0 });
    };
    on(client.store, "rooms", count, signal);
    on(client, "arrived", (message) => {
      if (message.room !== room()) return;
      const { id, body, created_at: at, author: { full_name: author } } = message;
      tell("message", { id, author, body, at });
      tell("note", `${author}: ${gist(message)}`);
    }, signal);
    count();
  }
}
