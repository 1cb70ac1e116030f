/** A log that knows how often its messages were answered, where that is shown. */

import { Log } from "./log.js";

/**
 * @typedef {import("./log.js").Message} Message
 * @typedef {import("./log.js").Page} Page
 */

export class CountedLog extends Log {
  /** How many replies messages have, as far as they lie behind the end of the window. @type {Map<number, number>} */
  #told;
  /** The newest message that was heard of. */
  #newest;

  /** @param {Page} page @param {number} [floor] see Log */
  constructor(page, floor) {
    super(page, floor);
    this.#told = told(page);
    this.#newest = this.seq;
  }

  /**
   * How many replies the messages have that have any, by id. What was deleted does not count.
   *
   * Replies come after what they answer: a window up to the newest message has them all. Of another one the server has
   * said how many there are.
   */
  get replies() {
    return this.hasAfter ? this.#told : count(this.messages);
  }

  /**
   * Say at the messages of a timeline how often they were answered, and where we have begun to answer.
   *
   * @param {import("./timeline.js").Item[]} items @param {import("./rooms.js").Room["thread_drafts"]} [drafts]
   */
  note(items, drafts = []) {
    const { replies } = this;
    const begun = new Set(drafts.map(({ thread_root: root }) => root));
    for (const item of items) if (item.kind === "message" && item.message) item.replies = repliesTo(item.message.id, replies, begun);
  }

  /** @param {Message} message */
  put(message) {
    const before = this.messages.find(({ id }) => id === message.id);
    const outcome = super.put(message);
    if (before && outcome === "changed") this.#recount(message, counts(message) - counts(before));
    else if (outcome === "none" && message.seq > this.#newest) this.#recount(message, counts(message));
    this.#newest = Math.max(this.#newest, message.seq);
    return outcome;
  }

  /** @param {Page} page @param {number} floor */
  prepend(page, floor) {
    this.#told = new Map([...this.replies, ...told(page)]);
    super.prepend(page, floor);
  }

  /** @param {Page} page @param {number} floor */
  append(page, floor) {
    this.#told = new Map([...this.replies, ...told(page)]);
    super.append(page, floor);
  }

  /** @param {Message} message @param {number} more replies to where its thread begins */
  #recount({ thread_root: root }, more) {
    if (root && more) this.#told.set(root, (this.#told.get(root) ?? 0) + more);
  }
}

/** @param {Page} page @returns {Map<number, number>} */
function told({ replies = {} }) {
  return new Map(Object.entries(replies).map(([id, number]) => [Number(id), number]));
}

/** How many of these answer what, by the id of where their thread begins. @param {Message[]} messages @returns {Map<number, number>} */
export function count(messages) {
  const found = new Map();
  for (const message of messages) if (counts(message)) found.set(message.thread_root, (found.get(message.thread_root) ?? 0) + 1);
  return found;
}

/** What stands under a message, if anything does. @param {number} id @param {Map<number, number>} replies @param {Set<number>} begun */
function repliesTo(id, replies, begun) {
  const stands = { count: replies.get(id) ?? 0, begun: begun.has(id) };
  return stands.count || stands.begun ? stands : undefined;
}

/** Whether it is one of the replies that are counted. @param {Message} message @returns {0 | 1} */
function counts({ thread_root: root, deleted_at: deleted }) {
  return root && !deleted ? 1 : 0;
}
