/** The box in which a thread is answered. What is begun in it is kept on this device, under the thread. */

import { draftOf } from "../drafts.js";
import { habit } from "../habits.js";
import { byThumbs } from "../touch.js";
import { ComposerCompletion } from "./composer-completion.js";
import { format, pasteLink, sends } from "./composer-keys.js";
import { ComposerLimit } from "./composer-limit.js";

/** Where the server has not said otherwise (characters). */
const LONGEST = 10_000;

export class ThreadComposer {
  #area;
  #drafts;
  #limit;
  #completion;
  #send;
  /** Under which name the draft is kept. */
  #name = "";

  /**
   * @param {HTMLFormElement} form
   * @param {object} parts
   * @param {import("../drafts.js").Drafts} parts.drafts
   * @param {number} [parts.limit] characters
   * @param {ConstructorParameters<typeof ComposerCompletion>[2]} parts.find what can stand where somebody writes
   * @param {(body: string) => Promise<boolean>} parts.send answers whether it was sent
   * @param {AbortSignal} signal
   */
  constructor(form, { drafts, limit = LONGEST, find, send }, signal) {
    this.#area = /** @type {HTMLTextAreaElement} */ (form.elements.namedItem("body"));
    this.#drafts = drafts;
    this.#send = send;
    this.#limit = new ComposerLimit(form, this.#area, limit);
    this.#completion = new ComposerCompletion(form, this.#area, find, signal);
    form.noValidate = true;
    form.addEventListener("submit", (event) => this.#submit(event), { signal });
    this.#area.addEventListener("input", (event) => this.#input(/** @type {InputEvent} */ (event)), { signal });
    this.#area.addEventListener("keydown", (event) => this.#key(event), { signal });
    this.#area.addEventListener("paste", (event) => pasteLink(this.#area, event) && event.preventDefault(), { signal });
  }

  /** Take up what was begun in a thread. @param {number} root the id of what it begins with */
  show(root) {
    this.#name = `thread-${root}`;
    this.#area.value = this.#drafts.get(this.#name).body;
    this.#limit.complain("");
    this.#limit.count();
  }

  focus() {
    this.#area.focus();
  }

  close() {
    this.#completion.close();
  }

  /** @param {InputEvent} event */
  #input(event) {
    this.#completion.look(event);
    this.#limit.count();
    if (this.#limit.over <= 0 && this.#limit.wrong) this.#limit.complain("");
    this.#drafts.set(this.#name, draftOf(this.#area.value));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (this.#completion.key(event)) return;
    const sent = sends(event, byThumbs() || habit("lines"));
    if (sent) this.#area.form?.requestSubmit();
    if (sent || format(this.#area, event)) event.preventDefault();
  }

  /** @param {Event} event */
  async #submit(event) {
    event.preventDefault();
    const [name, body] = [this.#name, this.#area.value];
    if (!body.trim()) return this.#limit.complain("Write something first.");
    if (this.#limit.over > 0) return this.#limit.complain(`The message is ${this.#limit.over.toLocaleString("en")} characters too long.`);
    if (!(await this.#send(body))) return undefined;
    this.#drafts.drop(name);
    if (name !== this.#name || this.#area.value !== body) return undefined;
    this.#completion.close();
    this.#area.value = "";
    this.#limit.complain("");
    this.#limit.count();
    return this.focus();
  }
}
