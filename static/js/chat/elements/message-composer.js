/**
 * Where messages are written. Text leaves the box only into the outbox, and every key stroke is soon in the
 * room's draft.
 *
 * Events: `message-send` with `{room, body, quote}`; `message-edit` with `{message, body}`; `message-ask` with
 * `{room}`, before something is sent that should be meant; `quote-ask` with `{room, id}`, where a draft answers a
 * message of which no more is known; `typing` with `{room}`; `draft` with `{room, draft}`.
 */

import { slot } from "../dom.js";
import { NOTHING, draftOf, isSame } from "../drafts.js";
import { tell } from "../events.js";
import { LIMITS } from "../protocol.js";
import { ComposerContext } from "./composer-context.js";
import { ComposerLimit } from "./composer-limit.js";

const SAVE_AFTER = 400;

/**
 * @typedef {import("../drafts.js").Draft} Draft
 * @typedef {import("../log.js").Quote} Quote
 */

export class MessageComposer extends EventTarget {
  #form;
  #area;
  #limit;
  #context;
  #drafts;
  #base;
  #asks;
  #room = 0;
  #timer;
  /** What the server had as the room's draft when we last heard. @type {Draft} */
  #served = NOTHING;
  #unsaved = false;
  /** What was being written when an edit began. @type {{body: string, reply?: Quote}} */
  #kept = { body: "" };

