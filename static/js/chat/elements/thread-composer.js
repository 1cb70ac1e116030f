/** The box in which a thread is answered. What is begun in it belongs to that thread, on all devices. */

import { slot } from "../dom.js";
import { draftOf } from "../drafts.js";
import { on } from "../events.js";
import { habit } from "../habits.js";
import { insertText } from "../text-input.js";
import { nameOf, servedIn } from "../told-drafts.js";
import { byThumbs } from "../touch.js";
import { composes, sends } from "../writing-keys.js";
import { ComposerAttach } from "./composer-attach.js";
import { ComposerCompletion } from "./composer-completion.js";
import { ComposerContext } from "./composer-context.js";
import { ComposerDraft } from "./composer-draft.js";
import { watchDrops, watchPastes } from "./composer-drop.js";
import { format } from "./composer-keys.js";
import { ComposerLimit } from "./composer-limit.js";

/** Where the server has not said otherwise (characters). */
const LONGEST = 10_000;

/**
 * @typedef {import("../drafts.js").Draft} Draft
 * @typedef {import("../drafts.js").Place} Place
 * @typedef {import("../log.js").Quote} Quote
 * @typedef {import("../rooms.js").Room} Room
 */

export class ThreadComposer {
  #form;
  #area;
  #context;
  #draft;
  #isOwn;
  #quoted;
  #limit;
  #completion;
  #attach;
  #typed;
  #meant;
  #send;
  /** Which thread it is. @type {Place} */
  #place = { room: 0 };
  /** What the draft says is attached. */
  #attached = "";

