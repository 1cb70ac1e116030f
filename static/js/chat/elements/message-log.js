/**
 * The timeline of the open room: draws what the store holds, keeps the reader's place, fetches further pages.
 */

import { Reading, attentive, onAttention } from "../attention.js";
import { once, slot } from "../dom.js";
import { on } from "../events.js";
import { habit } from "../habits.js";
import { point } from "../rooms.js";
import { everyMinute } from "../time.js";
import { timeline } from "../timeline.js";
import { LogButtons } from "./log-buttons.js";
import { LogFocus } from "./log-focus.js";
import { LogRows } from "./log-rows.js";
import { LogScroll } from "./log-scroll.js";
import { showShare } from "./message-attachments.js";

/** Older messages are fetched when the beginning is this many screens away. */
const AHEAD = 1.5;

/** Older messages that take longer than this (ms) to come show that they are coming. */
const SLOW = 300;

export class MessageLog {
  #client;
  #log;
  #timeline;
  #scroll;
  #focus;
  #reading;
  #buttons;
  #rows;
  /** @type {{after: number, count: number} | null} */
  #divider = null;
  #room = 0;
  /** The message that the address names, once it was shown. @type {Element | null} */
  #target = null;
  /** Where the reader wants to be as soon as it is loaded. @type {{seq: number, top?: number} | null} */
  #aim = null;
  #unseen = 0;
  /** Whether a way past unread messages led here, so that what is seen says nothing of those above. */
  #leapt = false;
  /** The room whose older messages are on their way. */
  #coming = 0;

