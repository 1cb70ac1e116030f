/** An open room: head, timeline, composer and the line between them. One pane serves every room in turn. */

import { on } from "../events.js";
import { Failure } from "../failure.js";
import { quoteOf } from "../log.js";
import { MessageActions } from "./message-actions.js";
import { MessageComposer } from "./message-composer.js";
import { MessageLog } from "./message-log.js";
import { RoomHead } from "./room-head.js";
import { TypingLine } from "./typing-line.js";

/** @typedef {import("../drafts.js").Draft} Draft */

/** So many people are called by @room without a question. */
const CALLED_UNASKED = 5;

export class RoomPane {
  #client;
  #head;
  #log;
  #typing;
  #composer;

  /**
   * @param {HTMLElement} root @param {HTMLElement} main @param {import("../client.js").Client} client
   * @param {object} parts
   * @param {import("../drafts.js").Drafts} parts.drafts
   * @param {import("./notices.js").Notices} parts.notices
   * @param {{body: number, edit_seconds?: number, undo_seconds?: number}} [parts.limits]
   * @param {string} parts.base "/rooms/"
   * @param {(change: {room: number, draft: Draft}) => void} parts.drafted a draft has changed here
   * @param {(room: number, draft: Draft) => boolean} parts.ownDraft whether a draft is what this device has said
   * @param {AbortSignal} signal
   */
  constructor(root, main, client, { drafts, notices, limits, base, drafted, ownDraft }, signal) {
    this.#client = client;
    this.#head = new RoomHead(main, client, signal);
    this.#log = new MessageLog(main, client, signal);
    this.#typing = new TypingLine(main, client, signal);
    this.#composer = new MessageComposer(main, { drafts, limit: limits?.body, base, asks: (...what) => this.#asks(...what) }, signal);
    new MessageActions(root, main, client, { notices, composer: this.#composer, limits }, signal);
    on(this.#composer, "message-edit", (edit) => this.#edit(edit), signal);
    on(this.#composer, "message-ask", ({ room }) => this.#confirm(root, room), signal);
    on(this.#composer, "message-send", (message) => this.#send(message), signal);
    on(this.#composer, "quote-ask", ({ room, id }) => this.#find(room, id), signal);
    on(this.#composer, "typing", ({ room }) => client.typed(room), signal);
    on(this.#composer, "draft", drafted, signal);
    on(client.store, "rooms", ({ room }) => this.#hear(client.store.rooms.get(room), ownDraft), signal);
  }

  /** @param {import("../rooms.js").Room} room */
  show(room) {
    this.#composer.show(room);
    this.#head.show(room.id);
    this.#typing.show(room.id);
    this.#log.show(room.id);
  }

  /** @param {import("../rooms.js").Room | undefined} room @param {(room: number, draft: Draft) => boolean} ownDraft */
  #hear(room, ownDraft) {
    if (room) this.#composer.hear(room, (draft) => ownDraft(room.id, draft));
  }

  /** What a message says that a draft answers. @param {number} room @param {number} id */
  async #find(room, id) {
    const loaded = this.#client.store.logs.get(room)?.messages.find((each) => each.id === id);
    try {
      const message = loaded ?? (await this.#client.api.call("GET", `messages/${id}/`));
      this.#composer.found(id, message.deleted_at ? null : quoteOf(message));
    } catch (error) {
      // What cannot be had now is answered all the same: its id is known.
      if (Failure.from(error).code === "not_found") this.#composer.found(id, null);
    }
  }

  leave() {
    this.#log.leave();
  }

  focus() {
    this.#composer.focus();
  }

  /** Show a message, if it is loaded. @param {number} seq */
  point(seq) {
    return this.#log.pointAt(seq);
  }

  /** Whether a text calls so many people that its author should mean it. @param {number} room @param {string} body */
  #asks(room, body) {
    const people = this.#client.store.rooms.get(room)?.member_count ?? 0;
    return people > CALLED_UNASKED && /(?<![\w@/.+-])@room\b/i.test(body);
  }

  /** @param {HTMLElement} root @param {number} room */
  async #confirm(root, room) {
    const people = this.#client.store.rooms.get(room)?.member_count ?? 0;
    const { confirmEverybody } = await import("./message-changes.js");
    if (await confirmEverybody(root, people)) this.#composer.sendAnyway();
  }

  /** @param {{message: import("../log.js").Message, body: string}} edit */
  async #edit({ message, body }) {
    try {
      const { storeEdit } = await import("./message-changes.js");
      await storeEdit(this.#client, message, body);
      this.#composer.leave();
    } catch (error) {
      const { detail } = Failure.from(error);
      this.#composer.refuse(detail || "This was not stored. Try again when you are back online.");
    }
  }

  /** @param {{room: number, body: string, quote?: import("../log.js").Quote}} message */
  #send({ room, body, quote }) {
    this.#client.send(room, body, quote);
    this.#log.toEnd();
  }
}
