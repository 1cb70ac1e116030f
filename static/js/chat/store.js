/**
 * What this client knows: rooms, the loaded messages of some of them, and what is still to be sent.
 *
 * Pure state: it hears of frames and pages, and tells by events; no socket, no storage, no DOM.
 * A room is seen twice, as summary (list, badges) and as log (timeline). Each has its own watermark
 * (`room.last_seq`, `log.seq`), because `ready` brings summaries up to date at once and logs follow by sync.
 *
 * Events: `rooms` (some summary or the order changed; detail.room or nothing), `log` (detail.room; detail.live
 * is a message that has just been sent, detail.reset that the window is another one), `uncertain` (what is
 * unread in detail.room is to be asked anew).
 */

import { tell } from "./events.js";
import { Log } from "./log.js";
import { merge, point, recard, summarise, waiting } from "./rooms.js";
import { place } from "./sync.js";

/**
 * @typedef {import("./log.js").Message} Message
 * @typedef {import("./log.js").Page} Page
 * @typedef {import("./rooms.js").Room} Room
 * @typedef {{room: number, user: number, read_seq: number, delivered_seq: number, unread?: number,
 *   mentions?: number, unread_from?: number | null, last_seq?: number}} Receipt
 */

export class Store extends EventTarget {
  /** @type {Map<number, Room>} */
  rooms = new Map();
  /** @type {Map<number, Log>} */
  logs = new Map();
  /** What waits in the outbox, by room, in order. @type {Map<number, import("./outbox.js").Entry[]>} */
  pending = new Map();

  /** Rooms marked unread while they may be in view: what is seen there is not read until they are opened again. @type {Set<number>} */
  held = new Set();

  /** What logs are made by: there are some that know more. @type {typeof Log} */
  Log = Log;

  #watched = 0;
  /** @type {Map<number, import("./rooms.js").Heard>} */
  #heard = new Map();

  /** @param {{id: number}} me */
  constructor(me) {
    super();
    this.me = me;
  }

  /** The room at whose end somebody is looking: what arrives there is as good as read. 0 for none. */
  get watched() {
    return this.#watched;
  }

