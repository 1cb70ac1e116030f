/**
 * The summary of a room, as the list shows it, and how events and later summaries change it. Pure.
 */

import { by, requote } from "./log.js";

/** Unread messages are counted to here: it is shown as 99+. */
export const UNREAD_MOST = 100;

/**
 * @typedef {import("./log.js").Message} Message
 * @typedef {import("./log.js").Card} Card
 *
 * @typedef {object} Room
 * @property {number} id
 * @property {"direct" | "private" | "public"} kind
 * @property {string} name
 * @property {string} topic
 * @property {string | null} [picture]
 * @property {Card | null} other in a direct room
 * @property {Card[]} members
 * @property {number} member_count
 * @property {"owner" | "admin" | "moderator" | "member"} role
 * @property {boolean} read_only
 * @property {number} slow_seconds
 * @property {boolean} archived
 * @property {boolean} may_write
 * @property {number} last_seq
 * @property {number} read_seq
 * @property {number} delivered_seq
 * @property {number} unread
 * @property {number | null} [unread_from] where we want to read on: unread counts from there
 * @property {number} [mentions] unread messages that name us
 * @property {"all" | "mentions" | "nothing"} [level]
 * @property {boolean} [muted]
 * @property {boolean} [pinned]
 * @property {{body: string, reply_to: number | null, attachments?: string[], updated_at: string} | null} [draft]
 * @property {{thread_root: number, body: string, reply_to: number | null, attachments: string[], updated_at: string}[]} [thread_drafts]
 * @property {boolean} [blocked]
 * @property {{user: number, read_seq: number, delivered_seq: number}[]} others
 * @property {Message | null} last_message
 * @property {string} last_activity_at
 */

/** "1 person", "12 people". @param {number} count */
export function peopled(count) {
  return count === 1 ? "1 person" : `${count} people`;
}

/** What a room of many is about, or else how many are in it. @param {Pick<Room, "topic" | "member_count">} room */
export function about({ topic, member_count: count }) {
  return topic || (count === 1 ? "Only you" : peopled(count));
}

/** Up to where we have read a room, or want to be taken to have. @param {Pick<Room, "read_seq" | "unread_from">} room */
export function point({ read_seq, unread_from }) {
  return unread_from ? unread_from - 1 : read_seq;
}

/**
 * Of what is unread in a room, what asks for our attention: of a muted one, or one that tells of mentions only, what
 * names us.
 *
 * @param {Room} room @param {number} [unread]
 */
export function waiting({ level, muted, mentions = 0, ...room }, unread = room.unread) {
  if (level === "nothing") return 0;
  return muted || level === "mentions" ? Math.min(unread, mentions) : unread;
}

/** Whether somebody wants to be called for this message. @param {Room} room @param {Message} message @param {number} me */
export function notifies({ level, muted }, message, me) {
  if (message.kind !== "text" || message.deleted_at || message.author.id === me || level === "nothing") return false;
  return muted || level === "mentions" ? namesUs(message, me) : true;
}

/**
 * A summary may have been read before events that we have already applied: then its counts are stale, and
 * what people are called is not. Positions only move forward.
 *
 * @param {Room} ours @param {Room} theirs @returns {Room}
 */
export function merge(ours, theirs) {
  const merged = { ...ours, ...theirs };
  if (theirs.last_seq < ours.last_seq) {
    const { last_seq, unread, mentions, last_message, last_activity_at } = ours;
    Object.assign(merged, { last_seq, unread, mentions, last_message, last_activity_at });
  } else if (theirs.read_seq < ours.read_seq) {
    merged.unread = Math.min(ours.unread, theirs.unread);
    merged.mentions = Math.min(ours.mentions ?? 0, theirs.mentions ?? 0);
    merged.unread_from = ours.unread_from;
  }
  merged.read_seq = Math.max(ours.read_seq, theirs.read_seq);
  merged.delivered_seq = Math.max(ours.delivered_seq, theirs.delivered_seq);
  return merged;
}

