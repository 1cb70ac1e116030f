/** The box in which a thread is answered. What is begun in it belongs to that thread, on all devices. */

import { draftOf } from "../drafts.js";
import { on } from "../events.js";
import { habit } from "../habits.js";
import { insertText } from "../text-input.js";
import { nameOf, servedIn } from "../told-drafts.js";
import { byThumbs } from "../touch.js";
import { ComposerAttach } from "./composer-attach.js";
import { ComposerCompletion } from "./composer-completion.js";
import { ComposerDraft } from "./composer-draft.js";
import { watchDrops, watchPastes } from "./composer-drop.js";
import { format, sends } from "./composer-keys.js";
import { ComposerLimit } from "./composer-limit.js";

/** Where the server has not said otherwise (characters). */
const LONGEST = 10_000;

/**
 * @typedef {import("../drafts.js").Draft} Draft
 * @typedef {import("../drafts.js").Place} Place
 * @typedef {import("../rooms.js").Room} Room
 */

export class ThreadComposer {
  #form;
  #area;
  #draft;
  #isOwn;
  #limit;
  #completion;
  #attach;
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
   * @param {number} [parts.limit] characters
   * @param {ConstructorParameters<typeof ComposerAttach>[1]} parts.attaching
   * @param {(at: Element, chosen: (emoji: string) => unknown) => unknown} parts.pickEmoji
   * @param {ConstructorParameters<typeof ComposerCompletion>[2]} parts.find what can stand where somebody writes
   * @param {(body: string) => Promise<boolean>} parts.meant whether it shall be sent
   * @param {(body: string, files: import("../uploads.js").Sending[]) => Promise<unknown>} parts.send
   * @param {AbortSignal} signal
   */
  constructor(pane, form, { drafting, limit = LONGEST, attaching, pickEmoji, find, meant, send }, signal) {
    const area = /** @type {HTMLTextAreaElement} */ (form.elements.namedItem("body"));
    this.#form = form;
    this.#area = area;
    this.#draft = new ComposerDraft(drafting.drafts, () => this.#written(), drafting.drafted, signal);
    this.#isOwn = drafting.ownDraft;
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
    this.#completion.close();
    this.#limit.count();
    this.#attach.serve(this.#attaching(theirs), before.attachments);
  }

  focus() {
    this.#area.focus();
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

  /** It answers what the thread begins with, and quotes nothing. */
  #written() {
    return draftOf(this.#area.value, null, this.#attach.ids);
  }

  /** @param {InputEvent} event */
  #input(event) {
    this.#completion.look(event);
    this.#limit.count();
    if (this.#limit.over <= 0 && this.#limit.wrong) this.#limit.complain("");
    this.#draft.later();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (this.#completion.key(event)) return;
    const sent = sends(event, byThumbs() || habit("lines"));
    if (sent) this.#form.requestSubmit();
    if (sent || format(this.#area, event)) event.preventDefault();
  }

  /** @param {Event} event */
  async #submit(event) {
    event.preventDefault();
    const [place, body] = [this.#place, this.#area.value];
    const { preparing } = this.#attach;
    if (!body.trim() && !this.#attach.count && !preparing) return this.#limit.complain("Write something first.");
    if (this.#limit.over > 0) return this.#limit.complain(`The message is ${this.#limit.over.toLocaleString("en")} characters too long.`);
    if (preparing) return void preparing.then(() => place === this.#place && this.#form.requestSubmit());
    if (!(await this.#meant(body)) || place !== this.#place || body !== this.#area.value) return undefined;
    const { files, problem } = this.#attach.take();
    if (problem) return this.#limit.complain(problem);
    this.#empty();
    await this.#send(body, files);
    return this.#attach.forget(files);
  }

  #empty() {
    this.#completion.close();
    this.#area.value = "";
    this.#draft.forget();
    this.#limit.complain("");
    this.#limit.count();
    this.focus();
  }
}