  /**
   * @param {HTMLElement} pane on all of which files can be dropped
   * @param {HTMLFormElement} form
   * @param {object} parts
   * @param {object} parts.drafting
   * @param {import("../told-drafts.js").ToldDrafts} parts.drafting.drafts
   * @param {(change: {place: Place, draft: Draft}) => void} parts.drafting.drafted a draft has changed here
   * @param {(place: Place, draft: Draft) => boolean} parts.drafting.ownDraft whether a draft is what this device has said
   * @param {(room: number, id: number) => Promise<Quote | null | undefined>} parts.drafting.quoted what a message says; null where it is gone
   * @param {number} [parts.limit] characters
   * @param {ConstructorParameters<typeof ComposerAttach>[1]} parts.attaching
   * @param {(at: Element, chosen: (emoji: string) => unknown) => unknown} parts.pickEmoji
   * @param {ConstructorParameters<typeof ComposerCompletion>[2]} parts.find what can stand where somebody writes
   * @param {() => unknown} parts.typed hears that somebody writes
   * @param {(body: string) => Promise<boolean>} parts.meant whether it shall be sent
   * @param {(message: {body: string, quote?: Quote, files: import("../uploads.js").Sending[]}) => Promise<unknown>} parts.send
   * @param {AbortSignal} signal
   */
  constructor(pane, form, { drafting, limit = LONGEST, attaching, pickEmoji, find, typed, meant, send }, signal) {
    const area = /** @type {HTMLTextAreaElement} */ (form.elements.namedItem("body"));
    this.#form = form;
    this.#area = area;
    this.#draft = new ComposerDraft(drafting.drafts, () => this.#written(), drafting.drafted, signal);
    this.#context = new ComposerContext(form);
    this.#isOwn = drafting.ownDraft;
    this.#quoted = drafting.quoted;
    this.#typed = typed;
    this.#meant = meant;
    this.#send = send;
    this.#limit = new ComposerLimit(form, area, limit);
    this.#completion = new ComposerCompletion(form, area, find, signal);
    this.#attach = new ComposerAttach(form, attaching, signal);
    form.noValidate = true;
    if (byThumbs()) area.enterKeyHint = "enter";
    form.addEventListener("submit", (event) => this.#submit(event), { signal });
    area.addEventListener("input", (event) => this.#input(/** @type {InputEvent} */ (event)), { signal });
    area.addEventListener("keydown", (event) => this.#key(event), { signal });
    watchPastes(area, (files) => this.#attach.add(files), signal);
    watchDrops(pane, area, (files) => this.#attach.add(files), signal);
    on(this.#attach, "change", () => this.#attachedTo(), signal);
    on(this.#attach, "trouble", (sentence) => this.#limit.complain(sentence), signal);
    slot(form, "context")?.addEventListener("click", ({ target }) => /** @type {Element} */ (target).closest("button") && this.#answer(), { signal });
    const insert = (/** @type {string} */ emoji) => insertText(area, emoji);
    form.querySelector("[data-action=emoji]")?.addEventListener("click", ({ currentTarget }) => pickEmoji(/** @type {Element} */ (currentTarget), insert), { signal });
  }

  /** Take up what was begun in a thread; what was begun in the one before waits there. @param {Place} place @param {Room | undefined} room */
  show(place, room) {
    this.leave();
    this.#place = place;
    const served = servedIn(room, place);
    const draft = this.#draft.begin(place, served);
    this.#attached = draft.attachments.join();
    this.#area.value = draft.body;
    this.#context.set();
    this.#recall(draft.reply_to);
    this.#limit.complain("");
    this.#limit.count();
    this.#attach.show(this.#attaching(served));
  }

  /**
   * The server has another draft of this thread: written, sent or dropped on another device. It comes in where nothing
   * was written here.
   *
   * @param {Room | undefined} room
   */
  hear(room) {
    const place = this.#place;
    if (room?.id !== place.room) return;
    const theirs = servedIn(room, place);
    const before = this.#draft.hear(theirs, this.#area.value, (draft) => this.#isOwn(place, draft));
    if (!before) return;
    if (this.#area.value !== theirs.body) this.#area.value = theirs.body;
    if (!theirs.reply_to && before.reply_to) this.#context.found(before.reply_to, null);
    this.#recall(theirs.reply_to);
    this.#completion.close();
    this.#limit.count();
    this.#attach.serve(this.#attaching(theirs), before.attachments);
  }

  focus() {
    this.#area.focus();
  }

  /** Answer one of the replies, or with none what the thread begins with. @param {Quote} [quote] */
  answer(quote) {
    this.#answer(quote);
    this.focus();
  }

  /** What is answered may have changed. @param {(id: number) => import("../log.js").Message | undefined} find */
  renew(find) {
    this.#context.renew(find);
  }

  /** What stands in the box, and is not sent. */
  get text() {
    return this.#area.value.trim();
  }

  /** @param {Quote} [quote] */
  #answer(quote) {
    this.#context.set({ reply: quote });
    if (this.#area.value.trim()) this.#draft.later();
  }

  /** A draft answers this message; what it says is still to be found. @param {number | null} id */
  async #recall(id) {
    if (!id || !this.#context.answer(id)) return;
    const quote = await this.#quoted(this.#place.room, id);
    if (quote !== undefined) this.#context.found(id, quote);
  }

  /** Nobody writes here any more; what is begun is kept. */
  leave() {
    this.#completion.close();
    this.#draft.save();
  }

  /** What is uploaded belongs to the draft. */
  #attachedTo() {
    const attached = this.#attach.ids.join();
    if (attached === this.#attached) return;
    this.#attached = attached;
    this.#draft.later();
  }

  /** @param {Draft} served @returns {import("./composer-attach.js").Attached} */
  #attaching(served) {
    return { id: nameOf(this.#place), draft: { ...served, updated_at: "" } };
  }

  /** Without a quote it answers what the thread begins with. */
  #written() {
    return draftOf(this.#area.value, this.#context.reply?.id, this.#attach.ids);
  }

  /** @param {InputEvent} event */
  #input(event) {
    this.#completion.look(event);
    this.#limit.count();
    if (this.#limit.over <= 0 && this.#limit.wrong) this.#limit.complain("");
    this.#draft.later();
    if (this.#area.value.trim()) this.#typed();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (this.#completion.key(event)) return;
    const sent = sends(event, byThumbs() || habit("lines"));
    const left = event.key === "Escape" && !composes(event) && Boolean(this.#context.reply);
    if (sent) this.#form.requestSubmit();
    if (left) this.#answer();
    if (sent || left || format(this.#area, event)) event.preventDefault();
  }

  /** @param {Event} event */
  async #submit(event) {
    event.preventDefault();
    const [place, body] = [this.#place, this.#area.value];
    const { preparing } = this.#attach;
    if (!body.trim() && !this.#attach.count && !preparing) return this.focus();
    if (this.#limit.over > 0) return this.#limit.complain(`The message is ${this.#limit.over.toLocaleString("en")} characters too long.`);
    if (preparing) return void preparing.then(() => place === this.#place && this.#form.requestSubmit());
    if (!(await this.#meant(body)) || place !== this.#place || body !== this.#area.value) return undefined;
    const { files, problem } = this.#attach.take();
    if (problem) return this.#limit.complain(problem);
    const quote = this.#context.reply;
    this.#empty();
    await this.#send({ body, quote, files });
    return this.#attach.forget(files);
  }

  #empty() {
    this.#completion.close();
    this.#area.value = "";
    this.#context.set();
    this.#draft.forget();
    this.#limit.complain("");
    this.#limit.count();
    this.focus();
  }
}
