/**
 * Proposals above the box for what is being written: "@" people, "#" rooms, ":" emoji, "/" commands. One list for all
 * of them. Typing waits for nothing here.
 */

import { cloneTemplate, fill, fillFace, slot } from "../dom.js";
import { insertText } from "../text-input.js";
import { tokenAt } from "../token.js";
import { Combobox } from "./combobox.js";

/**
 * @typedef {import("../candidates.js").Candidate} Candidate
 * @typedef {import("../token.js").Token} Token
 */

const LABELS = { person: "People", room: "Rooms", emoji: "Emoji", command: "Commands" };

export class ComposerCompletion {
  #area;
  #list;
  #combobox;
  #find;
  /** @type {Token | null} */
  #token = null;
  /** Where a token begins that was dismissed: it stays so. */
  #dismissed = -1;
  /** @type {Candidate[]} */
  #shown = [];
  #asking = new AbortController();

  /**
   * @param {HTMLElement} form @param {HTMLTextAreaElement} area
   * @param {(token: Token, show: (candidates: Candidate[]) => void, signal: AbortSignal) => Promise<unknown>} find
   * @param {AbortSignal} signal
   */
  constructor(form, area, find, signal) {
    this.#area = area;
    this.#find = find;
    this.#list = /** @type {HTMLElement} */ (slot(form, "proposals"));
    this.#combobox = new Combobox(area, this.#list, {}, signal);
    this.#combobox.addEventListener("choose", (event) => this.#choose(/** @type {CustomEvent} */ (event).detail), { signal });
    area.addEventListener("blur", () => this.close(), { signal });
    // Moving the caret out of a word ends what is proposed for it.
    document.addEventListener("selectionchange", () => this.#combobox.open && this.look(), { signal });
    area.addEventListener("compositionstart", () => this.close(), { signal });
    area.addEventListener("compositionend", () => this.look(), { signal });
  }

  /** Something was typed. @param {{isComposing?: boolean}} [event] */
  look(event) {
    if (event?.isComposing) return;
    const { value, selectionStart: start, selectionEnd: end } = this.#area;
    const token = start === end ? tokenAt(value, start) : null;
    if (token?.start !== this.#dismissed) this.#dismissed = -1;
    if (!token || token.start === this.#dismissed) return this.close();
    if (this.#token && token.start === this.#token.start && token.end === this.#token.end && token.query === this.#token.query) return;
    this.#ask(token);
  }

  /** @param {KeyboardEvent} event @returns {boolean} whether it was for the list */
  key(event) {
    const start = this.#token?.start ?? -1;
    const handled = this.#combobox.key(event);
    if (handled && event.key === "Escape") {
      this.#dismissed = start;
      this.close();
    }
    return handled;
  }

  close() {
    this.#asking.abort();
    this.#token = null;
    this.#combobox.close();
  }

  /** @param {Token} token */
  #ask(token) {
    this.#asking.abort();
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    if (token.start !== this.#token?.start) this.#combobox.close();
    this.#token = token;
    const show = (/** @type {Candidate[]} */ candidates) => signal.aborted || this.#show(token, candidates);
    // What cannot be had is not proposed; the text can be written all the same.
    this.#find(token, show, signal).catch(() => undefined);
  }

  /** @param {Token} token @param {Candidate[]} candidates */
  #show(token, candidates) {
    if (document.activeElement !== this.#area) return;
    // What is written out needs no list, and Enter sends.
    const [only, ...others] = candidates;
    const written = !others.length && !only?.outside && only?.text === this.#area.value.slice(token.start, token.end);
    this.#shown = written ? [] : candidates;
    this.#list.setAttribute("aria-label", LABELS[token.kind]);
    this.#combobox.show(this.#shown.map(optionOf));
  }

  /** @param {HTMLElement} option */
  #choose(option) {
    const token = this.#token;
    const candidate = this.#shown.find(({ key }) => key === option.dataset.key);
    this.close();
    if (!token || !candidate) return;
    const { value } = this.#area;
    const space = /^\s/.test(value.slice(token.end)) ? "" : " ";
    insertText(this.#area, candidate.text + space, token.start, token.end);
  }
}

/** @param {Candidate} candidate */
export function optionOf({ key, name, note, face, glyph }) {
  const option = cloneTemplate("t-option");
  option.dataset.key = key;
  const avatar = /** @type {HTMLElement} */ (slot(option, "avatar"));
  const sign = /** @type {HTMLElement} */ (slot(option, "glyph"));
  avatar.hidden = !face;
  sign.hidden = Boolean(face);
  if (face) {
    avatar.classList.add(`avatar--${face.hue}`);
    avatar.classList.toggle("avatar--room", Boolean(face.square));
    fill(option, "initials", face.initials);
    fillFace(avatar, face.avatar);
  } else {
    sign.textContent = glyph ?? "";
  }
  fill(option, "option-name", name);
  fill(option, "option-note", note);
  return option;
}
