/** The draft of the room, or the thread, that is open: kept soon after every key, and what other devices have made of it. */

import { NOTHING, isNothing } from "../drafts.js";
import { isSame, nameOf } from "../told-drafts.js";

const SAVE_AFTER = 400;

/**
 * @typedef {import("../drafts.js").Draft} Draft
 * @typedef {import("../drafts.js").Place} Place
 */

export class ComposerDraft {
  #drafts;
  #read;
  #told;
  /** @type {Place} */
  #place = { room: 0 };
  #timer;
  #unsaved = false;
  /** What the server had as its draft when we last heard. @type {Draft} */
  #served = NOTHING;

  /**
   * @param {import("../told-drafts.js").ToldDrafts} drafts
   * @param {() => Draft} read what is written now
   * @param {(change: {place: Place, draft: Draft}) => void} told hears of each that is kept
   * @param {AbortSignal} signal
   */
  constructor(drafts, read, told, signal) {
    this.#drafts = drafts;
    this.#read = read;
    this.#told = told;
    addEventListener("pagehide", () => this.save(), { signal });
  }

  /**
   * @param {Place} place that is open from now on @param {Draft} served what the server has
   * @param {boolean} [untold] whether the server has not heard the last of it: that may be that it was sent
   * @returns {Draft} what was begun there
   */
  begin(place, served, untold = false) {
    this.#place = place;
    this.#served = served;
    // What is kept here has not reached the server yet, so it is newer than what the server has.
    const kept = this.#drafts.get(nameOf(place));
    if (!isNothing(kept) || untold) return kept;
    if (!this.#drafts.hasEnded(nameOf(place), served)) return served;
    this.#told({ place, draft: NOTHING });
    return NOTHING;
  }

  /**
   * The server has another draft of this place: written, sent or dropped on another device.
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
    if (isNothing(draft)) this.#drafts.end(nameOf(this.#place), this.#served);
    else this.#drafts.set(nameOf(this.#place), draft);
    this.#told({ place: this.#place, draft });
  }

  /** It was sent. */
  forget() {
    clearTimeout(this.#timer);
    const name = nameOf(this.#place);
    const known = [this.#drafts.get(name), this.#served].some((draft) => !isNothing(draft));
    this.#unsaved = false;
    this.#drafts.end(name, this.#served);
    if (known) this.#told({ place: this.#place, draft: NOTHING });
  }
}
