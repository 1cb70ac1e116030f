/**
 * The chat of one signed-in person in one tab: joins transport, store, outbox and REST. No DOM.
 *
 * Events: `arrived` with a message of somebody else that this client had not heard of; `left` with the id of a room
 * that we are out of; `named` with a message that names us only since it was edited; `withdrawn` with one that was
 * deleted; `upload` with `{key, share}` of a file that is on its way; `me` with our card where that
 * has changed.
 */

import { contentOf } from "./api.js";
import { on, tell } from "./events.js";
import { Failure } from "./failure.js";
import { actions } from "./frames.js";
import { Outbox } from "./outbox.js";
import { Presence } from "./presence.js";
import { Receipts } from "./receipts.js";
import { namesUs, point } from "./rooms.js";
import { Store } from "./store.js";
import { Catchup } from "./sync.js";
import { Typing, TypingThrottle } from "./typing.js";

/** A socket that has been away this long may be blocked for good: messages go through the REST door. */
const PATIENCE = 3_000;
/** Further back than this the first unread message is not on the newest page. */
const NEWEST_PAGE = 45;
/** Milliseconds until an uncertain count is asked for. */
const RECOUNT_AFTER = 200;
const RECOUNT_WITHIN = 1_000;

export class Client extends EventTarget {
  #typed = new TypingThrottle();
  /** @type {Set<string>} pages that are on their way */
  #loading = new Set();
  /** @type {Map<number, any>} timers of the rooms whose counts are about to be asked for */
  #recounting = new Map();
  /** Until it is no longer known who is here. */
  #losing;
  /** @type {Promise<import("./uploads.js").Uploads> | undefined} */
  #uploads;
  /** Whether replies are shown as threads, too. */
  threads = false;

