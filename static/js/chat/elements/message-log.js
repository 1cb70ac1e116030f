/**
 * The timeline of the open room: draws what the store holds, keeps the reader's place, fetches further pages.
 */

import { Reading, attentive, onAttention } from "../attention.js";
import { arrange, cloneTemplate, fill, once, slot } from "../dom.js";
import { on } from "../events.js";
import { point } from "../rooms.js";
import { everyMinute } from "../time.js";
import { timeline } from "../timeline.js";
import { LogScroll } from "./log-scroll.js";
import { adoptRow, createRow, fillRow } from "./message-row.js";

/** Older messages are fetched when the beginning is this many screens away. */
const AHEAD = 1.5;

export class MessageLog {
  #client;
  #log;
  #timeline;
  #scroll;
  #reading;
  #jump;
  /** @type {Map<string, HTMLElement>} */
  #nodes = new Map();
  /** @type {{after: number, count: number} | null} */
  #divider = null;
  #room = 0;
  /** The message that the address names, once it was shown. @type {Element | null} */
  #target = null;
  #unseen = 0;
  /** @type {Set<number>} messages that have just been sent, to be shown arriving */
  #arriving = new Set();

  /** @param {HTMLElement} main @param {import("../client.js").Client} client @param {AbortSignal} signal */
  constructor(main, client, signal) {
    this.#client = client;
    this.#log = /** @type {HTMLElement} */ (slot(main, "log"));
    this.#timeline = /** @type {HTMLElement} */ (slot(main, "timeline"));
    this.#jump = /** @type {HTMLElement} */ (slot(main, "jump"));
    this.#reading = new Reading(this.#log, (seq) => client.read(this.#room, seq), signal);
    this.#scroll = new LogScroll(this.#log, this.#timeline);
    this.#log.querySelector(".pager-row")?.remove();
    const draw = once(() => this.#draw());
    on(client.store, "log", (change) => this.#changed(change, draw), signal);
    on(client.transport, "state", () => client.transport.online && this.#fetch(), signal);
    this.#log.addEventListener("scroll", () => this.#scrolled(), { signal });
    this.#log.addEventListener("keydown", (event) => this.#walk(event), { signal });
    this.#jump.addEventListener("click", () => this.toEnd(), { signal });
    main.addEventListener("click", (event) => this.#clicked(event), { signal });
    onAttention(() => this.#watch(), signal);
    everyMinute(draw, signal);
  }

  /** Show a room from its first unread message. @param {number} room */
  show(room) {
    const { rooms, logs } = this.#client.store;
    const summary = rooms.get(room);
    this.#room = room;
    this.#client.store.held.delete(room);
    this.#unseen = 0;
    this.#divider = summary?.unread ? { after: point(summary), count: summary.unread } : null;
    if (!logs.has(room)) this.#clear();
    else if (this.#timeline.childElementCount && !this.#nodes.size) this.#adopt();
    this.#draw();
    this.#toUnread();
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
    if (theirs && !attentive()) this.#divideAt(live);
    if (theirs && !this.#atEnd()) this.#unseen += 1;
    if (theirs) this.#arriving.add(live.id);
    draw();
    if (reset) queueMicrotask(() => this.#toUnread());
  }

  /** Whoever looks away has left: the unread line moves to what arrives meanwhile. @param {{seq: number}} message */
  #divideAt(message) {
    const room = this.#client.store.rooms.get(this.#room);
    if (this.#divider && (!room || point(room) <= this.#divider.after)) this.#divider.count += 1;
    else this.#divider = { after: message.seq - 1, count: 1 };
  }

  #draw() {
    const { store, me } = this.#client;
    const log = store.logs.get(this.#room);
    const room = store.rooms.get(this.#room);
    if (!log) return;
    if (this.#atEnd()) log.trim();
    const items = timeline({
      messages: log.messages,
      pending: log.hasAfter ? [] : (store.pending.get(this.#room) ?? []),
      me: me.id,
      divider: this.#divider,
      others: room?.others ?? [],
      now: Date.now(),
    });
    this.#scroll.keep(() => this.#arrange(items), this.#atEnd());
    const start = slot(this.#log, "start");
    if (start) start.hidden = log.hasBefore;
    const older = slot(this.#log, "older");
    if (older) older.hidden = !log.hasBefore;
    this.#scrolled();
  }

  /** @param {import("../timeline.js").Item[]} items */
  #arrange(items) {
    const before = this.#nodes;
    this.#nodes = new Map(items.map((item) => [item.key, this.#node(item, before.get(item.key))]));
    for (const [key, node] of before) if (this.#nodes.get(key) !== node) this.#reading.forget(node);
    arrange(this.#timeline, [...this.#nodes.values()]);
  }

  #moderates() {
    return (this.#client.store.rooms.get(this.#room)?.role ?? "member") !== "member";
  }

  /** @param {import("../timeline.js").Item} item @param {HTMLElement} [node] */
  #node(item, node) {
    if (item.kind === "message") {
      const row = node ?? createRow(item);
      fillRow(row, item, this.#client.me.id, this.#moderates());
      if (item.message) {
        this.#reading.observe(row);
        if (this.#arriving.delete(item.message.id)) row.classList.add("message--new");
      }
      return row;
    }
    const line = node ?? cloneTemplate(item.kind === "day" ? "t-day" : "t-divider");
    fill(line, item.kind === "day" ? "day-text" : "divider-text", item.label);
    if (item.kind === "day") line.dataset.day = item.day;
    return line;
  }

  /** Take over the rows that the server rendered, so that nothing flickers. */
  #adopt() {
    const { store, me } = this.#client;
    const messages = store.logs.get(this.#room)?.messages ?? [];
    const items = timeline({ messages, pending: [], me: me.id, divider: null, others: [], now: Date.now() });
    for (const item of items) {
      if (item.kind !== "message" || !item.message) continue;
      const row = this.#timeline.querySelector(`[data-id="${item.message.id}"]`);
      if (!(row instanceof HTMLElement)) continue;
      adoptRow(row, item);
      this.#nodes.set(item.key, row);
    }
  }

  #clear() {
    for (const node of this.#nodes.values()) this.#reading.forget(node);
    this.#nodes.clear();
    this.#timeline.replaceChildren();
  }

  #atEnd() {
    return this.#whole && this.#scroll.nearEnd;
  }

  /** Whether the newest message is among those that are loaded. */
  get #whole() {
    return !this.#client.store.logs.get(this.#room)?.hasAfter;
  }

  #toUnread() {
    if (this.#toTarget()) return;
    const divider = this.#nodes.get("divider");
    this.#scroll.toEnd();
    if (!divider) return;
    this.#scroll.toLine(divider);
    this.#scrolled();
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
    const row = document.getElementById(`m-${seq}`);
    if (!row || !this.#timeline.contains(row)) return false;
    this.#point(row);
    return true;
  }

  /** @param {Element} row to be seen, and to stand out for a moment */
  #point(row) {
    this.#scroll.toLine(row);
    row.classList.remove("message--target");
    requestAnimationFrame(() => row.classList.add("message--target"));
    this.#scrolled();
  }

  #scrolled() {
    if (this.#atEnd()) this.#unseen = 0;
    this.#watch();
    const far = this.#scroll.below > this.#scroll.screen;
    this.#jump.hidden = !this.#unseen && !far && this.#whole;
    this.#jump.classList.toggle("jump--new", this.#unseen > 0);
    const messages = this.#unseen === 1 ? "1 new message" : `${this.#unseen} new messages`;
    fill(this.#jump, "jump-text", this.#unseen ? messages : "Jump to latest");
    this.#fetch();
  }

  /** Somebody looks at the end of this room, or no longer. */
  #watch() {
    const watching = attentive() && this.#scroll.shown && this.#atEnd();
    this.#client.store.watched = watching ? this.#room : 0;
  }

  #fetch() {
    const log = this.#client.store.logs.get(this.#room);
    if (!log) return;
    const ahead = AHEAD * this.#scroll.screen;
    // A page that cannot be had now is asked for again at the next move, or when the link is back.
    if (log.hasBefore && this.#scroll.above < ahead) this.#client.older(this.#room).catch(() => undefined);
    if (log.hasAfter && this.#scroll.below < ahead) this.#client.newer(this.#room).catch(() => undefined);
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    const quote = /** @type {Element} */ (event.target).closest("[data-slot=quote]");
    if (quote instanceof HTMLElement && this.pointAt(Number(quote.dataset.seq))) event.preventDefault();
    const link = /** @type {Element} */ (event.target).closest("[data-action=older], [data-action=newer]");
    if (!link) return;
    event.preventDefault();
    this.#fetch();
  }

  /** Up and down move from message to message. @param {KeyboardEvent} event */
  #walk(event) {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
    const rows = /** @type {HTMLElement[]} */ ([...this.#timeline.querySelectorAll(".message")]);
    const at = rows.findIndex((row) => row.contains(document.activeElement));
    const next = at < 0 ? rows.at(-1) : rows[at + step];
    if (!next) return;
    event.preventDefault();
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  }
}