/** Show somebody in a room as they are now. @param {Room} room @param {Card} card @returns {boolean} whether they are in it */
export function recard(room, card) {
  const was = room.other?.id === card.id || room.members.some(({ id }) => id === card.id) || room.last_message?.author.id === card.id;
  if (!was) return false;
  if (room.other?.id === card.id) Object.assign(room, { other: card, name: card.full_name });
  room.members = room.members.map((each) => (each.id === card.id ? card : each));
  if (room.last_message) room.last_message = by(room.last_message, card);
  return true;
}

/** How many unread messages of a room are remembered one by one. */
const HEARD_MOST = 300;

/**
 * What we know of unread messages one by one: whether each counts, and whether it names us.
 *
 * @typedef {Map<number, {counts: boolean, names: boolean}>} Heard by seq
 */

/**
 * Apply the next change of the room's log. Unread are messages of other people that stand beyond our point and
 * have not been deleted.
 *
 * @param {Room} room @param {{seq: number, message: Message}} frame @param {number} me @param {Heard} [heard]
 * @returns {boolean} false where the counts may be wrong now, as we do not know what the message was before
 */
export function summarise(room, { seq, message }, me, heard = new Map()) {
  const sent = message.seq > room.last_seq;
  const mine = message.author.id === me;
  room.last_seq = seq;
  if (sent && message.seq >= (room.last_message?.seq ?? 0)) {
    room.last_message = message;
    room.last_activity_at = message.created_at;
  }
  if (room.last_message?.id === message.id) room.last_message = message;
  else if (room.last_message) room.last_message = requote(room.last_message, message);
  if (message.kind !== "text") return true; // what the room says of what somebody did, nobody wrote
  if (sent) authorHasRead(room, message, me);
  if (mine || message.seq <= point(room)) return true;
  const counts = !message.deleted_at;
  const now = { counts, names: counts && namesUs(message, me) };
  const before = sent ? { counts: false, names: false } : heard.get(message.seq);
  remember(heard, message.seq, now);
  if (before) count(room, before, now);
  else if (!counts) count(room, { counts: true, names: false }, now);
  // Where nothing names us, what is deleted did not either.
  return Boolean(before) || (!counts && !room.mentions);
}

/**
 * Who writes has received what came before, and has read it: the server moves their marks, and tells it by the message
 * alone. A reply may be written in its thread, beside what is unread. Of somebody who reads in private we know no read
 * mark, and make none.
 *
 * @param {Room} room @param {Message} message @param {number} me
 */
function authorHasRead(room, { seq, author, thread_root: root }, me) {
  const mine = author.id === me;
  if (mine && !root) Object.assign(room, { unread: 0, mentions: 0, unread_from: null });
  const marks = mine ? room : room.others.find(({ user }) => user === author.id);
  if (!marks) return;
  if (!root && (mine || marks.read_seq)) marks.read_seq = Math.max(marks.read_seq, seq);
  marks.delivered_seq = Math.max(marks.delivered_seq, seq);
}

/** @param {Message} message @param {number} me */
export function namesUs({ mentions, mentions_room }, me) {
  return Boolean(mentions_room || mentions?.includes(me));
}

/** From 100 on nobody knows how many there are; then they are counted no further. @param {Room} room */
function count(room, before, now) {
  const move = (number, from, to) => {
    if (from === to || number >= UNREAD_MOST) return number;
    return Math.min(UNREAD_MOST, Math.max(0, number + (to ? 1 : -1)));
  };
  room.unread = move(room.unread, before.counts, now.counts);
  room.mentions = move(room.mentions ?? 0, before.names, now.names);
}

/** @param {Heard} heard @param {number} seq @param {{counts: boolean, names: boolean}} what */
function remember(heard, seq, what) {
  heard.set(seq, what);
  if (heard.size > HEARD_MOST) heard.delete(/** @type {number} */ (heard.keys().next().value));
}
