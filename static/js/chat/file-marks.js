/**
 * Which rooms have files on this device that were not sent: nobody else is to load anything for them. And what was chosen
 * in this tab and is not kept yet, so that the page that comes next can say what went with this one.
 */

import { keep, kept } from "./local-storage.js";

/** @typedef {import("./tray.js").Place} Place */

export class FileMarks {
  #key;
  /** What the page before has left: names of files, by place. @type {Record<string, string[]>} */
  #left;
  /** @type {Record<string, string[]>} */
  #chosen = {};

  /** @param {number} user */
  constructor(user) {
    this.#key = `parley-files-${user}`;
    this.#left = this.#exchange({});
  }

  /** @returns {Place[]} */
  get() {
    return kept(this.#key) ?? [];
  }

  /** @param {Place[]} rooms */
  set(rooms) {
    keep(this.#key, rooms);
  }

  /** These were chosen. @param {Place} place @param {File[]} files */
  choose(place, files) {
    this.#chosen[place] = [...(this.#chosen[place] ?? []), ...files.map(({ name }) => name)];
    this.#exchange(this.#chosen);
  }

  /** These are kept, or it was said that they are not. @param {Place} place @param {File[]} files */
  settle(place, files) {
    const names = files.map(({ name }) => name);
    this.#chosen[place] = (this.#chosen[place] ?? []).filter((name) => !names.includes(name));
    this.#exchange(this.#chosen);
  }

  /** What was chosen on the page before, and perhaps not kept any more; it is told once. @param {Place} place @returns {string[]} names */
  left(place) {
    const names = this.#left[place] ?? [];
    delete this.#left[place];
    return names;
  }

  /** @param {Record<string, string[]>} chosen what is on its way in this tab @returns {Record<string, string[]>} what was before */
  #exchange(chosen) {
    try {
      const before = JSON.parse(sessionStorage.getItem(this.#key) ?? "{}");
      sessionStorage.setItem(this.#key, JSON.stringify(chosen));
      return before;
    } catch {
      return {}; // a browser that keeps nothing: then the next page does not know
    }
  }
}
