/**
 * Drafts of which the server is told. Until it has answered it may have any version of one; a page that goes before leaves
 * word of them, so that no later one takes what was sent, or erased, for something that is still to be sent.
 */

import { Drafts, isNothing, isSame } from "./drafts.js";
import { localStorageOrNone } from "./local-storage.js";

/** So many versions are remembered. */
const VERSIONS = 20;

/** @typedef {import("./drafts.js").Draft} Draft */

export class ToldDrafts extends Drafts {
  #prefix;
  #storage;

  /** @param {number} user @param {Storage | undefined} [storage] */
  constructor(user, storage = localStorageOrNone()) {
    super(user, storage);
    this.#prefix = `parley-told-${user}-`;
    this.#storage = storage;
  }

  /** @param {number | string} room @param {Draft} draft */
  set(room, draft) {
    this.#note(room, draft);
    super.set(room, draft);
  }

  /** The server has heard all of it. @param {number | string} room */
  drop(room) {
    super.drop(room);
    this.#storage?.removeItem(this.#prefix + room);
  }

  /** It is sent, or erased. @param {number | string} room @param {Draft} served as the server told it last */
  end(room, served) {
    this.#note(room, served);
    super.drop(room);
  }

  /** Whether this is what the server still has of a draft that came to its end. @param {number | string} room @param {Draft} served */
  hasEnded(room, served) {
    return this.#told(room).some((draft) => isSame(draft, served));
  }

  /** @param {number | string} room @param {Draft} draft */
  #note(room, draft) {
    if (isNothing(draft) || this.hasEnded(room, draft)) return;
    try {
      this.#storage?.setItem(this.#prefix + room, JSON.stringify([...this.#told(room), draft].slice(-VERSIONS)));
    } catch {
      // The quota is used up: then a later page knows less.
    }
  }

  /** @param {number | string} room @returns {Draft[]} */
  #told(room) {
    try {
      return JSON.parse(this.#storage?.getItem(this.#prefix + room) ?? "[]");
    } catch {
      return [];
    }
  }
}
