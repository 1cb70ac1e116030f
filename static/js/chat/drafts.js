/** What is written and not yet sent, by room; it survives leaving the room and the page. */

/** @typedef {{body: string, reply_to: number | null}} Draft reply_to: the id of the message it answers */

/** @type {Readonly<Draft>} */
export const NOTHING = Object.freeze({ body: "", reply_to: null });

/** Nothing but blanks is no draft. @param {string} body @param {number | null | undefined} [reply_to] @returns {Draft} */
export function draftOf(body, reply_to) {
  return body.trim() ? { body, reply_to: reply_to ?? null } : NOTHING;
}

/** @param {Draft} one @param {Draft} other */
export function isSame(one, other) {
  return one.body === other.body && one.reply_to === other.reply_to;
}

export class Drafts {
  #prefix;
  #storage;
  /** Stands in where the browser refuses to store. @type {Map<number, Draft>} */
  #memory = new Map();

  /** @param {number} user @param {Storage | undefined} [storage] */
  constructor(user, storage = safeStorage()) {
    this.#prefix = `parley-draft-${user}-`;
    this.#storage = storage;
  }

  /** @param {number} room @returns {Draft} */
  get(room) {
    return this.#memory.get(room) ?? read(this.#storage?.getItem(this.#prefix + room));
  }

  /** @param {number} room @param {Draft} draft */
  set(room, draft) {
    if (!draft.body) return this.drop(room);
    try {
      this.#storage?.setItem(this.#prefix + room, JSON.stringify(draft));
      this.#memory.delete(room);
      if (this.#storage) return;
    } catch {
      // The quota is used up: below.
    }
    this.#memory.set(room, draft);
  }

  /** @param {number} room */
  drop(room) {
    this.#memory.delete(room);
    this.#storage?.removeItem(this.#prefix + room);
  }
}

/** @param {string | null | undefined} kept */
function read(kept) {
  if (!kept) return NOTHING;
  try {
    const { body, reply_to } = JSON.parse(kept);
    if (typeof body === "string") return draftOf(body, reply_to);
  } catch {
    // It is a text without anything around it.
  }
  return draftOf(kept);
}

/** Merely touching localStorage throws where cookies are blocked. */
function safeStorage() {
  try {
    return globalThis.localStorage;
  } catch {
    return undefined;
  }
}
