/**
 * Where messages are written. Text leaves the box only into the outbox, and every key stroke is soon in the
 * room's draft.
 *
 * Events: `message-send` with `{room, body, quote, files}`; `message-edit` with `{message, body}`; `message-ask` with
 * `{room}`, before something is sent that should be meant; `command` with `{room, text, quote, name, rest}`; `edit-last` with
 * `{room}`; `quote-ask` with `{room, id}`, where a draft answers a message of which no more is known; `typing` with
 * `{room}`; `text` with `{room, body}`, whenever what stands in the box is another; `draft` with `{place, draft}`; `emoji-ask` with `{at}`, the button; `record` with `{room}`, where somebody
 * wants to speak.
 */

import { slot } from "../dom.js";
import { NOTHING, draftOf } from "../drafts.js";
import { on, tell } from "../events.js";
import { habit } from "../habits.js";
import { LIMITS } from "../protocol.js";
import { insertText } from "../text-input.js";
import { servedDraft } from "../told-drafts.js";
import { byThumbs } from "../touch.js";
import { composes, sends } from "../writing-keys.js";
import { ComposerAttach } from "./composer-attach.js";
import { ComposerCompletion } from "./composer-completion.js";
import { ComposerContext } from "./composer-context.js";
import { ComposerDraft } from "./composer-draft.js";
import { watchDrops, watchPastes } from "./composer-drop.js";
import { format } from "./composer-keys.js";
import { ComposerLimit } from "./composer-limit.js";

const GROWS = globalThis.CSS?.supports("field-sizing", "content");
/** "/topic Plans", and neither "/usr/bin" nor "/ by the way". */
const COMMAND = /^\/([a-z]+)(?:\s+([^]*))?$/i;

/**
 * @typedef {import("../drafts.js").Draft} Draft
 * @typedef {import("../log.js").Quote} Quote
 */

export class MessageComposer extends EventTarget {
  #form;
  #area;
  #limit;
  #context;
  #completion;
  #draft;
  #untold;
  #base;
  #asks;
  #attach;
  /** What the draft says is attached. */
  #attached = "";
  #room = 0;
  /** What was being written when an edit began. @type {{body: string, reply?: Quote}} */
  #kept = { body: "" };

