/**
 * The way for files into the composer: chosen, pasted or dropped. What shows them comes with the first of them.
 *
 * Events: `change` where something was added, is ready or is gone; `trouble` with a sentence.
 */

import { tell } from "../events.js";
import { slot } from "../dom.js";
import { servedDraft } from "../told-drafts.js";

/**
 * @typedef {import("../file-marks.js").FileMarks} FileMarks
 * @typedef {import("./composer-tray.js").ComposerTray} ComposerTray
 * @typedef {{id: import("../tray.js").Place, draft?: {body: string, reply_to: number | null, attachments?: string[]} | null}} Attached where somebody writes:
 *   a room, or a thread under the name of its draft; and what is written there
 */

export class ComposerAttach extends EventTarget {
  #form;
  #input;
  #load;
  #marks;
  /** @type {ComposerTray | undefined} */
  #tray;
  /** @type {Promise<ComposerTray> | undefined} */
  #loading;
  /** @type {Attached | undefined} */
  #room;
  /** What was chosen is on its way into the tray. @type {Promise<void> | null} */
  #adding = null;
  /** The room whose files are all in the tray. @type {import("../tray.js").Place} */
  #ready = 0;

  /**
   * @param {HTMLFormElement} form
   * @param {object} parts
   * @param {(form: HTMLFormElement, marks: FileMarks) => Promise<ComposerTray>} parts.load
   * @param {FileMarks} parts.marks
   * @param {AbortSignal} signal
   */
  constructor(form, { load, marks }, signal) {
    super();
    this.#form = form;
    this.#load = load;
    this.#marks = marks;
    const input = /** @type {HTMLInputElement | null} */ (slot(form, "files"));
    this.#input = input;
    input?.addEventListener("change", () => this.#chosen(), { signal });
    document.addEventListener("paste", (event) => this.#paste(event), { signal });
  }

  /** @param {Attached} room that is open from now on */
  async show(room) {
    this.#room = room;
    this.#ready = 0;
    this.#chosen(); // before this script ran
    const chosen = this.#marks.left(room.id);
    const wanted = room.draft?.attachments?.length || chosen.length || this.#marks.get().includes(room.id);
    if (wanted) await this.#open().catch(() => undefined);
    if (!this.#tray || this.#room !== room) return;
    await this.#tray.show(room);
    if (this.#room === room) this.#ready = room.id;
    tell(this, "change");
    const missing = this.#tray.missing(room.id, chosen);
    if (missing) tell(this, "trouble", missing);
  }

  #chosen() {
    const files = [...(this.#input?.files ?? [])];
    if (!files.length || !this.#input) return;
    this.#input.value = "";
    this.add(files);
  }

  /** The draft has others now. @param {Attached} room @param {string[]} before what it had */
  async serve(room, before) {
    this.#room = room;
    const ids = room.draft?.attachments ?? [];
    if (ids.length) await this.#open().catch(() => undefined);
    if (!this.#tray || this.#room !== room) return;
    // The tray may have come only now, or was last in another place.
    if (this.#ready !== room.id) await this.#tray.show(room);
    this.#ready = 0;
    await this.#tray.serve(room.id, ids, before);
    if (this.#room === room) this.#ready = room.id;
  }

  /** @param {File[]} files for the room that is open */
  add(files) {
    const room = this.#room;
    if (!room || !files.length) return;
    this.#marks.choose(room.id, files);
    // One after the other: the first waits for the tray to come, and the second must not overtake it.
    const before = this.#adding ?? Promise.resolve();
    const adding = before.catch(() => undefined).then(() => this.#add(room, files)).finally(() => {
      if (this.#adding === adding) this.#adding = null;
    });
    this.#adding = adding;
  }

  /** @param {Attached} room @param {File[]} files */
  async #add(room, files) {
    const tray = await this.#open().catch(() => undefined);
    if (!tray) {
      this.#marks.settle(room.id, files);
      return tell(this, "trouble", "Files cannot be added right now. Try again when you are back online.");
    }
    // The room may have been opened again meanwhile, when there was no tray to show what is in it.
    if (this.#room?.id === room.id && this.#ready !== room.id) await this.show(this.#room);
    tell(this, "trouble", tray.add(room.id, files));
    return void tray.prepared(room.id).finally(() => this.#marks.settle(room.id, files));
  }

  /** What was recorded in a room. @param {number} room @param {import("../uploads.js").Sending} file */
  async keep(room, file) {
    const tray = await this.#open();
    // The room may be open again already, from before there was a tray to show what is in it.
    if (this.#room?.id === room && this.#ready !== room) await this.show(this.#room);
    tray.keep(room, file);
  }

  /** How many there are. */
  get count() {
    return this.#room ? (this.#tray?.count(this.#room.id) ?? 0) : 0;
  }

  /** What is uploaded, for the draft. @returns {string[]} */
  get ids() {
    if (!this.#room) return [];
    return this.#tray && this.#ready === this.#room.id ? this.#tray.ids(this.#room.id) : servedDraft(this.#room.draft).attachments;
  }

  /** When all that was chosen is there and no picture is being made smaller any more; nothing where it is so. @returns {Promise<unknown> | null} */
  get preparing() {
    if (this.#adding) return this.#adding;
    return this.#room && this.#tray ? this.#tray.preparing(this.#room.id) : null;
  }

  /** Hand over what goes with the message that is sent now. @returns {{files: import("../uploads.js").Sending[], problem: string}} */
  take() {
    return this.#room && this.#tray ? this.#tray.take(this.#room.id) : { files: [], problem: "" };
  }

  /** The outbox has them. @param {import("../uploads.js").Sending[]} files */
  forget(files) {
    if (files.length) this.#tray?.forget(files);
  }

  #open() {
    this.#loading ??= this.#load(this.#form, this.#marks).then((tray) => {
      this.#tray = tray;
      tray.addEventListener("change", () => tell(this, "change"));
      return tray;
    });
    this.#loading.catch(() => (this.#loading = undefined));
    return this.#loading;
  }

  /** Files that are pasted where nobody writes. @param {ClipboardEvent} event */
  #paste(event) {
    const files = [...(event.clipboardData?.files ?? [])];
    const written = /** @type {Element} */ (event.target).closest?.("input, textarea, [contenteditable]");
    if (written || !files.length || event.defaultPrevented || !this.#form.checkVisibility()) return;
    event.preventDefault();
    this.add(files);
  }
}
