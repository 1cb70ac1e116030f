/**
 * What is good to know of what one writes in a room: who is named and will not hear of it, and how long slow mode lets
 * one wait. Whoever says it is loaded when there first is something to say.
 */

import { on } from "../events.js";

/** Somebody may be named here. */
const NAMES = /@\w\w/;

export class RoomHints {
  #parts;
  #client;
  #signal;
  #room = 0;
  /** @type {Promise<import("./mention-warning.js").MentionWarning> | undefined} */
  #mentions;
  /** @type {Promise<import("./slow-mode.js").SlowMode> | undefined} */
  #slow;

  /**
   * @param {HTMLElement} main @param {import("../client.js").Client} client
   * @param {{composer: import("./message-composer.js").MessageComposer, notices: import("./notices.js").Notices}} parts
   * @param {AbortSignal} signal
   */
  constructor(main, client, { composer, notices }, signal) {
    this.#client = client;
    this.#parts = { main, client, notices };
    this.#signal = signal;
    on(composer, "text", ({ room, body }) => this.#name(room, body), signal);
    on(client.store, "log", ({ room }) => room === this.#room && this.#wait(), signal);
    on(client.store, "rooms", ({ room }) => room === this.#room && this.#wait(), signal);
  }

  /** @param {number} room */
  show(room) {
    this.#room = room;
    this.#wait();
  }

  /** @param {number} room @param {string} body what is being written */
  async #name(room, body) {
    if (!this.#mentions && !NAMES.test(body)) return;
    this.#mentions ??= import("./mention-warning.js").then(({ MentionWarning }) => new MentionWarning(this.#parts, this.#signal));
    const warning = await this.#mentions.catch(() => (this.#mentions = undefined));
    warning?.look(room, body);
  }

  async #wait() {
    const { rooms, logs } = this.#client.store;
    const room = rooms.get(this.#room);
    const seconds = room?.role === "member" ? room.slow_seconds : 0;
    if (!this.#slow && !seconds) return;
    this.#slow ??= import("./slow-mode.js").then(({ SlowMode }) => new SlowMode(this.#parts.main, this.#signal));
    const slow = await this.#slow.catch(() => (this.#slow = undefined));
    const last = logs.get(this.#room)?.messages.findLast(({ author, kind }) => author.id === this.#client.me.id && kind === "text");
    slow?.show(seconds && last ? Date.parse(last.created_at) + seconds * 1000 : 0, seconds);
  }
}