  /**
   * @param {HTMLElement} main
   * @param {object} parts
   * @param {import("../told-drafts.js").ToldDrafts} parts.drafts
   * @param {(place: import("../drafts.js").Place) => boolean} parts.untold whether the server has not heard the last of a draft
   * @param {number} [parts.limit] characters
   * @param {string} parts.base "/rooms/"
   * @param {ConstructorParameters<typeof ComposerAttach>[1]} parts.attaching
   * @param {(room: number, body: string) => boolean} [parts.asks] whether such a text should be meant
   * @param {(token: import("../token.js").Token, room: number, show: (candidates: any[]) => void, signal: AbortSignal) => Promise<unknown>} parts.find
   *   what can stand where somebody writes
   * @param {AbortSignal} signal
   */
  constructor(main, { drafts, untold, limit = LIMITS.body, base, attaching, asks, find }, signal) {
    super();
    this.#asks = asks;
    this.#draft = new ComposerDraft(drafts, () => this.#written(), (change) => tell(this, "draft", change), signal);
    this.#untold = untold;
    this.#base = base;
    this.#form = /** @type {HTMLFormElement} */ (slot(main, "composer"));
    this.#area = /** @type {HTMLTextAreaElement} */ (this.#form.elements.namedItem("body"));
    this.#limit = new ComposerLimit(this.#form, this.#area, limit);
    this.#context = new ComposerContext(this.#form);
    const here = (token, show, stop) => find(token, this.#room, show, stop);
    this.#completion = new ComposerCompletion(this.#form, this.#area, here, signal);
    this.#form.noValidate = true;
    if (byThumbs()) this.#area.enterKeyHint = "enter";
    this.#form.addEventListener("submit", (event) => this.#submit(event), { signal });
    this.#area.addEventListener("input", (event) => this.#input(/** @type {InputEvent} */ (event)), { signal });
    this.#area.addEventListener("keydown", (event) => this.#key(event), { signal });
    this.#attach = new ComposerAttach(this.#form, attaching, signal);
    on(this.#attach, "change", () => this.#attachedTo(), signal);
    on(this.#attach, "trouble", (sentence) => this.#limit.complain(sentence), signal);
    watchDrops(main, this.#area, (files) => this.#files(files), signal);
    watchPastes(this.#area, (files) => this.#files(files), signal);
    this.#form.querySelector("[data-action=emoji]")?.addEventListener("click", ({ currentTarget }) => tell(this, "emoji-ask", { at: currentTarget }), { signal });
    this.#form.querySelector("[data-action=record]")?.addEventListener("click", () => tell(this, "record", { room: this.#room }), { signal });
    slot(this.#form, "context")?.addEventListener("click", (event) => this.#leaves(event), { signal });
  }

  /** @param {import("../rooms.js").Room} room */
  show(room) {
    if (room.id !== this.#room) this.#begin(room);
    this.#form.action = `${this.#base}${room.id}/`;
    this.#address(room);
    this.#changed();
  }

  /** Say to whom one writes here. @param {import("../rooms.js").Room} room */
  #address({ name }) {
    const words = `Write to ${name}`;
    if (this.#area.placeholder === words) return;
    this.#area.placeholder = words;
    const label = this.#form.querySelector(`label[for="${this.#area.id}"]`);
    if (label) label.textContent = words;
    const grow = slot(this.#form, "grow");
    if (grow) grow.dataset.placeholder = words;
  }

  /** @param {import("../rooms.js").Room} room */
  #begin(room) {
    const first = !this.#room;
    if (!first) this.#part();
    this.#room = room.id;
    const draft = this.#draft.begin({ room: room.id }, servedDraft(room.draft), this.#untold({ room: room.id }));
    this.#attach.show({ id: room.id, draft });
    this.#attached = draft.attachments.join();
    if (!first || !this.#typed(draft, servedDraft(room.draft))) this.#take(draft);
  }

  /** What is uploaded belongs to the draft. */
  #attachedTo() {
    const attached = this.#attach.ids.join();
    if (attached === this.#attached) return;
    this.#attached = attached;
    this.#draft.later();
  }

  /** From the room that was shown; what was begun there waits. */
  #part() {
    this.#completion.close();
    if (this.#context.edit) this.leave();
    this.#draft.save();
    this.#context.set();
    this.#limit.complain("");
  }

  /**
   * Whether the box has something else, typed or sent back before this script ran; then it stays. What the server wrote
   * into it as its own draft was not typed: ours may be newer.
   *
   * @param {Draft} draft @param {Draft} served
   */
  #typed(draft, served) {
    const field = this.#form.elements.namedItem("reply_to");
    const typed = draftOf(this.#area.value, field instanceof HTMLInputElement ? Number(field.value) || null : null, draft.attachments);
    const is = (/** @type {Draft} */ { body, reply_to }) => body === typed.body && reply_to === typed.reply_to;
    if (!typed.body || [draft, served].some(is)) return false;
    this.#answer(typed.reply_to);
    this.#draft.later();
    return true;
  }

  /** @param {Draft} draft @param {Draft} [before] */
  #take({ body, reply_to }, before = NOTHING) {
    if (this.#area.value !== body) this.#area.value = body;
    this.#completion.close();
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
  hear(room, isOwn) {
    if (room.id !== this.#room) return;
    this.#address(room); // it may be called otherwise now
    if (this.#context.edit) return;
    const theirs = servedDraft(room.draft);
    const before = this.#draft.hear(theirs, this.#area.value, isOwn);
    if (!before) return;
    this.#take(theirs, before);
    this.#attach.serve(room, before.attachments);
    this.#changed();
  }

  /** Answer or edit a message; none of a room that was left before we came to it. @param {import("./composer-context.js").Context} context */
  enter(context) {
    if (context.edit && context.edit.room !== this.#room) return;
    if (this.#context.edit) this.leave();
    this.#draft.save();
    if (context.edit) {
      this.#kept = { body: this.#area.value, reply: this.#context.reply };
      this.#area.value = context.edit.body;
    } else if (this.#area.value.trim()) {
      this.#draft.later();
    }
    this.#context.set(context);
    this.#limit.complain("");
    this.#changed();
    this.#area.focus();
  }

  /** What stands above the box while a message is edited. @param {string} text */
  about(text) {
    this.#context.about(text);
  }

  /** What is answered, or edited, may have changed. @param {(id: number) => import("../log.js").Message | undefined} find */
  renew(find) {
    this.#context.renew(find);
  }

  /** What stands in the box, and is not sent. */
  get text() {
    return this.#area.value.trim();
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
      if (this.#area.value.trim()) this.#draft.later();
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

  /** Put something in where the caret is. @param {string} text */
  insert(text) {
    insertText(this.#area, text);
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
    const attaches = this.#attach.count > 0 || this.#attach.preparing;
    if ((!body.trim() && (!attaches || this.#context.edit)) || !this.#room) return this.#area.focus();
    const { over } = this.#limit;
    if (over > 0) return this.#limit.complain(`The message is ${over.toLocaleString("en")} characters too long.`);
    if (this.#context.edit) return tell(this, "message-edit", { message: this.#context.edit, body });
    const command = COMMAND.exec(body.trimEnd());
    if (command) {
      const [, name, rest = ""] = command;
      const written = { room: this.#room, text: body, quote: this.#context.reply };
      return tell(this, "command", { ...written, name: name.toLowerCase(), rest: rest.trim() });
    }
    if (this.#asks?.(this.#room, body)) return tell(this, "message-ask", { room: this.#room });
    return this.#send();
  }

  #send() {
    const room = this.#room;
    const body = this.#area.value;
    const quote = this.#context.reply;
    const { preparing } = this.#attach;
    if (preparing) return void preparing.then(() => room === this.#room && this.#form.requestSubmit());
    const { files, problem } = this.#attach.take();
    if (problem) return this.#limit.complain(problem);
    this.#empty();
    tell(this, "message-send", { room, body, quote, files });
  }

  /** What was sent is in the outbox. @param {import("../uploads.js").Sending[]} files */
  sent(files) {
    this.#attach.forget(files);
  }

  /** Something was recorded and not sent yet. @param {number} room @param {import("../uploads.js").Sending} file */
  keepVoice(room, file) {
    return this.#attach.keep(room, file);
  }

  #empty() {
    this.#completion.close();
    this.#area.value = "";
    this.leave();
    this.#draft.forget();
    this.#area.focus();
  }

  /**
   * A command was done: it leaves the box, if it is still what stands there.
   *
   * @param {{room: number, text: string, quote?: import("../log.js").Quote}} written @param {string} [body] what is to be said for it
   */
  done({ room, text, quote }, body) {
    if (room === this.#room && !this.#context.edit && this.#area.value === text) this.#empty();
    if (this.#attach.count) this.#draft.later();
    if (body) tell(this, "message-send", { room, body, quote });
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (this.#completion.key(event)) return;
    const done = this.#means(event);
    if (done) event.preventDefault();
  }

  /** @param {KeyboardEvent} event @returns {boolean} whether it was more than a key of the text */
  #means(event) {
    if (composes(event)) return false;
    const plain = !event.shiftKey && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (event.key === "ArrowUp" && plain && !this.#area.value && !this.#context.edit) {
      tell(this, "edit-last", { room: this.#room });
      return true;
    }
    if (event.key === "Escape" && plain && (this.#context.edit || this.#context.reply)) {
      this.leave();
      return true;
    }
    if (sends(event, byThumbs() || habit("lines"))) {
      this.#form.requestSubmit();
      return true;
    }
    return format(this.#area, event);
  }

  /** @param {File[]} files */
  #files(files) {
    if (this.#context.edit) return this.#limit.complain("Files cannot be added to a message that is sent. Finish the edit first.", false);
    this.#attach.add(files);
  }

  /** @param {InputEvent} event */
  #input(event) {
    this.#completion.look(event);
    this.#changed();
    if (this.#limit.over <= 0 && this.#limit.wrong) this.#limit.complain("");
    if (this.#context.edit) return;
    this.#draft.later();
    if (this.#area.value.trim()) tell(this, "typing", { room: this.#room });
  }

  #changed() {
    tell(this, "text", { room: this.#room, body: this.#area.value });
    // Only where the browser cannot let the field grow by itself: composer.css.
    const grow = GROWS ? null : slot(this.#form, "grow");
    if (grow) grow.dataset.value = this.#area.value;
    this.#limit.count();
  }

  /** While a message is edited, what was written before waits. @returns {Draft} */
  #written() {
    const { body, reply } = this.#context.edit ? this.#kept : { body: this.#area.value, reply: this.#context.reply };
    return draftOf(body, reply?.id, this.#attach.ids);
  }
}
