/**
 * A thread beside its conversation, or in its place where there is no width for both: the message that it begins with,
 * its replies, and a box to reply in. Loaded with the first one that is opened.
 *
 * It holds messages of its own, as the timeline may be elsewhere; what changes goes into both. Everything is also said
 * in the conversation: what is unread is counted there, and what is seen here is read there.
 */

import { count } from "../counted-log.js";
import { cloneTemplate, fill, once, slot } from "../dom.js";
import { on } from "../events.js";
import { LOADED_MOST, Log, quoteOf } from "../log.js";
import { everyMinute } from "../time.js";
import { timeline } from "../timeline.js";
import { LogFocus } from "./log-focus.js";
import { LogRows } from "./log-rows.js";
import { LogScroll } from "./log-scroll.js";
import { showShare } from "./message-attachments.js";
import { MessageActions } from "./message-actions.js";
import { ThreadComposer } from "./thread-composer.js";
import { ThreadReading } from "./thread-reading.js";

/** Replies that are asked for at once. */
const PAGE = 100;
/** Where it takes the place of the conversation; as in thread.css. */
const ALONE = "(width < 64rem)";

/**
 * @typedef {import("../log.js").Message} Message
 * @typedef {{body: string, quote?: import("../log.js").Quote, files: import("../uploads.js").Sending[]}} Written
 * @typedef {{root: Message, count: number, results: Message[], next: string | null}} Page replies, newest first
 */

export class ThreadPane {
  #client;
  #parts;
  #base;
  #pane = cloneTemplate("t-thread");
  #alone = matchMedia(ALONE);
  #scroll;
  #focus;
  #actions;
  #reading;
  #beginning;
  #replies;
  #composer;
  #form;
  /** @type {Message | null} null: none is shown */
  #root = null;
  #log = new Log({ results: [], has_before: false, has_after: false });
  /** The cursor of what lies before the replies that are here. @type {string | null} */
  #next = null;
  /** How many replies lie there. */
  #before = 0;
  /** Only what was asked for last is shown. */
  #asked = 0;
  #draw = once(() => this.#show());

