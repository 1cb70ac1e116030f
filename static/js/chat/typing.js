/**
 * Who is writing where, and how often we say that we are.
 *
 * A sign of typing lives six seconds: whoever vanishes stops typing without telling anybody.
 *
 * Events: `change` with detail.room.
 */

import { tell } from "./events.js";
import { TYPING_EVERY, TYPING_LASTS } from "./protocol.js";

export class Typing extends EventTarget {
  #lasts;
  /** @type {Map<number, Map<number, any>>} timers by room and user */
  #rooms = new Map();

  constructor(lasts = TYPING_LASTS) {
    super();
    this.#lasts = lasts;
  }

  /** @param {number} room @returns {number[]} users, in the order in which they began */
  in(room) {
    return [...(this.#rooms.get(room)?.keys() ?? [])];
  }

  /** @param {number} room @param {number} user */
  heard(room, user) {
    const users = this.#rooms.get(room) ?? new Map();
    this.#rooms.set(room, users);
    clearTimeout(users.get(user));
    users.set(user, setTimeout(() => this.stopped(room, user), this.#lasts));
    tell(this, "change", { room });
  }

  /** Forget everybody, without a word. */
  stop() {
    for (const users of this.#rooms.values()) for (const timer of users.values()) clearTimeout(timer);
    this.#rooms.clear();
  }

  /** Their message arrived, or their time is over. @param {number} room @param {number} user */
  stopped(room, user) {
    const users = this.#rooms.get(room);
    if (!users?.has(user)) return;
    clearTimeout(users.get(user));
    users.delete(user);
    tell(this, "change", { room });
  }
}

/**
 * @param {string[]} names
 * @returns {string}
 */
export function typingLine(names) {
  if (names.length === 0) return "";
  if (names.length === 1) return `${names[0]} is writing`;
  if (names.length === 2) return `${names[0]} and ${names[1]} are writing`;
  return "Several people are writing";
}

/** Lets `typing.start` through at most once in three seconds and room. */
export class TypingThrottle {
  /** @type {Map<number, number>} */
  #told = new Map();

  /** @param {number} room @param {number} now */
  allows(room, now) {
    if (now - (this.#told.get(room) ?? -Infinity) < TYPING_EVERY) return false;
    this.#told.set(room, now);
    return true;
  }

  /** The message is sent: the next key is news again. @param {number} room */
  reset(room) {
    this.#told.delete(room);
  }
}
