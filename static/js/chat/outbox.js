/**
 * What the user has sent and the server has not yet acknowledged.
 *
 * An entry is stored before its first try and keeps its client_id for ever, so that trying again can only
 * lead to the same message. One entry of a room is under way at a time, in order. Faults of the link or the
 * server are retried without a word; a refusal marks the entry as failed and leaves it to its author. Text
 * leaves the outbox by being acknowledged or by the user's own hand, never otherwise.
 *
 * The bytes of files are in the entry, so that they outlive the page as its text does. They are uploaded before its
 * first try; an upload is done anew where it is lost, which makes no second message: that has one client_id.
 *
 * Events: `entry` with the entry (new or changed); `gone` with the entry (acknowledged elsewhere or discarded);
 * `sent` with `{message}`, in whichever tab it was; `lost` with an entry whose uploads are gone; `slowed` with a Failure: the server wants us to wait.
 */

import { tell } from "./events.js";
import { Failure } from "./failure.js";
import { withLock } from "./locks.js";
import { backoff } from "./protocol.js";
import { uuid4 } from "./uuid.js";

/** What the server says where an upload is not there any more. */
const LOST = "attachment_gone";
/** A server that fails at one message again and again must not hold up those behind it for ever. */
const INTERNAL_TRIES = 5;

/**
 * @typedef {object} Entry
 * @property {string} client_id
 * @property {number} room
 * @property {number} user
 * @property {string} body
 * @property {number} [reply_to] the id of the message it answers
 * @property {import("./log.js").Quote} [quote] that message, for showing only
 * @property {import("./uploads.js").Sending[]} [files]
 * @property {number} at milliseconds; for showing only, the server's order counts
 * @property {"waiting" | "failed"} state
 * @property {string} [code] why it failed
 * @property {string} [detail]
 */

export class Outbox extends EventTarget {
  #storage;
  #send;
  #upload;
  #user;
  #channel;
  #random;
  /** @type {Map<string, Entry>} as last told to listeners */
  #shown = new Map();
  /** @type {Map<number, Promise<void>>} */
  #running = new Map();
  /** @type {Set<number>} rooms that were asked to flush while they did */
  #again = new Set();
  /** @type {Map<number, {attempt: number, timer: any, binding: boolean}>} binding: the server set it, nobody cuts it short */
  #pauses = new Map();
  /** @type {Map<string, number>} */
  #internal = new Map();
  /** @type {Set<string>} */
  #uploadedAnew = new Set();
  #stopped = false;

  /**
   * @param {object} parts
   * @param {import("./storage.js").Storage} parts.storage
   * @param {(entry: Entry) => Promise<any>} parts.send resolves to the message; rejects with a Failure
   * @param {(file: import("./uploads.js").Sending) => Promise<import("./attachments.js").Attachment>} [parts.upload]
   *   brings a file and what is said of it to the server; rejects with a Failure
   * @param {number} parts.user
   * @param {BroadcastChannel} [parts.channel] to the outboxes of other tabs
   * @param {() => number} [parts.random]
   */
  constructor({ storage, send, upload = () => Promise.reject(new Failure("internal")), user, channel, random = Math.random }) {
    super();
    this.#storage = storage;
    this.#send = send;
    this.#upload = upload;
    this.#user = user;
    this.#channel = channel;
    this.#random = random;
    if (channel) channel.onmessage = ({ data }) => this.#heard(data);
  }

