/**
 * The messages of one room that are loaded: one window without holes, in order of seq.
 *
 * Every message carries its own version (`changed_seq`), so applying anything twice, or late, is harmless.
 */

import { describe } from "./attachments.js";

/**
 * @typedef {{id: number, full_name: string, handle: string, initials: string, hue: string, avatar?: string | null}} Card
 *
 * @typedef {{id: number, seq: number, author: Card, excerpt: string, deleted: boolean}} Quote
 *
 * @typedef {object} Message
 * @property {number} id
 * @property {number} room
 * @property {number} seq
 * @property {number} changed_seq
 * @property {"text" | "system"} kind
 * @property {Card} author
 * @property {string | null} client_id
 * @property {string} body
 * @property {string} html
 * @property {{type: string} | null} event
 * @property {Quote | null} reply_to
 * @property {number | null} [thread_root] the message that its thread begins with; none: it answers nothing
 * @property {boolean} forwarded
 * @property {number[]} mentions
 * @property {boolean} mentions_room
 * @property {import("./attachments.js").Attachment[]} attachments
 * @property {import("./elements/message-preview.js").Preview | null} [preview]
 * @property {{emoji: string, count: number, users: number[]}[]} reactions
 * @property {boolean} pinned
 * @property {number} revision
 * @property {string} created_at
 * @property {string | null} edited_at
 * @property {string | null} deleted_at
 * @property {"author" | "moderator" | null} deleted_by
 *
 * @typedef {{results: Message[], has_before: boolean, has_after: boolean, replies?: Record<string, number>}} Page replies:
 *   how many those of them have that have any, by id
 */

/** What is kept of a long scroll; beyond it the far end is let go and fetched again when needed. */
export const LOADED_MOST = 300;

export class Log {
  /** @type {Message[]} */
  messages = [];
  hasBefore = false;
  hasAfter = false;
  /** Everything up to this change is in here. */
  seq = 0;

  /**
   * @param {Page} page
   * @param {number} floor a seq the server had committed before the page was read
   */
  constructor(page, floor = 0) {
    this.messages = [...page.results].sort((a, b) => a.seq - b.seq);
    this.hasBefore = page.has_before;
    this.hasAfter = page.has_after;
    this.seq = Math.max(floor, ...page.results.map((message) => message.changed_seq));
  }

  get first() {
    return this.messages[0];
  }

  get last() {
    return this.messages[this.messages.length - 1];
  }

  /** Whether the message with this seq is here, if there is one. @param {number} seq */
  covers(seq) {
    const after = this.hasBefore ? this.first.seq : -Infinity;
    return seq >= after && seq <= (this.hasAfter ? this.last.seq : Infinity);
  }

  /**
   * Put one state of a message where it belongs.
   *
   * @param {Message} message
   * @returns {"added" | "changed" | "none"}
   */
  put(message) {
    const at = this.#place(message.seq);
    const existing = this.messages[at];
    const known = existing?.seq === message.seq;
    if (known && existing.changed_seq > message.changed_seq) return "none";
    this.#requote(message);
    if (known) {
      this.messages[at] = message;
      return "changed";
    }
    const before = at === 0 && this.hasBefore;
    const after = at === this.messages.length && this.hasAfter;
    if (before || after) return "none";
    this.messages.splice(at, 0, message);
    return "added";
  }

  /** Show what somebody has written as theirs, as they are now. @param {Card} card */
  recard(card) {
    this.messages = this.messages.map((message) => by(message, card));
  }

  /** What is said of a message by those that answer it follows it. @param {Message} answered */
  #requote(answered) {
    this.messages = this.messages.map((message) => requote(message, answered));
  }

  /**
   * Add a page that joins the window at its beginning.
   *
   * @param {Page} page
   * @param {number} floor `seq` when the page was asked for: what changed since may have passed it by
   */
  prepend(page, floor) {
    this.hasBefore = false;
    for (const message of page.results) this.put(message);
    this.hasBefore = page.has_before;
    this.seq = Math.min(this.seq, floor);
    if (this.messages.length > LOADED_MOST) {
      this.messages.length = LOADED_MOST;
      this.hasAfter = true;
    }
  }

  /** @param {Page} page one that joins the window at its end @param {number} floor */
  append(page, floor) {
    this.hasAfter = false;
    for (const message of page.results) this.put(message);
    this.hasAfter = page.has_after;
    this.seq = Math.min(this.seq, floor);
    this.trim();
  }

  /** Let go of the oldest, for a reader who is at the end. */
  trim() {
    const excess = this.messages.length - LOADED_MOST;
    if (excess <= 0) return;
    this.messages.splice(0, excess);
    this.hasBefore = true;
  }

  /** @param {number} seq the index of the first message at or after seq */
  #place(seq) {
    let low = 0;
    let high = this.messages.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.messages[middle].seq < seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** A message as it is now that somebody, perhaps its author, is shown otherwise. @param {Message} message @param {Card} card */
export function by(message, card) {
  const theirs = message.author.id === card.id;
  const quoted = message.reply_to?.author.id === card.id;
  if (!theirs && !quoted) return message;
  return { ...message, author: theirs ? card : message.author, reply_to: quoted ? { ...message.reply_to, author: card } : message.reply_to };
}

/** A message as it stands above what answers it. @param {Message} message @returns {Quote} */
export function quoteOf({ id, seq, author, ...message }) {
  return { id, seq, author, excerpt: gist(message), deleted: false };
}

/** A message as it is now that one was changed which it perhaps answers. @param {Message} message @param {Message} answered */
export function requote(message, answered) {
  if (message.reply_to?.id !== answered.id) return message;
  const deleted = Boolean(answered.deleted_at);
  return { ...message, reply_to: { ...message.reply_to, deleted, excerpt: deleted ? "" : gist(answered) } };
}

/** A message in one line: its text, or what is attached to it. @param {Pick<Message, "html"> & {attachments?: Message["attachments"]}} message */
export function gist({ html, attachments = [] }) {
  return excerpt(html) || describe(attachments);
}

const INLINE = /<\/?(?:strong|em|s|a|code|span)\b[^>]*>/g;
const ENTITIES = /** @type {Record<string, string>} */ ({ lt: "<", gt: ">", amp: "&", quot: '"', "#39": "'", nbsp: " " });

/** The beginning of a rendered message in one line of plain text, as the server makes it. @param {string} html */
export function excerpt(html) {
  const text = html.replace(INLINE, "").replace(/<[^>]*>/g, " ").replace(/&(#?\w+);/g, (whole, name) => ENTITIES[name] ?? whole);
  return [...text.trim().replace(/\s+/g, " ")].slice(0, 140).join("");
}