  /**
   * @param {HTMLElement} root @param {import("../client.js").Client} client
   * @param {object} parts
   * @param {string} parts.base "/rooms/"
   * @param {() => unknown} parts.close who looks at it wants to see it no longer
   * @param {ReturnType<import("./room-pane.js").RoomPane["shares"]>} parts.room what it has in common with the room
   * @param {AbortSignal} signal
   */
  constructor(root, client, parts, signal) {
    const { base, close, room } = parts;
    this.#client = client;
    this.#parts = room;
    this.#base = base;
    slot(root, "toast")?.before(this.#pane);
    const stand = () => this.#stand(this.#alone.matches);
    this.#alone.addEventListener("change", stand, { signal });
    stand();
    const [log, rows] = ["thread-log", "timeline"].map((name) => /** @type {HTMLElement} */ (slot(this.#pane, name)));
    const replies = /** @type {HTMLElement} */ (slot(rows, "thread-replies"));
    this.#scroll = new LogScroll(log, replies, signal);
    this.#focus = new LogFocus(log, rows, signal);
    this.#reading = new ThreadReading(log, client, signal);
    this.#beginning = new LogRows(/** @type {HTMLElement} */ (slot(rows, "thread-beginning")), this.#reading, client.me.id);
    this.#replies = new LogRows(replies, this.#reading, client.me.id);
    this.#form = /** @type {HTMLFormElement} */ (slot(this.#pane, "thread-composer"));
    this.#form.hidden = true; // until it is known for which thread
    const find = (token, show, stop) => room.propose(token, this.#root?.room ?? 0, show, stop);
    const sending = {
      typed: () => this.#root && client.typed(this.#root.room),
      meant: async (/** @type {string} */ body) => Boolean(this.#root) && room.meant(this.#root?.room ?? 0, body),
      send: (/** @type {Written} */ message) => this.#send(message),
    };
    const writing = { drafting: room.drafting, limit: room.limits?.body, attaching: room.attaching, pickEmoji: room.pickEmoji, find, ...sending };
    this.#composer = new ThreadComposer(this.#pane, this.#form, writing, signal);
    this.#actions = new MessageActions(root, this.#pane, client, { ...room, composer: this.#answering(close), find: (id) => this.#find(id) }, signal);
    for (const way of this.#pane.querySelectorAll("[data-action=close-thread]")) way.addEventListener("click", close, { signal });
    slot(this.#pane, "thread-earlier")?.addEventListener("click", (event) => this.#earlier(event), { signal });
    // What lies over it goes first.
    const left = (/** @type {KeyboardEvent} */ { key, defaultPrevented, target }) => key === "Escape" && !defaultPrevented && !(/** @type {Element} */ (target).closest("dialog"));
    this.#pane.addEventListener("keydown", (event) => left(event) && close(), { signal });
    on(client.transport, "frame", ({ type, message }) => type === "message" && this.#put(message), signal);
    on(client.outbox, "sent", ({ message }) => this.#put(message), signal);
    on(client, "upload", (progress) => showShare(replies, progress), signal);
    on(client.store, "log", ({ room: id }) => id === this.#root?.room && this.#draw(), signal); // what waits, and ticks
    on(client.store, "rooms", ({ room: id }) => id === this.#root?.room && this.#composer.hear(client.store.rooms.get(id)), signal);
    on(client.store, "card", () => this.#renew(), signal);
    on(client.transport, "state", () => client.transport.online && this.#renew(), signal);
    everyMinute(this.#draw, signal);
  }

  /** In the place of the conversation it is what the page is about. @param {boolean} alone */
  #stand(alone) {
    this.#pane.setAttribute("role", alone ? "main" : "complementary");
    this.#pane.querySelector("h2")?.setAttribute("aria-level", alone ? "1" : "2");
    this.#pane.querySelector("h3")?.setAttribute("aria-level", alone ? "2" : "3");
  }

  /**
   * Show the thread that a message begins or is in.
   *
   * @param {number} id @returns {Promise<Message | null>} what it begins with; null: another one was asked for meanwhile
   * @throws {import("../failure.js").Failure}
   */
  async open(id) {
    const asked = ++this.#asked;
    const page = await this.#load(id);
    if (asked !== this.#asked) return null;
    const { root } = page;
    if (root.id !== this.#root?.id) {
      this.#beginning.clear();
      this.#replies.clear();
      this.#composer.show({ room: root.room, root: root.id }, this.#client.store.rooms.get(root.room));
      this.#reading.show(root.room);
    }
    this.#take(page);
    this.#show();
    this.#scroll.toEnd();
    // On touch the keyboard comes up only when it is asked for.
    if (this.#form.hidden || !matchMedia("(pointer: fine)").matches) this.#pane.focus();
    else this.#composer.focus();
    return root;
  }

  /** Whether a message stands in the thread that is shown. @param {{id: number, thread_root?: number | null}} message */
  has({ id, thread_root: root }) {
    return this.#root !== null && [id, root].includes(this.#root.id);
  }

  /** Whether somebody is in it by keys. */
  get focused() {
    return this.#pane.contains(document.activeElement);
  }

  /** Do with a message what a key says, if that can be done. @param {HTMLElement} row @param {string} name */
  act(row, name) {
    return this.#actions.act(row, name);
  }

  /** Go to the message before the one that has the focus, or the next one. @param {1 | -1} by */
  step(by) {
    return this.#focus.step(by);
  }

  close() {
    this.#asked += 1;
    this.#root = null;
    this.#form.hidden = true;
    this.#composer.leave();
  }

  /** As it is now: something may have passed us by. */
  async #renew() {
    const asked = this.#asked;
    const page = this.#root && (await this.#load(this.#root.id).catch(() => null));
    if (!page || asked !== this.#asked) return;
    this.#take(page);
    this.#draw();
  }

  /** @param {number} id @param {string} [cursor] @returns {Promise<Page>} */
  #load(id, cursor = "") {
    return this.#client.api.call("GET", `messages/${id}/thread/?limit=${PAGE}&cursor=${encodeURIComponent(cursor)}`);
  }

  /** @param {Page} page */
  #take({ root, results, next, count: all }) {
    // What came while the page was on its way is newer than it.
    const known = [...this.#log.messages, ...(this.#client.store.logs.get(root.room)?.messages ?? [])];
    this.#root = known.findLast(({ id, changed_seq }) => id === root.id && changed_seq > root.changed_seq) ?? root;
    this.#log = new Log({ results, has_before: next !== null, has_after: false });
    this.#next = next;
    this.#before = all - this.#counted;
    for (const message of known) if (message.thread_root === root.id) this.#log.put(message);
  }

  /** Of the replies that are here, those that are not deleted. */
  get #counted() {
    return count(this.#log.messages).get(this.#root?.id ?? 0) ?? 0;
  }

  /** @param {Message} message as it is now */
  #put(message) {
    const root = this.#root;
    if (!root) return;
    if (message.id === root.id && message.changed_seq >= root.changed_seq) this.#root = message;
    else if (message.thread_root === root.id) this.#log.put(message);
    else return;
    this.#draw();
  }

  /** @param {number} id */
  #find(id) {
    return id === this.#root?.id ? this.#root : this.#log.messages.find((message) => message.id === id);
  }

  #show() {
    const root = this.#root;
    if (!root) return;
    const { store, me } = this.#client;
    const room = store.rooms.get(root.room);
    const moderates = (room?.role ?? "member") !== "member";
    const view = { me: me.id, divider: null, others: room?.others ?? [], now: Date.now() };
    const waiting = (store.pending.get(root.room) ?? []).filter(({ reply_to: id }) => id && this.#find(id));
    const messages = this.#log.messages.map((message) => without(message, root.id));
    const pending = waiting.map((entry) => (entry.reply_to === root.id ? { ...entry, quote: undefined } : entry));
    const beginning = timeline({ ...view, messages: [root], pending: [] });
    // The day stands above already.
    const replies = timeline({ ...view, messages, pending }).filter(({ key }) => key !== beginning[0].key);
    this.#beginning.show(beginning, moderates);
    this.#scroll.keep(() => this.#replies.show(replies, moderates), this.#scroll.nearEnd);
    // The places of the room's address are those of its timeline.
    for (const row of this.#pane.querySelectorAll(".message[id]")) row.removeAttribute("id");
    const number = this.#before + this.#counted;
    fill(this.#pane, "thread-count", number === 1 ? "1 reply" : number ? `${number} replies` : "No replies yet");
    const place = /** @type {HTMLAnchorElement} */ (slot(this.#pane, "thread-place"));
    place.href = `/m/${root.id}/`;
    for (const name of ["thread-place", "thread-count"]) slot(this.#pane, name)?.removeAttribute("hidden");
    const earlier = /** @type {HTMLAnchorElement} */ (slot(this.#pane, "thread-earlier"));
    earlier.hidden = this.#next === null;
    earlier.href = `${this.#base}${root.room}/thread/${root.seq}/?cursor=${encodeURIComponent(this.#next ?? "")}`;
    this.#form.hidden = room?.may_write === false || Boolean(room?.blocked);
    this.#composer.renew((id) => this.#find(id) ?? undefined);
  }

  /** What is written in it, and not sent. */
  get text() {
    return this.#root ? this.#composer.text : "";
  }

  /** Show what lies before; of a very long thread a page of its own does. @param {Event} event */
  async #earlier(event) {
    const root = this.#root;
    if (!root || !this.#next || this.#log.messages.length + PAGE > LOADED_MOST) return;
    event.preventDefault();
    const [next, asked] = [this.#next, this.#asked];
    try {
      const page = await this.#load(root.id, next);
      if (next !== this.#next || asked !== this.#asked) return;
      this.#log.prepend({ results: page.results, has_before: page.next !== null, has_after: false }, 0);
      this.#next = page.next;
      this.#before = page.count - this.#counted;
      this.#draw();
    } catch {
      this.#parts.notices.alert("This cannot be loaded right now. Try again when you are back online.");
    }
  }

  /** @param {Written} message without a quote it answers what the thread begins with */
  async #send({ body, quote, files }) {
    const root = this.#root;
    if (!root) return;
    const sent = this.#client.send(root.room, body, quote ?? quoteOf(root), files);
    this.#scroll.toEnd();
    await sent;
  }

  /**
   * A reply is written here; an edit where all edits are, which has to be seen.
   *
   * @param {() => unknown} close @returns {import("./message-actions.js").Composer}
   */
  #answering(close) {
    const { composer } = this.#parts;
    const edit = (/** @type {import("./composer-context.js").Context} */ context) => {
      if (this.#alone.matches) close();
      composer.enter(context);
    };
    return {
      enter: (context) => (context.reply ? this.#answer(context.reply) : edit(context)),
      edits: (id) => composer.edits(id),
      about: (text) => composer.about(text),
    };
  }

  /** @param {import("../log.js").Quote} quote */
  #answer(quote) {
    this.#composer.answer(quote.id === this.#root?.id ? undefined : quote);
  }
}

/** A reply to what stands above needs no quote of it. @param {Message} message @param {number} root @returns {Message} */
function without(message, root) {
  return message.reply_to?.id === root ? { ...message, reply_to: null } : message;
}
