/** Instead of plainly writing, a message can be answered or edited: which one, and the line above the box that says so. */

import { fill, slot } from "../dom.js";
import { requote } from "../log.js";

/**
 * @typedef {import("../log.js").Quote} Quote
 * @typedef {import("../log.js").Message} Message
 * @typedef {{reply?: Quote, edit?: Message}} Context one of the two, or none
 */

/** Until we know who wrote it. */
const NOBODY = { id: 0, full_name: "", handle: "", initials: "", hue: "h0" };

export class ComposerContext {
  #bar;
  /** @type {Quote | undefined} */
  reply;
  /** @type {Message | undefined} */
  edit;
  /** Whether what is edited is deleted: then nothing else is to be said of it. */
  #gone = false;

  /** @param {HTMLElement} form */
  constructor(form) {
    this.#bar = slot(form, "context");
  }

  /** @param {Context} [context] nothing: one writes plainly */
  set({ reply, edit } = {}) {
    this.reply = reply;
    this.edit = edit;
    this.#gone = false;
    if (this.#bar) this.#bar.hidden = !reply && !edit;
    if (edit) this.say("Edit your message");
    else if (reply) this.say(reply.seq ? `Reply to ${reply.author.full_name}: ${reply.deleted ? "Message deleted" : reply.excerpt}` : "Reply to a message");
    else this.say(""); // it describes the box, to be seen or not
  }

  /** What is answered follows what becomes of it: what was deleted stands nowhere. @param {(id: number) => Message | undefined} find */
  renew(find) {
    if (this.edit && find(this.edit.id)?.deleted_at) this.about("This message was deleted meanwhile. Copy your text.", true);
    const message = this.reply?.seq ? find(this.reply.id) : undefined;
    if (!message || !this.reply) return;
    const { reply_to: reply } = requote({ ...message, reply_to: this.reply }, message);
    if (reply && (reply.deleted !== this.reply.deleted || reply.excerpt !== this.reply.excerpt)) this.set({ reply });
  }

  /** Answer a message of which only the id is known. @param {number} id @returns {boolean} whether that is news */
  answer(id) {
    if (this.reply?.id === id) return false;
    this.set({ reply: { id, seq: 0, author: NOBODY, excerpt: "", deleted: false } });
    return true;
  }

  /** What the message that is answered says; nothing where it is gone. @param {number} id @param {Quote | null} quote */
  found(id, quote) {
    if (this.reply?.id === id) this.set(quote ? { reply: quote } : {});
  }

  /** How it stands with what is edited. @param {string} text @param {boolean} [gone] */
  about(text, gone = false) {
    if (!this.#gone) this.say(text);
    this.#gone ||= gone;
  }

  /** @param {string} text */
  say(text) {
    if (this.#bar) fill(this.#bar, "context-text", text);
  }
}
