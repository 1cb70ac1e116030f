/**
 * From messages to what stands on the page, in order: days, the unread line, rows. Pure.
 */

import { describe } from "./attachments.js";
import { gist } from "./log.js";
import { dayKey, dayLabel } from "./time.js";

/** Messages of one author belong together up to this distance. */
const GROUP_WITHIN = 300_000;

/**
 * @typedef {import("./log.js").Message} Message
 * @typedef {import("./outbox.js").Entry} Entry
 * @typedef {"" | "pending" | "sent" | "delivered" | "read"} Status
 *
 * @typedef {{kind: "day", key: string, day: string, label: string}} DayItem
 * @typedef {{kind: "divider", key: string, label: string}} DividerItem
 * @typedef {object} RowItem
 * @property {"message"} kind
 * @property {string} key the same before and after the server's answer, so that the row stays the same row
 * @property {boolean} mine
 * @property {boolean} first of a group
 * @property {Status} status
 * @property {{count: number, begun: boolean}} [replies] to show that there are so many, or that we have begun one
 * @typedef {RowItem & ({message: Message, entry: null} | {message: null, entry: Entry})} MessageItem what was
 *   sent, or what waits in the outbox instead
 *
 * @typedef {DayItem | DividerItem | MessageItem} Item
 */

/**
 * @param {object} view
 * @param {Message[]} view.messages
 * @param {Entry[]} view.pending
 * @param {number} view.me
 * @param {{after: number, count: number} | null} view.divider the unread line stands before the first message
 *   of somebody else with a seq beyond `after`
 * @param {{read_seq: number, delivered_seq: number}[]} view.others
 * @param {number} view.now
 * @param {string} [view.zone]
 * @returns {Item[]}
 */
export function timeline({ messages, pending, me, divider, others, now, zone }) {
  /** @type {Item[]} */
  const items = [];
  let previous = { day: "", author: 0, at: 0 };
  const rows = [...messages.map((message) => fromMessage(message, me)), ...pending.map(fromEntry)];
  let undivided = divider;
  for (const { item, author, at, system } of rows) {
    const day = dayKey(at, zone);
    let broken = day !== previous.day || author !== previous.author || at - previous.at > GROUP_WITHIN || system;
    if (day !== previous.day) items.push({ kind: "day", key: `day-${day}`, day, label: dayLabel(at, now, zone) });
    if (undivided && item.message && isNews(item.message, me, undivided.after)) {
      items.push({ kind: "divider", key: "divider", label: dividerLabel(undivided.count) });
      undivided = null;
      broken = true;
    }
    item.first = broken;
    items.push(item);
    previous = { day, author: system ? 0 : author, at };
  }
  const own = /** @type {MessageItem | undefined} */ (items.findLast((item) => item.kind === "message" && item.mine && item.message));
  if (own?.message && !own.message.deleted_at) own.status = progress(own.message.seq, others);
  return items;
}

/** Whether somebody else wrote it beyond a seq, and it is there still. @param {Message} message @param {number} me @param {number} after */
export function isNews({ seq, kind, author, deleted_at }, me, after) {
  return seq > after && kind === "text" && author.id !== me && !deleted_at;
}

/** How far a message of ours has come, with everybody. @param {number} seq @param {{read_seq: number, delivered_seq: number}[]} others @returns {Status} */
export function progress(seq, others) {
  if (!others.length) return "sent";
  if (others.every((other) => other.read_seq >= seq)) return "read";
  return others.every((other) => Math.max(other.read_seq, other.delivered_seq) >= seq) ? "delivered" : "sent";
}

/**
 * How far the last message of a room has come, if it is ours; what waits to be sent comes after it.
 *
 * @param {Pick<import("./rooms.js").Room, "last_message" | "others">} room @param {Entry[]} pending @param {number} me
 * @returns {Status}
 */
export function lastStatus({ last_message: message, others }, pending, me) {
  if (pending.some(({ state }) => state === "waiting")) return "pending";
  const ours = message && message.author.id === me && message.kind === "text" && !message.deleted_at;
  return ours ? progress(message.seq, others) : "";
}

/** @param {number} count */
function dividerLabel(count) {
  if (count <= 0) return "New";
  return count > 99 ? "99+ new" : `${count} new`;
}

/** @param {Message} message @param {number} me */
function fromMessage(message, me) {
  const mine = message.author?.id === me && message.kind === "text";
  const key = mine && message.client_id ? message.client_id : `m-${message.id}`;
  /** @type {MessageItem} */
  const item = { kind: "message", key, message, entry: null, mine, first: false, status: "" };
  return {
    item,
    author: message.author?.id ?? 0,
    at: Date.parse(message.created_at),
    system: message.kind === "system",
  };
}

/** @param {Entry} entry */
function fromEntry(entry) {
  const status = entry.state === "failed" ? "" : "pending";
  /** @type {MessageItem} */
  const item = { kind: "message", key: entry.client_id, message: null, entry, mine: true, first: false, status };
  return { item, author: entry.user, at: entry.at, system: false };
}

const EMOJI =
  /^(?:\s*(?:\p{Regional_Indicator}{2}|[\d#*]\uFE0F?\u20E3|\p{Extended_Pictographic}(?:\uFE0F|\p{Emoji_Modifier})*(?:\u200D\p{Extended_Pictographic}(?:\uFE0F|\p{Emoji_Modifier})*)*)){1,3}\s*$/u;

/** One to three emoji and nothing else are shown large. @param {string} text */
export function emojiOnly(text) {
  return text.length <= 60 && EMOJI.test(text);
}

/**
 * The line under a name in the list: what waits to be sent, or else the last message.
 *
 * @param {{kind: string, last_message: Message | null}} room @param {number} me @param {Entry[]} [pending]
 */
export function preview(room, me, pending = []) {
  const entry = pending.findLast(({ state }) => state === "waiting");
  if (entry) return `You: ${entryGist(entry)}`;
  const message = room.last_message;
  if (!message) return "No messages yet";
  const mine = message.author.id === me;
  if (message.deleted_at) return mine && message.deleted_by === "author" ? "You deleted a message" : "Message deleted";
  const text = gist(message);
  if (message.kind === "system") return text;
  if (mine) return `You: ${text}`;
  return room.kind === "direct" ? text : `${message.author.full_name.split(" ")[0]}: ${text}`;
}

/** In one line what the server has not rendered yet: as it was typed, or what is attached to it. @param {Pick<Entry, "body" | "files">} entry */
export function entryGist({ body, files = [] }) {
  return oneLine(body) || describe(files);
}

/** @param {string} text */
export function oneLine(text) {
  return text.trim().replace(/\s+/g, " ").slice(0, 140);
}