  /**
   * @param {object} parts
   * @param {{id: number}} parts.me
   * @param {import("./transport.js").Transport | import("./shared.js").SharedTransport} parts.transport
   * @param {import("./api.js").Api} parts.api
   * @param {import("./storage.js").Storage} parts.storage
   * @param {BroadcastChannel} [parts.channel]
   */
  constructor({ me, transport, api, storage, channel }) {
    super();
    this.me = me;
    this.transport = transport;
    this.api = api;
    const send = (type, fields) => transport.send(type, fields);
    this.store = new Store(me);
    this.typing = new Typing();
    this.presence = new Presence(send);
    this.receipts = new Receipts(send);
    this.catchup = new Catchup((rooms) => transport.send("sync", { rooms }));
    const upload = (/** @type {import("./uploads.js").Sending} */ file) => this.#upload(file);
    this.outbox = new Outbox({ storage, user: me.id, channel, upload, send: (entry) => this.#deliver(entry) });
    this.#listen();
  }

  async start() {
    await this.outbox.load();
    this.#linked();
    this.transport.start();
  }

  /** End all of it: no link, no timer. What is not sent yet stays in the storage. */
  stop() {
    this.transport.stop();
    clearTimeout(this.#losing);
    for (const timer of this.#recounting.values()) clearTimeout(timer);
    this.catchup.clear();
    this.receipts.stop();
    this.typing.stop();
    this.outbox.stop();
  }

  /** The link has come or gone. A blip changes nothing of what is shown of others. */
  #linked() {
    if (this.transport.online) {
      clearTimeout(this.#losing);
      this.#losing = undefined;
    } else {
      this.catchup.clear();
      this.#losing ??= setTimeout(() => this.presence.lose(), Math.max(0, PATIENCE - this.transport.downFor));
    }
  }

  #listen() {
    on(this.transport, "frame", (frame) => {
      if (Object.hasOwn(actions, frame.type)) actions[frame.type](this, frame);
    });
    on(this.transport, "state", () => this.#linked());
    // It may have been about to send: what it left behind is ours as well.
    on(this.transport, "left", () => this.outbox.flushAll());
    on(this.outbox, "entry", (entry) => this.store.putPending(entry));
    on(this.outbox, "gone", (entry) => this.store.dropPending(entry.room, entry.client_id));
    on(this.store, "uncertain", ({ room }) => this.#recount(room));
    on(this.outbox, "sent", ({ message }) => this.store.putMessage(message, true));
  }

  /** Put a change where it belongs, or find out what lies before it. @param {any} frame */
  apply(frame) {
    const { room, message } = frame;
    const before = this.store.rooms.get(room)?.last_seq ?? 0;
    const was = this.store.logs.get(room)?.messages.find(({ id }) => id === message.id);
    const verdict = this.store.putFrame(frame);
    if (verdict === "gap") {
      this.catchup.begin({ [room]: this.store.known(room) });
      this.catchup.hold(frame);
    } else if (verdict === "unknown") {
      this.meet(room);
    } else if (verdict === "next" && message.seq > before) {
      this.#arrived(message);
    } else if (verdict === "next" && message.deleted_at) {
      tell(this, "withdrawn", message);
    } else if (verdict === "next" && was && !namesUs(was, this.me.id) && namesUs(message, this.me.id)) {
      if (message.author.id !== this.me.id) tell(this, "named", message);
    }
  }

  /** @param {import("./log.js").Message} message */
  #arrived(message) {
    if (message.author.id === this.me.id) return;
    this.typing.stopped(message.room, message.author.id);
    this.receipts.delivered(message.room, message.seq);
    tell(this, "arrived", message);
  }

  /** What a summary shows has reached this device. @param {import("./rooms.js").Room} room */
  acknowledge({ id, last_seq, delivered_seq, last_message }) {
    const theirs = last_message && last_message.author.id !== this.me.id;
    if (theirs && last_seq > delivered_seq) this.receipts.delivered(id, last_seq);
  }

  /** Ask what is unread in a room, once for many reasons, and not at the same moment as everybody else. @param {number} id */
  #recount(id) {
    if (this.#recounting.has(id)) return;
    const recount = () => {
      this.#recounting.delete(id);
      this.meet(id);
    };
    this.#recounting.set(id, setTimeout(recount, RECOUNT_AFTER + Math.random() * RECOUNT_WITHIN));
  }

  /** Count everything from a message on as unread again. @param {number} room @param {number} seq @throws {Failure} */
  async markUnread(room, seq) {
    this.store.putRoom(await this.api.call("POST", `rooms/${room}/unread/`, { seq }));
  }

  /** Fetch a room's summary: we have just heard of it, or lost count of it. @param {number} id */
  async meet(id) {
    try {
      this.store.putRoom(await this.api.room(id));
    } catch (error) {
      if (Failure.from(error).code === "not_found") this.store.dropRoom(id);
    }
  }

  /** We are out of a room: nothing of it stays. @param {number} id */
  forget(id) {
    this.catchup.finish(id);
    this.store.dropRoom(id);
    tell(this, "left", id);
  }

  /** See that a room's messages are loaded: those around a seq, or else from the first unread one. @param {number} id @param {number} [seq] */
  async open(id, seq) {
    if (!this.store.rooms.has(id)) this.store.putRoom(await this.api.room(id));
    const log = this.store.logs.get(id);
    if (seq ? log?.covers(seq) : log && !log.hasAfter) return;
    const room = this.store.rooms.get(id);
    const unread = room && room.unread > NEWEST_PAGE ? point(room) : undefined;
    const around = seq ?? unread;
    await this.#page(id, around ? { around } : {}, "open").catch((error) => {
      // Without a link, what was looked at last is better than nothing.
      if (seq || !log) throw error;
    });
  }

  /** Show the newest messages again after a look far back. @param {number} id */
  latest(id) {
    return this.#page(id, {}, "open");
  }

  /** @param {number} id */
  async older(id) {
    const log = this.store.logs.get(id);
    if (log?.hasBefore && log.first) await this.#page(id, { before: log.first.seq }, "prepend");
  }

  /** @param {number} id */
  async newer(id) {
    const log = this.store.logs.get(id);
    if (log?.hasAfter && log.last) await this.#page(id, { after: log.last.seq }, "append");
  }

  /** @param {number} id @param {Record<string, number>} query @param {"open" | "prepend" | "append"} way */
  async #page(id, query, way) {
    const key = `${way}-${id}`;
    if (this.#loading.has(key)) return;
    this.#loading.add(key);
    const log = this.store.logs.get(id);
    const floor = (way === "open" ? this.store.rooms.get(id)?.last_seq : log?.seq) ?? 0;
    try {
      const page = await this.api.messages(id, query);
      if (this.store.logs.get(id) !== log) return;
      if (way === "open") this.store.openLog(id, page, floor);
      else this.store.extendLog(id, page, floor, way);
      this.resync(id);
    } finally {
      this.#loading.delete(key);
    }
  }

  /** Changes that happened while a page was on its way. @param {number} id */
  resync(id) {
    const known = this.store.known(id);
    if (this.transport.online && known < (this.store.rooms.get(id)?.last_seq ?? 0)) this.catchup.begin({ [id]: known });
  }

  /**
   * @param {number} room @param {string} body @param {import("./log.js").Quote} [quote] what it answers
   * @param {import("./uploads.js").Sending[]} [files]
   */
  send(room, body, quote, files) {
    this.#typed.reset(room);
    return this.outbox.add(room, body, quote, files);
  }

  /** @param {import("./uploads.js").Sending} file @returns {Promise<import("./attachments.js").Attachment>} */
  async #upload(file) {
    const uploads = await this.uploads().catch(() => Promise.reject(new Failure("closed")));
    const attachment = file.id ? file.attachment : await uploads.upload(file);
    return attachment?.alt === file.alt ? attachment : this.describe(file.id ?? attachment.id, file.alt);
  }

  /** Say what is on a picture that is uploaded and not sent. @param {string} id @param {string} alt @returns {Promise<import("./attachments.js").Attachment>} */
  describe(id, alt) {
    return this.api.call("PATCH", `uploads/${id}/`, { alt });
  }

  /** What brings files to the server; it comes with the first of them. @returns {Promise<import("./uploads.js").Uploads>} */
  uploads() {
    this.#uploads ??= this.#loadUploads();
    this.#uploads.catch(() => (this.#uploads = undefined));
    return this.#uploads;
  }

  async #loadUploads() {
    const [{ Uploads }, { upload }] = await Promise.all([import("./uploads.js"), import("./uploading.js")]);
    const uploads = new Uploads((file, how) => upload(this.api, file, how));
    on(this.transport, "state", () => this.transport.online && uploads.nudge());
    on(this.outbox, "lost", ({ files }) => files.forEach(({ key }) => uploads.forget(key)));
    on(this.outbox, "gone", ({ files = [] }) => files.forEach(({ key }) => uploads.cancel(key)));
    on(uploads, "progress", (progress) => tell(this, "upload", progress));
    return uploads;
  }

  /** @param {import("./outbox.js").Entry} entry */
  async #deliver(entry) {
    if (this.transport.online) {
      const { message } = await this.transport.request("message.send", { room: entry.room, ...contentOf(entry) });
      return message;
    }
    if (this.transport.downFor < PATIENCE) throw new Failure("closed");
    return this.api.sendMessage(entry);
  }

  /** Take back a message of ours. @param {number} id @throws {Failure} */
  async remove(id) {
    const answer = this.transport.online
      ? (await this.transport.request("message.delete", { message: id })).message
      : await this.api.deleteMessage(id);
    if (answer) this.store.putMessage(answer);
  }

  /** @param {number} room */
  typed(room) {
    if (this.transport.online && this.#typed.allows(room, Date.now())) this.transport.send("typing.start", { room });
  }

  /** @param {number} room @param {number} seq everything up to it has been seen */
  read(room, seq) {
    if (this.store.markRead(room, seq)) this.receipts.read(room, seq);
  }
}
