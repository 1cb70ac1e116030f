/**
 * Drafts of which the server is told. Until it has answered it may have any version of one; a page that goes before leaves
 * word of them, so that no later one takes what was sent, or erased, for something that is still to be sent.
 */

import { Drafts, draftOf, isNothing } from "./drafts.js";
import { localStorageOrNone } from "./local-storage.js";

/** So many versions are remembered. */
const VERSIONS = 20;

/**
 * @typedef {import("./drafts.js").Draft} Draft
 * @typedef {import("./drafts.js").Place} Place
 */

/** What the draft of a place is called on this device. @param {Place} place @returns {number | string} */
export function nameOf({ room, root }) {
  return root ? `thread-${root}` : room;
}

/** What the server has as the draft of a place. @param {import("./rooms.js").Room | undefined} room @param {Place} place */
export function servedIn(room, { root }) {
  return servedDraft(root ? room?.thread_drafts?.find(({ thread_root }) => thread_root === root) : room?.draft);
}

/** A draft as the server tells it. @param {{body: string, reply_to?: number | null, attachments?: string[]} | null} [draft] */
export function servedDraft(draft) {
  return draftOf(draft?.body ?? "", draft?.reply_to, draft?.attachments);
}

/** @param {Draft} one @param {Draft} other */
export function isSame(one, other) {
  return one.body === other.body && one.reply_to === other.reply_to && one.attachments.join() === other.attachments.join();
}

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
