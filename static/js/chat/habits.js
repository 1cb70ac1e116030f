/** How somebody is used to write and read, on this device. */

import { keep, kept } from "./local-storage.js";

const KEY = "parley-habits";

/**
 * lines: Enter begins a new line, and Ctrl or ⌘ with it sends; manual: what was seen stays unread until one says so.
 *
 * @typedef {"lines" | "manual"} Habit
 */

/** @param {Habit} name */
export function habit(name) {
  return kept(KEY)?.[name] === true;
}

/** @param {Habit} name @param {boolean} on */
export function setHabit(name, on) {
  keep(KEY, { ...kept(KEY), [name]: on });
}