  /**
   * @param {HTMLElement} main
   * @param {{drafts: import("../drafts.js").Drafts, limit?: number, base: string, asks?: (room: number, body: string) => boolean}} parts
   *   base: "/rooms/"; asks: whether such a text should be meant
   * @param {AbortSignal} signal
   */
  constructor(main, { drafts, limit = LIMITS.body, base, asks }, signal) {
    super();
    this.#asks = asks;
    this.#drafts = drafts;
    this.#base = base;
    this.#form = /** @type {HTMLFormElement} */ (slot(main, "composer"));
    this.#area = /** @type {HTMLTextAreaElement} */ (this.#form.elements.namedItem("body"));
    this.#limit = new ComposerLimit(this.#form, this.#area, limit);
    this.#context = new ComposerContext(this.#form);
    this.#form.noValidate = true;
    this.#form.addEventListener("submit", (event) => this.#submit(event), { signal });
    this.#area.addEventListener("input", () => this.#input(), { signal });
    this.#area.addEventListener("keydown", (event) => this.#key(event), { signal });
    slot(this.#form, "context")?.addEventListener("click", (event) => this.#leaves(event), { signal });
    addEventListener("pagehide", () => this.#save(), { signal });
  }

  /** @param {import("../rooms.js").Room} room */
  show(room) {
    if (room.id !== this.#room) this.#begin(room);
    this.#form.action = `${this.#base}${room.id}/`;
    this.#area.placeholder = `Write to ${room.name}`;
    const label = this.#form.querySelector(`label[for="${this.#area.id}"]`);
    if (label) label.textContent = this.#area.placeholder;
    this.#changed();
  }

  /** @param {import("../rooms.js").Room} room */
  #begin(room) {
    const first = !this.#room;
    if (!first) this.#part();
    this.#room = room.id;
    this.#served = draftOf(room.draft?.body ?? "", room.draft?.reply_to);
    // What is kept here has not reached the server yet, so it is newer than what the server has.
    const kept = this.#drafts.get(room.id);
    const draft = kept.body ? kept : this.#served;
    if (!first || !this.#typed(draft)) this.#take(draft);
  }

  /** From the room that was shown; what was begun there waits. */
  #part() {
    if (this.#context.edit) this.leave();
    this.#save();
    this.#context.set();
    this.#limit.complain("");
  }

  /** Whether the box has something else, typed or sent back before this script ran; then it stays. @param {Draft} draft */
  #typed(draft) {
    const field = this.#form.elements.namedItem("reply_to");
    const typed = draftOf(this.#area.value, field instanceof HTMLInputElement ? Number(field.value) || null : null);
    if (!typed.body || isSame(typed, draft)) return false;
    this.#answer(typed.reply_to);
    this.#later();
    return true;
  }

  /** @param {Draft} draft @param {Draft} [before] */
  #take({ body, reply_to }, before = NOTHING) {
    if (this.#area.value !== body) this.#area.value = body;
    if (!reply_to && before.reply_to) this.#context.found(before.reply_to, null);
    this.#answer(reply_to);
  }

  /** A draft answers this message; what it said is still to be found. @param {number | null} id */
  #answer(id) {
    if (id && this.#context.answer(id)) tell(this, "quote-ask", { room: this.#room, id });
  }

  /** What the message that is answered says; nothing where it is gone. @param {number} id @param {Quote | null} quote */
  found(id, quote) {
    this.#context.found(id, quote);
  }

  /**
   * The server has another draft of the room: written, sent or dropped on another device. It comes in where nothing
   * was written here.
   *
   * @param {import("../rooms.js").Room} room @param {(draft: Draft) => boolean} isOwn whether we said so ourselves
   */
  hear({ id, draft }, isOwn) {
    const theirs = draftOf(draft?.body ?? "", draft?.reply_to);
    if (id !== this.#room || isSame(theirs, this.#served) || this.#context.edit) return;
    const untouched = !this.#area.value.trim() || this.#area.value === this.#served.body;
    const before = this.#served;
    this.#served = theirs;
    if (!untouched || this.#unsaved || isOwn(theirs)) return;
    this.#take(theirs, before);
    this.#changed();
  }

  /** Answer or edit a message. @param {import("./composer-context.js").Context} context */
  enter(context) {
    if (this.#context.edit) this.leave();
    this.#save();
    if (context.edit) {
      this.#kept = { body: this.#area.value, reply: this.#context.reply };
      this.#area.value = context.edit.body;
    } else if (this.#area.value.trim()) {
      this.#later();
    }
    this.#context.set(context);
    this.#limit.complain("");
    this.#changed();
    this.#area.focus();
  }

  /** What stands above the box while a message is edited. @param {string} text */
  about(text) {
    this.#context.say(text);
  }

  /** Whether this message is being edited. @param {number} id */
  edits(id) {
    return this.#context.edit?.id === id;
  }

  /** Write plainly again, or what was being written before an edit. */
  leave() {
    const { body, reply } = this.#kept;
    if (this.#context.edit) {
      this.#area.value = body;
      this.#context.set({ reply });
    } else if (this.#context.reply) {
      this.#context.set();
      if (this.#area.value.trim()) this.#later();
    }
    this.#kept = { body: "" };
    this.#limit.complain("");
    this.#changed();
  }

  /** Why an edit was not stored; its text stays. @param {string} sentence */
  refuse(sentence) {
    this.#limit.complain(sentence);
  }

  /** @param {Event} event */
  #leaves({ target }) {
    if (/** @type {Element} */ (target).closest("[data-action=leave-context]")) this.leave();
  }

  /** Send what was asked about. */
  sendAnyway() {
    this.#send();
  }

  /** On touch the keyboard comes up only when it is asked for. */
  focus() {
    if (matchMedia("(pointer: fine)").matches) this.#area.focus({ preventScroll: true });
  }

  /** @param {SubmitEvent} event */
  #submit(event) {
    event.preventDefault();
    const body = this.#area.value;
    if (!body.trim() || !this.#room) return this.#area.focus();
    const { over } = this.#limit;
    if (over > 0) return this.#limit.complain(`The message is ${over.toLocaleString("en")} characters too long.`);
    if (this.#context.edit) return tell(this, "message-edit", { message: this.#context.edit, body });
    if (this.#asks?.(this.#room, body)) return tell(this, "message-ask", { room: this.#room });
    return this.#send();
  }

  #send() {
    const body = this.#area.value;
    const room = this.#room;
    const quote = this.#context.reply;
    this.#area.value = "";
    this.leave();
    this.#forget();
    this.#area.focus();
    tell(this, "message-send", { room, body, quote });
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key === "Escape" && !event.isComposing) this.leave();
    // 229 is what Safari reports for the Enter that ends a composition, after isComposing is false again.
    if (event.key !== "Enter" || event.isComposing || event.keyCode === 229) return;
    const touch = matchMedia("(pointer: coarse)").matches;
    if (event.shiftKey || event.altKey || (touch && !event.ctrlKey && !event.metaKey)) return;
    event.preventDefault();
    this.#form.requestSubmit();
  }

  #input() {
    this.#changed();
    if (this.#limit.over <= 0) this.#limit.complain("");
    if (this.#context.edit) return;
    this.#later();
    if (this.#area.value.trim()) tell(this, "typing", { room: this.#room });
  }

  #changed() {
    const grow = slot(this.#form, "grow");
    if (grow) grow.dataset.value = this.#area.value;
    this.#limit.count();
  }

  /** Save what is written, soon. */
  #later() {
    clearTimeout(this.#timer);
    this.#unsaved = true;
    this.#timer = setTimeout(() => this.#save(), SAVE_AFTER);
  }

  #save() {
    clearTimeout(this.#timer);
    if (!this.#unsaved) return;
    this.#unsaved = false;
    // While a message is edited, what was written before waits.
    const { body, reply } = this.#context.edit ? this.#kept : { body: this.#area.value, reply: this.#context.reply };
    const draft = draftOf(body, reply?.id);
    this.#drafts.set(this.#room, draft);
    tell(this, "draft", { room: this.#room, draft });
  }

  /** The draft was sent. */
  #forget() {
    clearTimeout(this.#timer);
    const known = this.#drafts.get(this.#room).body || this.#served.body;
    this.#unsaved = false;
    this.#drafts.drop(this.#room);
    if (known) tell(this, "draft", { room: this.#room, draft: NOTHING });
  }
}
