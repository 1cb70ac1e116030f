/** What is written and not yet sent, by room or by thread; it survives leaving the room and the page. */

import { localStorageOrNone } from "./local-storage.js";

/**
 * @typedef {{body: string, reply_to: number | null, attachments: string[]}} Draft reply_to: the id of the message it
 *   answers; attachments: the ids of what is uploaded for it
 * @typedef {{room: number, root?: number}} Place where it is written: in a room, or in the thread that begins with the
 *   message of this id
 */

/** @type {Readonly<Draft>} */
export const NOTHING = Object.freeze({ body: "", reply_to: null, attachments: /** @type {string[]} */ (Object.freeze([])) });

/**
 * Nothing but blanks is no draft, unless there are files.
 *
 * @param {string} body @param {number | null | undefined} [reply_to] @param {string[]} [attachments] @returns {Draft}
 */
export function draftOf(body, reply_to, attachments = []) {
  return body.trim() || attachments.length ? { body, reply_to: reply_to ?? null, attachments } : NOTHING;
}

/** @param {Draft} draft */
export function isNothing({ body, attachments }) {
  return !body && !attachments.length;
}

export class Drafts {
  #prefix;
  #storage;
  /** Stands in where the browser refuses to store. @type {Map<number | string, Draft>} */
  #memory = new Map();

  /** @param {number} user @param {Storage | undefined} [storage] */
  constructor(user, storage = localStorageOrNone()) {
    this.#prefix = `parley-draft-${user}-`;
    this.#storage = storage;
  }

  /** @param {number | string} room @returns {Draft} */
  get(room) {
    return this.#memory.get(room) ?? read(this.#storage?.getItem(this.#prefix + room));
  }

  /** @param {number | string} room @param {Draft} draft */
  set(room, draft) {
    if (isNothing(draft)) return this.drop(room);
    try {
      this.#storage?.setItem(this.#prefix + room, JSON.stringify(draft));
      this.#memory.delete(room);
      if (this.#storage) return;
    } catch {
      // The quota is used up: below.
    }
    this.#memory.set(room, draft);
  }

  /** @param {number | string} room */
  drop(room) {
    this.#memory.delete(room);
    this.#storage?.removeItem(this.#prefix + room);
  }
}

/** @param {string | null | undefined} kept */
function read(kept) {
  if (!kept) return NOTHING;
  try {
    const { body, reply_to, attachments } = JSON.parse(kept);
    if (typeof body === "string") return draftOf(body, reply_to, attachments);
  } catch {
    // It is a text without anything around it.
  }
  return draftOf(kept);
}
