/**
 * Where messages are written. Text leaves the box only into the outbox, and every key stroke is soon in the
 * room's draft.
 *
 * Instead of plainly writing, a message can be answered or edited: then it has a context, which stands above the box.
 *
 * Events: `message-send` with `{room, body, quote}`; `message-edit` with `{message, body}`; `message-ask` with
 * `{room}`, before something is sent that should be meant; `typing` with `{room}`; `draft` with `{room, body}`.
 */

import { fill, slot } from "../dom.js";
import { tell } from "../events.js";
import { LIMITS } from "../protocol.js";

const SAVE_AFTER = 400;
/** From this share of the limit on, the counter shows. */
const COUNT_FROM = 0.9;

export class MessageComposer extends EventTarget {
  #form;
  #area;
  #drafts;
  #limit;
  #base;
  #room = 0;
  #timer;
  /** What the server had as the room's draft when we last heard. */
  #served = "";
  #unsaved = false;
  #asks;
  /** @type {{reply?: import("../log.js").Quote, edit?: import("../log.js").Message} | null} */
  #context = null;
  /** What was being written when an edit began. */
  #kept = "";

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
    this.#limit = limit;
    this.#base = base;
    this.#form = /** @type {HTMLFormElement} */ (slot(main, "composer"));
    this.#area = /** @type {HTMLTextAreaElement} */ (this.#form.elements.namedItem("body"));
    // The server counts characters, `maxlength` counts UTF-16 units and cuts what is pasted: we only count.
    this.#area.removeAttribute("maxlength");
    this.#form.noValidate = true;
    this.#form.addEventListener("submit", (event) => this.#submit(event), { signal });
    this.#area.addEventListener("input", () => this.#input(), { signal });
    this.#area.addEventListener("keydown", (event) => this.#key(event), { signal });
    slot(this.#form, "context")?.addEventListener("click", (event) => this.#leaves(event), { signal });
    addEventListener("pagehide", () => this.#save(), { signal });
  }

  /** @param {import("../rooms.js").Room} room */
  show(room) {
    if (room.id !== this.#room) {
      this.leave();
      if (this.#room) this.#save();
      // What is kept here has not reached the server yet, so it is newer than what the server has.
      this.#served = room.draft?.body ?? "";
      const draft = this.#drafts.get(room.id) || this.#served;
      // What was typed before this script ran stays; what belongs to another room does not come along.
      const typed = this.#room ? "" : this.#area.value;
      this.#room = room.id;
      this.#area.value = typed || draft;
    }
    this.#form.action = `${this.#base}${room.id}/`;
    this.#area.placeholder = `Write to ${room.name}`;
    const label = this.#form.querySelector(`label[for="${this.#area.id}"]`);
    if (label) label.textContent = this.#area.placeholder;
    this.#changed();
  }

  /**
   * The server has another draft of the room: written, sent or dropped on another device. It comes in where nothing
   * was written here.
   *
   * @param {import("../rooms.js").Room} room @param {(body: string) => boolean} isOwn whether we said so ourselves
   */
  hear({ id, draft }, isOwn) {
    const body = draft?.body ?? "";
    if (id !== this.#room || body === this.#served || this.#context?.edit) return;
    const untouched = !this.#area.value.trim() || this.#area.value === this.#served;
    this.#served = body;
    if (!untouched || this.#unsaved || isOwn(body)) return;
    this.#area.value = body;
    this.#changed();
  }

  /** Answer or edit a message. @param {{reply?: import("../log.js").Quote, edit?: import("../log.js").Message}} context */
  enter(context) {
    this.leave();
    this.#save();
    this.#context = context;
    const { reply, edit } = context;
    if (edit) {
      this.#kept = this.#area.value;
      this.#area.value = edit.body;
    }
    fill(this.#form, "context-text", reply ? `Reply to ${reply.author.full_name}: ${reply.excerpt}` : "Edit your message");
    this.#showContext(true);
    this.#changed();
    this.#area.focus();
  }

  /** What stands above the box while a message is answered or edited. @param {string} text */
  about(text) {
    fill(this.#form, "context-text", text);
  }

  /** Whether this message is being edited. @param {number} id */
  edits(id) {
    return this.#context?.edit?.id === id;
  }

  /** Write plainly again. */
  leave() {
    if (!this.#context) return;
    if (this.#context.edit) this.#area.value = this.#kept;
    this.#context = null;
    this.#showContext(false);
    this.#changed();
  }

  /** Why an edit was not stored; its text stays. @param {string} sentence */
  refuse(sentence) {
    this.#complain(sentence);
  }

  /** @param {boolean} shown */
  #showContext(shown) {
    const bar = slot(this.#form, "context");
    if (bar) bar.hidden = !shown;
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
    const over = this.#over();
    if (over > 0) return this.#complain(`The message is ${over.toLocaleString("en")} characters too long.`);
    if (this.#context?.edit) return tell(this, "message-edit", { message: this.#context.edit, body });
    if (this.#asks?.(this.#room, body)) return tell(this, "message-ask", { room: this.#room });
    return this.#send();
  }

  #send() {
    const body = this.#area.value;
    const room = this.#room;
    const quote = this.#context?.reply;
    this.leave();
    this.#area.value = "";
    this.#drop();
    this.#changed();
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
    if (this.#context?.edit) return;
    clearTimeout(this.#timer);
    this.#unsaved = true;
    this.#timer = setTimeout(() => this.#save(), SAVE_AFTER);
    if (this.#area.value.trim()) tell(this, "typing", { room: this.#room });
  }

  #changed() {
    const grow = slot(this.#form, "grow");
    if (grow) grow.dataset.value = this.#area.value;
    const left = -this.#over();
    const count = /** @type {HTMLElement} */ (slot(this.#form, "count"));
    count.hidden = left > this.#limit * (1 - COUNT_FROM);
    count.classList.toggle("composer__count--over", left < 0);
    fill(this.#form, "count", left < 0 ? `${-left} too many` : `${left} left`);
    if (left >= 0) this.#complain("");
  }

  /** Characters beyond the limit, as the server counts them. */
  #over() {
    const text = this.#area.value;
    return (text.length > this.#limit ? [...text].length : text.length) - this.#limit;
  }

  /** @param {string} sentence empty: nothing is wrong */
  #complain(sentence) {
    const error = /** @type {HTMLElement} */ (slot(this.#form, "composer-error"));
    fill(this.#form, "composer-error", sentence);
    error.hidden = !sentence;
    if (sentence) this.#area.setAttribute("aria-invalid", "true");
    else this.#area.removeAttribute("aria-invalid");
  }

  #save() {
    clearTimeout(this.#timer);
    if (!this.#unsaved) return;
    this.#unsaved = false;
    this.#drafts.set(this.#room, this.#area.value);
    tell(this, "draft", { room: this.#room, body: this.#area.value });
  }

  #drop() {
    clearTimeout(this.#timer);
    const known = this.#drafts.get(this.#room) || this.#served;
    this.#unsaved = false;
    this.#drafts.drop(this.#room);
    if (known) tell(this, "draft", { room: this.#room, body: "" });
  }
}