  /** Another tab changed something. @param {{message?: any}} news */
  #heard({ message }) {
    if (message) tell(this, "sent", { message });
    return this.load();
  }

  /** Read what earlier pages and other tabs left, and tell what differs from what was told before. */
  async load() {
    const entries = await this.#storage.all();
    const ids = new Set(entries.map((entry) => entry.client_id));
    for (const entry of [...this.#shown.values()]) {
      if (!ids.has(entry.client_id)) this.#gone(entry);
    }
    for (const entry of entries) this.#show(entry);
  }

  /**
   * @param {number} room @param {string} body @param {import("./log.js").Quote} [quote] what it answers
   * @param {import("./uploads.js").Sending[]} [files]
   * @returns {Promise<Entry>}
   */
  async add(room, body, quote, files = []) {
    /** @type {Entry} */
    const entry = { client_id: uuid4(), room, user: this.#user, body, at: Date.now(), state: "waiting" };
    if (quote) Object.assign(entry, { reply_to: quote.id, quote });
    if (files.length) entry.files = files;
    this.#show(entry);
    await this.#keep(entry);
    this.flush(room);
    return entry;
  }

  /** Try a failed entry once more. @param {string} clientId */
  async retry(clientId) {
    const entry = this.#shown.get(clientId);
    if (!entry) return;
    const { code: _code, detail: _detail, ...rest } = entry;
    /** @type {Entry} */
    const waiting = { ...rest, state: "waiting" };
    this.#internal.delete(clientId);
    this.#show(waiting);
    await this.#keep(waiting);
    await this.flush(entry.room);
  }

  /** Try nothing any more; what waits stays in the storage. */
  stop() {
    this.#stopped = true;
    for (const { timer } of this.#pauses.values()) clearTimeout(timer);
  }

  /** The user lets go of it. @param {string} clientId */
  async discard(clientId) {
    const entry = this.#shown.get(clientId);
    if (entry) await this.#remove(entry);
  }

  /** The link is back: send whatever waits, now. */
  flushAll() {
    const rooms = new Set([...this.#shown.values()].map((entry) => entry.room));
    return Promise.all([...rooms].map((room) => this.flush(room)));
  }

  /** Send what waits in a room, in order, until nothing does or a fault says later. @param {number} room */
  flush(room) {
    const running = this.#running.get(room);
    if (running) {
      this.#again.add(room);
      return running;
    }
    const pause = this.#pauses.get(room);
    if (pause?.binding || this.#stopped) return Promise.resolve();
    clearTimeout(pause?.timer);
    // Other tabs hold the same entries: whoever has the lock reads them anew and finds what is left.
    const run = withLock(`parley-outbox-${this.#user}-${room}`, () => this.#drain(room)).finally(() => {
      this.#running.delete(room);
      if (this.#again.delete(room)) this.flush(room);
    });
    this.#running.set(room, run);
    return run;
  }

  /** @param {number} room */
  async #drain(room) {
    for (;;) {
      const entries = await this.#storage.all();
      let entry = entries.find((each) => each.room === room && each.state === "waiting");
      if (!entry) return;
      this.#again.delete(room);
      try {
        entry = await this.#uploaded(entry);
        if (!entry) continue;
        const message = await this.#send(entry);
        this.#pauses.delete(room);
        tell(this, "sent", { message });
        await this.#remove(entry, message);
      } catch (error) {
        const failure = Failure.from(error);
        if (await this.#lost(entry, failure)) continue;
        if (this.#passes(entry, failure)) {
          this.#pause(room, failure);
          this.#again.delete(room);
          return;
        }
        await this.#fail(entry, failure);
      }
    }
  }

  /** See that all files of an entry are with the server. @param {Entry} entry @returns {Promise<Entry | null>} null: it was let go of meanwhile */
  async #uploaded(entry) {
    if (!entry.files || entry.files.every(isThere)) return entry;
    const outcomes = await Promise.allSettled(entry.files.map((file) => this.#withUpload(file)));
    const files = outcomes.map((outcome, at) => (outcome.status === "fulfilled" ? outcome.value : entry.files[at]));
    const stored = await this.#storage.all();
    if (!stored.some(({ client_id }) => client_id === entry.client_id)) return null;
    Object.assign(entry, { files });
    await this.#storage.put(entry);
    const refused = outcomes.find((outcome) => outcome.status === "rejected");
    if (refused) throw refused.reason;
    return entry;
  }

  /** @param {import("./uploads.js").Sending} file */
  async #withUpload(file) {
    if (isThere(file)) return file;
    const attachment = await this.#upload(file);
    return { ...file, id: attachment.id, attachment };
  }

  /** What was uploaded has been collected meanwhile; we still have the bytes. @param {Entry} entry @param {Failure} failure @returns {Promise<boolean>} */
  async #lost(entry, { code }) {
    if (code !== LOST || !entry.files?.every(({ blob }) => blob) || this.#uploadedAnew.has(entry.client_id)) return false;
    this.#uploadedAnew.add(entry.client_id);
    tell(this, "lost", entry);
    await this.#storage.put({ ...entry, files: entry.files.map(({ id: _id, attachment: _attachment, ...file }) => file) });
    return true;
  }

  /** @param {Entry} entry @param {Failure} failure */
  #passes(entry, failure) {
    if (failure.code !== "internal") return failure.passing;
    const tries = (this.#internal.get(entry.client_id) ?? 0) + 1;
    this.#internal.set(entry.client_id, tries);
    return tries < INTERNAL_TRIES;
  }

  /** @param {number} room @param {Failure} failure */
  #pause(room, failure) {
    if (this.#stopped) return;
    const attempt = this.#pauses.get(room)?.attempt ?? 0;
    const { retryAfter, code } = failure;
    const wait = retryAfter === undefined ? backoff(attempt, this.#random) : retryAfter * 1000;
    const pause = { attempt: attempt + 1, binding: code === "rate_limited", timer: 0 };
    const over = () => {
      pause.binding = false;
      this.flush(room);
    };
    pause.timer = /** @type {any} */ (setTimeout(over, wait));
    this.#pauses.set(room, pause);
    if (code === "rate_limited") tell(this, "slowed", failure);
  }

  /** @param {Entry} entry @param {Failure} failure */
  async #fail(entry, { code, detail }) {
    /** @type {Entry} */
    const failed = { ...entry, state: "failed", code, detail };
    this.#show(failed);
    await this.#keep(failed);
  }

  /** @param {Entry} entry */
  async #keep(entry) {
    await this.#storage.put(entry);
    this.#channel?.postMessage({});
  }

  /** @param {Entry} entry @param {any} [message] what has become of it */
  async #remove(entry, message) {
    await this.#storage.remove(entry.client_id);
    this.#gone(entry);
    this.#channel?.postMessage({ message });
  }

  /** @param {Entry} entry */
  #show(entry) {
    if (this.#shown.get(entry.client_id)?.state === entry.state) return;
    this.#shown.set(entry.client_id, entry);
    tell(this, "entry", entry);
  }

  /** @param {Entry} entry */
  #gone(entry) {
    if (this.#shown.delete(entry.client_id)) tell(this, "gone", entry);
  }
}

/** Whether the server has a file, and what is said of it. @param {import("./uploads.js").Sending} file */
function isThere({ id, alt, attachment }) {
  return Boolean(id) && (!attachment || attachment.alt === alt);
}
