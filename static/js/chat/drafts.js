/** What is written and not yet sent, by room; it survives leaving the room and the page. */

export class Drafts {
  #prefix;
  #storage;
  /** Stands in where the browser refuses to store. @type {Map<number, string>} */
  #memory = new Map();

  /** @param {number} user @param {Storage | undefined} [storage] */
  constructor(user, storage = safeStorage()) {
    this.#prefix = `parley-draft-${user}-`;
    this.#storage = storage;
  }

  /** @param {number} room */
  get(room) {
    return this.#memory.get(room) ?? this.#storage?.getItem(this.#prefix + room) ?? "";
  }

  /** @param {number} room @param {string} text */
  set(room, text) {
    if (!text.trim()) return this.drop(room);
    try {
      this.#storage?.setItem(this.#prefix + room, text);
      this.#memory.delete(room);
      if (this.#storage) return;
    } catch {
      // The quota is used up: below.
    }
    this.#memory.set(room, text);
  }

  /** @param {number} room */
  drop(room) {
    this.#memory.delete(room);
    this.#storage?.removeItem(this.#prefix + room);
  }
}

/** Merely touching localStorage throws where cookies are blocked. */
function safeStorage() {
  try {
    return globalThis.localStorage;
  } catch {
    return undefined;
  }
}