  set watched(id) {
    if (id === this.#watched) return;
    this.#watched = id;
    tell(this, "rooms", {});
  }

  /** What the badge of a room says. @param {Room} room */
  badge(room) {
    return room.id === this.#watched && !this.held.has(room.id) ? 0 : room.unread;
  }

  /** Rooms by last activity, the latest first; pinned ones before all others. */
  ordered() {
    return [...this.rooms.values()].sort(
      (a, b) =>
        Number(b.pinned ?? false) - Number(a.pinned ?? false) ||
        Date.parse(b.last_activity_at) - Date.parse(a.last_activity_at) || b.id - a.id,
    );
  }

  /** What asks for our attention in all rooms. */
  get unread() {
    return [...this.rooms.values()].reduce((sum, room) => sum + waiting(room, this.badge(room)), 0);
  }

  /** @param {number} id the seq up to which we need nothing more */
  known(id) {
    const room = this.rooms.get(id);
    return Math.min(room?.last_seq ?? 0, this.logs.get(id)?.seq ?? Infinity);
  }

  /** @param {Room} summary as the server has it now */
  putRoom(summary) {
    const room = this.rooms.get(summary.id);
    const moved = summary.unread_from !== room?.unread_from;
    if (summary.unread_from && moved) this.held.add(summary.id);
    this.rooms.set(summary.id, room ? merge(room, summary) : { ...summary });
    if (room && moved && summary.last_seq < room.last_seq) tell(this, "uncertain", { room: summary.id });
    tell(this, "rooms", { room: summary.id });
    tell(this, "log", { room: summary.id });
  }

  /** Somebody is called, or looks, otherwise from now on. @param {import("./log.js").Card} card */
  putCard(card) {
    for (const room of this.rooms.values()) {
      if (recard(room, card)) tell(this, "rooms", { room: room.id });
    }
    for (const [id, log] of this.logs) {
      log.recard(card);
      tell(this, "log", { room: id });
    }
    tell(this, "card", { user: card.id });
  }

  /** @param {number} id a room we are no longer in */
  dropRoom(id) {
    this.rooms.delete(id);
    this.logs.delete(id);
    tell(this, "rooms", { room: id });
  }

  /**
   * @param {{room: number, prev: number, seq: number, message: Message}} frame
   * @returns {"old" | "next" | "gap" | "unknown"} gap: the room must be synced from `known`
   */
  putFrame(frame) {
    const room = this.rooms.get(frame.room);
    if (!room) return "unknown";
    const log = this.logs.get(frame.room);
    const forRoom = place(room.last_seq, frame);
    const forLog = log ? place(log.seq, frame) : "old";
    if (forRoom === "gap" || forLog === "gap") return "gap";
    const live = frame.message.seq === frame.seq && forRoom === "next";
    if (forRoom === "next") {
      const heard = this.#heard.get(room.id) ?? new Map();
      this.#heard.set(room.id, heard);
      if (!summarise(room, frame, this.me.id, heard)) tell(this, "uncertain", { room: room.id });
      tell(this, "rooms", { room: room.id });
    }
    if (log && forLog === "next") {
      log.seq = frame.seq;
      this.putMessage(frame.message, live);
    }
    return forRoom === "next" || forLog === "next" ? "next" : "old";
  }

  /**
   * One state of a message, from a frame, a page or a reply. Moves no watermark.
   *
   * @param {Message} message
   */
  putMessage(message, live = false) {
    const change = this.logs.get(message.room)?.put(message);
    const room = this.rooms.get(message.room);
    const last = room?.last_message;
    if (room && message.seq >= (last?.seq ?? 0) && message.changed_seq > (last?.changed_seq ?? 0)) {
      Object.assign(room, { last_message: message, last_activity_at: message.created_at });
      tell(this, "rooms", { room: message.room });
    }
    if (message.client_id && message.author.id === this.me.id) this.dropPending(message.room, message.client_id);
    const added = live && change === "added" ? message : undefined;
    tell(this, "log", { room: message.room, live: added });
  }

  /** @param {number} id @param {Page} page @param {number} floor see Log */
  openLog(id, page, floor = 0) {
    this.logs.set(id, new this.Log(page, floor));
    tell(this, "log", { room: id, reset: true });
  }

  /** @param {number} id @param {Page} page @param {number} floor @param {"prepend" | "append"} end */
  extendLog(id, page, floor, end) {
    this.logs.get(id)?.[end](page, floor);
    tell(this, "log", { room: id });
  }

  /** @param {number} id @param {number} seq everything up to it has been applied */
  advance(id, seq) {
    const room = this.rooms.get(id);
    const log = this.logs.get(id);
    if (room) room.last_seq = Math.max(room.last_seq, seq);
    if (log) log.seq = Math.max(log.seq, seq);
  }

  /**
   * The server could not continue from where we were: these are the newest messages, the rest is to be forgotten.
   *
   * @param {number} id @param {Message[]} messages @param {number} seq
   */
  reset(id, messages, seq) {
    const room = this.rooms.get(id);
    if (room) room.last_seq = seq;
    if (!this.logs.has(id)) return;
    const results = messages.sort((a, b) => a.seq - b.seq);
    const has_before = results.length > 0 && results[0].seq > 1;
    this.openLog(id, { results, has_before, has_after: false });
    /** @type {Log} */ (this.logs.get(id)).seq = seq;
  }

  /** @param {Receipt} receipt */
  putReceipt({ room: id, user, read_seq, delivered_seq, unread, mentions = 0, unread_from = null, last_seq }) {
    const room = this.rooms.get(id);
    if (!room) return;
    const place = user === this.me.id ? room : room.others.find((other) => other.user === user);
    if (!place) return;
    const behind = read_seq < place.read_seq;
    // Of somebody who reads in private from now on nothing is told any more: what was, is taken back.
    const hidden = place !== room && read_seq === 0;
    place.read_seq = hidden ? 0 : Math.max(place.read_seq, read_seq);
    place.delivered_seq = Math.max(place.delivered_seq, delivered_seq);
    if (unread !== undefined && place === room && !behind) {
      if (last_seq !== undefined && last_seq < room.last_seq) tell(this, "uncertain", { room: id });
      else Object.assign(room, { unread, mentions, unread_from });
    }
    tell(this, "rooms", { room: id });
    tell(this, "log", { room: id });
  }

  /** We have seen everything up to seq; the server hears of it later. @param {number} id @param {number} seq */
  markRead(id, seq) {
    const room = this.rooms.get(id);
    if (!room || this.held.has(id) || seq <= point(room)) return false;
    room.read_seq = Math.max(room.read_seq, seq);
    room.unread_from = seq < room.read_seq ? seq + 1 : null;
    if (seq >= (room.last_message?.seq ?? 0)) Object.assign(room, { unread: 0, mentions: 0 });
    tell(this, "rooms", { room: id });
    return true;
  }

  /** @param {import("./outbox.js").Entry} entry */
  putPending(entry) {
    const entries = this.pending.get(entry.room) ?? [];
    const at = entries.findIndex((other) => other.client_id === entry.client_id);
    if (at < 0) entries.push(entry);
    else entries[at] = entry;
    entries.sort((a, b) => a.at - b.at);
    this.pending.set(entry.room, entries);
    tell(this, "log", { room: entry.room });
  }

  /** @param {number} id @param {string} clientId */
  dropPending(id, clientId) {
    const entries = this.pending.get(id);
    if (!entries?.some((entry) => entry.client_id === clientId)) return;
    this.pending.set(id, entries.filter((entry) => entry.client_id !== clientId));
    tell(this, "log", { room: id });
  }
}