  /** @param {HTMLElement} main @param {import("../client.js").Client} client @param {AbortSignal} signal */
  constructor(main, client, signal) {
    this.#client = client;
    this.#log = /** @type {HTMLElement} */ (slot(main, "log"));
    this.#timeline = /** @type {HTMLElement} */ (slot(main, "timeline"));
    this.#reading = new Reading(this.#log, (seqs) => this.#read(Math.max(...seqs)), signal);
    this.#scroll = new LogScroll(this.#log, this.#timeline, signal);
    this.#focus = new LogFocus(this.#log, this.#timeline, signal);
    const acts = { toEnd: () => this.toEnd(), toUnread: () => this.toDivider(), markRead: () => this.#markRead() };
    this.#buttons = new LogButtons(main, acts, signal);
    this.#rows = new LogRows(this.#timeline, this.#reading, client.me.id);
    this.#log.querySelector(".pager-row")?.remove();
    const draw = once(() => this.#draw());
    on(client.store, "log", (change) => this.#changed(change, draw), signal);
    on(client.transport, "state", () => client.transport.online && this.#fetch(), signal);
    on(client, "upload", (progress) => showShare(this.#timeline, progress), signal);
    this.#log.addEventListener("scroll", () => this.#scrolled(), { signal });
    main.addEventListener("click", (event) => this.#clicked(event), { signal });
    onAttention(() => this.#watch(), signal);
    everyMinute(draw, signal);
  }

  /**
   * Show a room from its first unread message, or another spot of it that is loaded.
   *
   * @param {number} room @param {{seq: number, top?: number} | null} [spot] without `top` it stands out for a moment
   */
  show(room, spot = null) {
    const here = room === this.#room && spot;
    this.#aim = here ? null : spot;
    if (here) return void this.#toSpot(spot);
    const { rooms, logs } = this.#client.store;
    const summary = rooms.get(room);
    this.#room = room;
    this.#client.store.held.delete(room);
    this.#unseen = 0;
    this.#divider = summary?.unread ? { after: point(summary), count: summary.unread } : null;
    if (!logs.has(room)) this.#rows.clear();
    else if (this.#rows.served) this.#rows.adopt(this.#items());
    this.#draw();
    this.#settle();
  }

  /** Where the reader is, to come back to it; null at the end. */
  get spot() {
    return this.#room ? this.#scroll.spot : null;
  }

  /** The reader goes elsewhere. */
  leave() {
    this.#room = 0;
    this.#client.store.watched = 0;
  }

  /** Go to the newest message, wherever it is. */
  async toEnd() {
    if (!this.#whole) await this.#client.latest(this.#room).catch(() => undefined);
    this.#draw();
    this.#scroll.toEnd();
    this.#scrolled();
  }

  /** @param {{room: number, live?: import("../log.js").Message, reset?: boolean}} change @param {() => void} draw */
  #changed({ room, live, reset }, draw) {
    if (room !== this.#room) return;
    const theirs = live && live.author.id !== this.#client.me.id;
    if (theirs && !(attentive() && this.shown)) this.#divideAt(live);
    if (theirs && !this.#atEnd()) this.#unseen += 1;
    if (theirs) this.#rows.arrives(live.id);
    draw();
    if (reset) queueMicrotask(() => this.#settle());
  }

  /** Whoever looks away has left: the unread line moves to what arrives meanwhile. @param {{seq: number}} message */
  #divideAt(message) {
    const room = this.#client.store.rooms.get(this.#room);
    if (this.#divider && (!room || point(room) <= this.#divider.after)) this.#divider.count += 1;
    else this.#divider = { after: message.seq - 1, count: 1 };
  }

  #draw() {
    const log = this.#client.store.logs.get(this.#room);
    if (!log) return;
    if (this.#atEnd()) log.trim();
    const moderates = (this.#client.store.rooms.get(this.#room)?.role ?? "member") !== "member";
    this.#scroll.keep(() => this.#rows.show(this.#items(), moderates), this.#atEnd());
    const start = slot(this.#log, "start");
    if (start) start.hidden = log.hasBefore;
    const older = slot(this.#log, "older");
    if (older) older.hidden = !log.hasBefore;
    this.#scrolled();
  }

  /** What there is to show, in order. */
  #items() {
    const { store, me } = this.#client;
    const log = store.logs.get(this.#room);
    // Its place may be further back than what is loaded.
    const divider = this.#divider && log?.covers(this.#divider.after + 1) ? this.#divider : null;
    const items = timeline({
      messages: log?.messages ?? [],
      pending: log?.hasAfter ? [] : (store.pending.get(this.#room) ?? []),
      me: me.id,
      divider,
      others: store.rooms.get(this.#room)?.others ?? [],
      now: Date.now(),
    });
    /** @type {import("../counted-log.js").CountedLog | undefined} */ (log)?.note?.(items, store.rooms.get(this.#room)?.thread_drafts);
    return items;
  }

  /** Whether it has a place on the screen: where there is no width, a thread takes it. */
  get shown() {
    return this.#scroll.shown;
  }

  #atEnd() {
    return this.#whole && this.shown && this.#scroll.nearEnd;
  }

  /** Whether the newest message is among those that are loaded. */
  get #whole() {
    return !this.#client.store.logs.get(this.#room)?.hasAfter;
  }

  /** Go to where the reader wants to be in a window that is new. */
  #settle() {
    const aim = this.#aim;
    this.#aim = null;
    if ((aim && this.#toSpot(aim)) || this.#toTarget()) return;
    const divider = this.#rows.divider;
    this.#scroll.toEnd();
    if (!divider) return;
    this.#scroll.toLine(divider);
    this.#scrolled();
  }

  /** Before a window with a message is loaded: go there and not to what is unread. @param {{seq: number, top?: number} | null} spot */
  aim(spot) {
    this.#aim = spot;
  }

  /** @param {{seq: number, top?: number}} spot @returns {boolean} whether it is loaded */
  #toSpot({ seq, top }) {
    if (top === undefined) return this.pointAt(seq);
    const row = this.#row(seq);
    if (!row) return false;
    this.#scroll.restore(row, top);
    this.#scrolled(true);
    return true;
  }

  /** Go to the first message that was unread when the room was opened. */
  async toDivider() {
    const divider = this.#rows.divider;
    const room = this.#client.store.rooms.get(this.#room);
    if (!divider && room?.unread) {
      const seq = (this.#divider?.after ?? point(room)) + 1;
      await this.#client.open(room.id, seq).catch(() => undefined);
      this.#divider ??= { after: seq - 1, count: room.unread };
      this.#draw();
    }
    const line = this.#rows.divider;
    if (line) this.#scroll.toLine(line);
    this.#scrolled();
  }

  /** Take the line above what was new away. */
  undivide() {
    this.#divider = null;
    this.#draw();
  }

  /**
   * What was in view long enough is read, and with it all before. So it counts only where nothing unread was passed
   * over, as by a link into the midst of it; or at the end, where one goes to be done with the rest.
   *
   * @param {number} seq
   */
  #read(seq) {
    if (habit("manual")) return;
    const room = this.#client.store.rooms.get(this.#room);
    const log = this.#client.store.logs.get(this.#room);
    const row = this.#row(seq);
    // After a leap the observer has not told yet what is out of view.
    if (!row || !this.#scroll.inView(row)) return;
    if (room && ((!this.#leapt && log?.covers(point(room) + 1)) || this.#atEnd())) this.#client.read(this.#room, seq);
  }

  /** @param {number} seq @returns {HTMLElement | null} the row of this message, if it is loaded */
  #row(seq) {
    return this.#timeline.querySelector(`#m-${seq}`);
  }

  #markRead() {
    const room = this.#client.store.rooms.get(this.#room);
    if (!room) return;
    this.#client.store.held.delete(room.id);
    this.#client.read(room.id, room.last_seq);
    this.undivide();
  }

  /** @param {number} by */
  step(by) {
    return this.#focus.step(by);
  }

  /** Whoever follows a link to a message sees that message. */
  #toTarget() {
    const target = /^#m-\d+$/.test(location.hash) ? document.getElementById(location.hash.slice(1)) : null;
    if (!target || !this.#timeline.contains(target) || target === this.#target) return false;
    this.#target = target;
    this.#scroll.toEnd();
    this.#point(target);
    return true;
  }

  /** @param {number} seq @returns {boolean} whether it is loaded */
  pointAt(seq) {
    const row = this.#row(seq);
    if (!row) return false;
    this.#point(row);
    return true;
  }

  /** @param {Element} row to be seen, and to stand out for a moment */
  #point(row) {
    this.#scroll.toLine(row);
    row.classList.remove("message--target");
    requestAnimationFrame(() => row.classList.add("message--target"));
    this.#scrolled(true);
  }

  #scrolled(leapt = this.#leapt) {
    const above = this.#above;
    this.#leapt = leapt && above > 0;
    if (this.#atEnd()) this.#unseen = 0;
    this.#watch();
    const far = this.#scroll.below > this.#scroll.screen;
    this.#buttons.show({ shown: this.#unseen > 0 || far || !this.#whole, unseen: this.#unseen }, above);
    this.#fetch();
  }

  /** How many unread messages are out of sight above. */
  get #above() {
    const room = this.#client.store.rooms.get(this.#room);
    const first = this.#client.store.logs.get(this.#room)?.first;
    if (!room?.unread || !first) return 0;
    const divider = this.#rows.divider;
    const above = divider ? this.#scroll.isAbove(divider) : first.seq > point(room) + 1;
    // Who reads by hand has the way to do so in view.
    return above || habit("manual") ? room.unread : 0;
  }

  /** Somebody looks at the end of this room, or no longer. */
  #watch() {
    const watching = !habit("manual") && attentive() && this.#atEnd();
    this.#client.store.watched = watching ? this.#room : 0;
  }

  #fetch() {
    const log = this.#client.store.logs.get(this.#room);
    if (!log) return;
    const ahead = AHEAD * this.#scroll.screen;
    // A page that cannot be had now is asked for again at the next move, or when the link is back.
    if (log.hasBefore && this.#scroll.above < ahead) this.#older();
    if (log.hasAfter && this.#scroll.below < ahead) this.#client.newer(this.#room).catch(() => undefined);
  }

  async #older() {
    const room = this.#room;
    if (room === this.#coming) return;
    this.#coming = room;
    const line = slot(this.#log, "older");
    const slow = setTimeout(() => line?.setAttribute("aria-busy", "true"), SLOW);
    await this.#client.older(room).catch(() => undefined);
    clearTimeout(slow);
    if (room !== this.#coming) return;
    this.#coming = 0;
    line?.removeAttribute("aria-busy");
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    const link = /** @type {Element} */ (event.target).closest("[data-action=older], [data-action=newer]");
    if (!link) return;
    event.preventDefault();
    this.#fetch();
  }
}
