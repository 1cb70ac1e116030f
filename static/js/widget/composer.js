/** Where a visitor writes: a field that sends by Enter, keeps what was begun, and says what is wrong. */

import { ComposerLimit } from "../chat/elements/composer-limit.js";
import { slot } from "../chat/dom.js";
import { draftOf } from "../chat/drafts.js";
import { Failure } from "../chat/failure.js";
import { sends } from "../chat/writing-keys.js";

const SAVE_AFTER = 400;
const GROWS = globalThis.CSS?.supports("field-sizing", "content");

export class Composer {
  #form;
  #area;
  #limit;
  #drafts;
  #room;
  #timer;

  /**
   * @param {HTMLElement} panel
   * @param {{room: number, limit: number, placeholder: string, drafts: import("../chat/drafts.js").Drafts, send: (body: string) => Promise<void> | void, typed: () => void}} parts
   *   send: where it answers a promise, the text stays until that is kept
   * @param {AbortSignal} signal
   */
  constructor(panel, { room, limit, placeholder, drafts, send, typed }, signal) {
    this.#room = room;
    this.#drafts = drafts;
    this.#form = /** @type {HTMLFormElement} */ (slot(panel, "composer"));
    this.#area = /** @type {HTMLTextAreaElement} */ (this.#form.querySelector("textarea"));
    this.#limit = new ComposerLimit(this.#form, this.#area, limit);
    this.#area.value = drafts.get(room).body;
    this.#area.placeholder = placeholder;
    this.#area.disabled = false;
    this.#changed();
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit(send);
    }, { signal });
    this.#area.addEventListener("keydown", (event) => {
      if (!sends(event, matchMedia("(pointer: coarse)").matches)) return;
      event.preventDefault();
      this.#submit(send);
    }, { signal });
    this.#area.addEventListener("input", () => {
      this.#changed();
      if (this.#limit.over <= 0 && this.#limit.wrong) this.#limit.complain("");
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#save(), SAVE_AFTER);
      if (this.#area.value.trim()) typed();
    }, { signal });
    addEventListener("pagehide", () => this.#save(), { signal });
    signal.addEventListener("abort", () => this.#save());
  }

  focus() {
    if (matchMedia("(pointer: fine)").matches) this.#area.focus({ preventScroll: true });
  }

  /** What is written is for this room from now on. @param {number} room */
  moveTo(room) {
    if (room === this.#room) return;
    this.#drafts.drop(this.#room);
    this.#room = room;
  }

  /** @param {(body: string) => Promise<void> | void} send */
  async #submit(send) {
    const body = this.#area.value;
    if (!body.trim()) return this.#area.focus();
    if (this.#limit.over > 0) return this.#limit.complain(`The message is ${this.#limit.over.toLocaleString("en")} characters too long.`);
    if (this.#area.readOnly) return undefined;
    const sent = send(body);
    if (sent && !(await this.#isSent(sent))) return undefined;
    this.#area.value = "";
    this.#changed();
    this.#save();
    return this.#area.focus({ preventScroll: true });
  }

  /** @param {Promise<void>} sent @returns {Promise<boolean>} if not, it says why, and the text stays */
  async #isSent(sent) {
    this.#limit.complain("");
    this.#area.readOnly = true;
    try {
      await sent;
      return true;
    } catch (error) {
      this.#limit.complain(Failure.from(error).detail || "This could not be sent. Your text is kept; try again in a moment.");
      return false;
    } finally {
      this.#area.readOnly = false;
    }
  }

  #save() {
    clearTimeout(this.#timer);
    this.#drafts.set(this.#room, draftOf(this.#area.value));
  }

  #changed() {
    const grow = GROWS ? null : slot(this.#form, "grow");
    if (grow) grow.dataset.value = this.#area.value;
    this.#limit.count();
  }
}
