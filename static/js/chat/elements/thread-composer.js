/** The box in which a thread is answered. What is begun in it is kept on this device, under the thread. */

import { draftOf } from "../drafts.js";
import { on } from "../events.js";
import { habit } from "../habits.js";
import { insertText } from "../text-input.js";
import { byThumbs } from "../touch.js";
import { ComposerAttach } from "./composer-attach.js";
import { ComposerCompletion } from "./composer-completion.js";
import { watchDrops, watchPastes } from "./composer-drop.js";
import { format, sends } from "./composer-keys.js";
import { ComposerLimit } from "./composer-limit.js";

/** Where the server has not said otherwise (characters). */
const LONGEST = 10_000;

export class ThreadComposer {
  #form;
  #area;
  #drafts;
  #limit;
  #completion;
  #attach;
  #meant;
  #send;
  /** Under which name the draft is kept. */
  #name = "";

  /**
   * @param {HTMLElement} pane on all of which files can be dropped
   * @param {HTMLFormElement} form
   * @param {object} parts
   * @param {import("../drafts.js").Drafts} parts.drafts
   * @param {number} [parts.limit] characters
   * @param {ConstructorParameters<typeof ComposerAttach>[1]} parts.attaching
   * @param {(at: Element, chosen: (emoji: string) => unknown) => unknown} parts.pickEmoji
   * @param {ConstructorParameters<typeof ComposerCompletion>[2]} parts.find what can stand where somebody writes
   * @param {(body: string) => Promise<boolean>} parts.meant whether it shall be sent
   * @param {(body: string, files: import("../uploads.js").Sending[]) => Promise<unknown>} parts.send
   * @param {AbortSignal} signal
   */
  constructor(pane, form, { drafts, limit = LONGEST, attaching, pickEmoji, find, meant, send }, signal) {
    const area = /** @type {HTMLTextAreaElement} */ (form.elements.namedItem("body"));
    this.#form = form;
    this.#area = area;
    this.#drafts = drafts;
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
    on(this.#attach, "change", () => this.#keep(), signal);
    on(this.#attach, "trouble", (sentence) => this.#limit.complain(sentence), signal);
    const insert = (/** @type {string} */ emoji) => insertText(area, emoji);
    form.querySelector("[data-action=emoji]")?.addEventListener("click", ({ currentTarget }) => pickEmoji(/** @type {Element} */ (currentTarget), insert), { signal });
  }

  /** Take up what was begun in a thread. @param {number} root the id of what it begins with */
  show(root) {
    this.#name = `thread-${root}`;
    const draft = this.#drafts.get(this.#name);
    this.#area.value = draft.body;
    this.#limit.complain("");
    this.#limit.count();
    this.#attach.show({ id: this.#name, draft: { ...draft, updated_at: "" } });
  }

  focus() {
    this.#area.focus();
  }

  close() {
    this.#completion.close();
  }

  #keep() {
    this.#drafts.set(this.#name, draftOf(this.#area.value, null, this.#attach.ids));
  }

  /** @param {InputEvent} event */
  #input(event) {
    this.#completion.look(event);
    this.#limit.count();
    if (this.#limit.over <= 0 && this.#limit.wrong) this.#limit.complain("");
    this.#keep();
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
    const [name, body] = [this.#name, this.#area.value];
    const { preparing } = this.#attach;
    if (!body.trim() && !this.#attach.count && !preparing) return this.#limit.complain("Write something first.");
    if (this.#limit.over > 0) return this.#limit.complain(`The message is ${this.#limit.over.toLocaleString("en")} characters too long.`);
    if (preparing) return void preparing.then(() => name === this.#name && this.#form.requestSubmit());
    if (!(await this.#meant(body)) || name !== this.#name || body !== this.#area.value) return undefined;
    const { files, problem } = this.#attach.take();
    if (problem) return this.#limit.complain(problem);
    this.#empty();
    await this.#send(body, files);
    return this.#attach.forget(files);
  }

  #empty() {
    this.#completion.close();
    this.#area.value = "";
    this.#drafts.drop(this.#name);
    this.#limit.complain("");
    this.#limit.count();
    this.focus();
  }
}
