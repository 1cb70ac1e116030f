/** The draft of the room that is open: kept soon after every key, and what other devices have made of it. */

import { NOTHING, isNothing, isSame, servedDraft } from "../drafts.js";

const SAVE_AFTER = 400;

/** @typedef {import("../drafts.js").Draft} Draft */

export class ComposerDraft {
  #drafts;
  #read;
  #told;
  #room = 0;
  #timer;
  #unsaved = false;
  /** What the server had as the room's draft when we last heard. @type {Draft} */
  #served = NOTHING;

  /**
   * @param {import("../drafts.js").Drafts} drafts
   * @param {() => Draft} read what is written now
   * @param {(change: {room: number, draft: Draft}) => void} told hears of each that is kept
   * @param {AbortSignal} signal
   */
  constructor(drafts, read, told, signal) {
    this.#drafts = drafts;
    this.#read = read;
    this.#told = told;
    addEventListener("pagehide", () => this.save(), { signal });
  }

  /** @param {import("../rooms.js").Room} room that is open from now on @returns {Draft} what was begun there */
  begin({ id, draft }) {
    this.#room = id;
    this.#served = servedDraft(draft);
    // What is kept here has not reached the server yet, so it is newer than what the server has.
    const kept = this.#drafts.get(id);
    return isNothing(kept) ? this.#served : kept;
  }

  /**
   * The server has another draft of the room: written, sent or dropped on another device.
   *
   * @param {Draft} theirs @param {string} written here now @param {(draft: Draft) => boolean} isOwn whether we said so ourselves
   * @returns {Draft | null} what was the draft before, if the new one is to come in its place
   */
  hear(theirs, written, isOwn) {
    if (isSame(theirs, this.#served)) return null;
    const before = this.#served;
    const untouched = !written.trim() || written === before.body;
    this.#served = theirs;
    return !untouched || this.#unsaved || isOwn(theirs) ? null : before;
  }

  /** Keep what is written, soon. */
  later() {
    clearTimeout(this.#timer);
    this.#unsaved = true;
    this.#timer = setTimeout(() => this.save(), SAVE_AFTER);
  }

  save() {
    clearTimeout(this.#timer);
    if (!this.#unsaved) return;
    this.#unsaved = false;
    const draft = this.#read();
    this.#drafts.set(this.#room, draft);
    this.#told({ room: this.#room, draft });
  }

  /** It was sent. */
  forget() {
    clearTimeout(this.#timer);
    const known = [this.#drafts.get(this.#room), this.#served].some((draft) => !isNothing(draft));
    this.#unsaved = false;
    this.#drafts.drop(this.#room);
    if (known) this.#told({ room: this.#room, draft: NOTHING });
  }
}
