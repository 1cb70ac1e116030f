/**
 * The files beside what is being written, place by place: made smaller, kept on this device, uploaded while one writes.
 * No DOM. Loaded when the first file is chosen, or left from before.
 *
 * A file belongs to the room, or the thread, that was open when it was chosen, whatever is open when it is ready.
 *
 * Events: `change` with `{room, key?}`.
 */

import { kindOf, refusal, room as roomFor } from "./choosing.js";
import { tell } from "./events.js";
import { Failure } from "./failure.js";
import { uuid4 } from "./uuid.js";

/**
 * @typedef {import("./uploads.js").Sending} Sending
 * @typedef {number | string} Place a room, or a thread by the name of its draft
 * @typedef {Sending & {client_id: string, room: Place, state: "preparing" | "uploading" | "ready" | "refused", problem: string}} Item
 *   client_id is its key: what keeps entries of the outbox keeps these as well
 */

export class Tray extends EventTarget {
  #uploads;
  #api;
  #storage;
  #marks;
  #shrink;
  #most;
  /** @type {Map<Place, Item[]>} */
  #rooms = new Map();
  /** @type {Set<Place>} whose files from before are here */
  #restored = new Set();
  /** Keys of what was handed over: it may still be in the storage. @type {Set<string>} */
  #taken = new Set();
  /** @type {Map<string, Promise<void>>} */
  #preparing = new Map();

  /**
   * @param {object} parts
   * @param {import("./uploads.js").Uploads} parts.uploads
   * @param {Pick<import("./api.js").Api, "call">} parts.api
   * @param {import("./storage.js").Storage} parts.storage
   * @param {{get: () => Place[], set: (rooms: Place[]) => void}} [parts.marks] which rooms have something in the storage
   * @param {typeof import("./shrink.js").shrink} parts.shrink
   * @param {number} [parts.most] bytes of a file that the server takes
   */
  constructor({ uploads, api, storage, marks = { get: () => [], set: () => undefined }, shrink, most }) {
    super();
    this.#uploads = uploads;
    this.#api = api;
    this.#storage = storage;
    this.#marks = marks;
    this.#shrink = shrink;
    this.#most = most;
  }

  /** @param {Place} room */
  of(room) {
    return this.#rooms.get(room) ?? [];
  }

  /** What is uploaded, for the draft. @param {Place} room @returns {string[]} */
  ids(room) {
    return this.of(room).flatMap(({ id }) => (id ? [id] : []));
  }

  /**
   * Show what an earlier page has left of a room.
   *
   * @param {Place} room @param {Set<string>} sent keys of what waits in the outbox already
   */
  async restore(room, sent) {
    if (this.#restored.has(room)) return;
    this.#restored.add(room);
    const kept = /** @type {Item[]} */ (/** @type {any} */ (await this.#storage.all()));
    const there = new Set(this.of(room).map(({ key }) => key));
    for (const item of kept) {
      if (item.room !== room || there.has(item.key) || this.#taken.has(item.key)) continue;
      if (sent.has(item.key)) this.#storage.remove(item.key);
      else this.#put({ ...item, state: item.id ? "ready" : "uploading", problem: "" });
    }
    for (const item of this.of(room)) if (item.state === "uploading") this.#upload(item);
  }

  /**
   * What the draft of a room has on the server: another device may have added to it, or sent it.
   *
   * @param {Place} room @param {string[]} ids
   * @param {string[]} [before] what the draft had; what is uploaded here and not in it yet stays
   */
  async serve(room, ids, before = []) {
    const gone = new Set(before.filter((id) => !ids.includes(id)));
    for (const item of this.of(room)) if (item.id && gone.has(item.id)) this.#drop(item);
    const missing = new Set(ids.filter((id) => !this.ids(room).includes(id)));
    if (!missing.size) return;
    const { results } = await this.#api.call("GET", "uploads/");
    const ours = new Set(this.ids(room));
    for (const attachment of results) {
      if (missing.has(attachment.id) && !ours.has(attachment.id)) this.#put(fromElsewhere(room, attachment));
    }
  }

  /**
   * @param {Place} room @param {File[]} files
   * @returns {string} what is wrong with some of them
   */
  add(room, files) {
    const refused = files.map((file) => refusal(file, this.#most)).filter(Boolean);
    const { fitting, problem } = roomFor(this.of(room).length, files.filter((file) => !refusal(file, this.#most)));
    for (const file of fitting) this.#begin(newItem(room, file), file);
    return [...refused, problem].filter(Boolean).join(" ");
  }

  /** What was recorded. @param {Place} room @param {Sending} file */
  keep(room, file) {
    this.#begin({ ...file, client_id: file.key, room, state: "preparing", problem: "" }, null);
  }

  /** @param {Place} room @param {string} key */
  remove(room, key) {
    const item = this.#find(room, key);
    if (!item) return;
    this.#drop(item);
    if (item.id) this.#api.call("DELETE", `uploads/${item.id}/`).catch(() => undefined); // it is collected after a day
  }

  /** @param {Place} room @param {string} key */
  retry(room, key) {
    const item = this.#find(room, key);
    if (item?.state === "refused") this.#upload(item);
  }

  /** @param {Place} room @param {string} key @param {string} alt what is on a picture */
  async describe(room, key, alt) {
    const item = this.#find(room, key);
    if (!item || item.alt === alt) return;
    const { id } = item;
    this.#change(item, { alt });
    if (!id) return;
    // If it cannot be told now it is told before the message is sent.
    const attachment = await this.#api.call("PATCH", `uploads/${id}/`, { alt }).catch(() => undefined);
    if (attachment) this.#change(item, { attachment });
  }

  /**
   * Hand over what goes with the message that is sent now; it stays stored here until `forget`.
   *
   * @param {Place} room
   * @returns {{files: Sending[], problem: string}} problem: why nothing can be sent
   */
  take(room) {
    const items = this.of(room);
    const refused = items.find(({ state }) => state === "refused");
    if (refused) return { files: [], problem: `“${refused.name}” cannot be sent. Remove it, or try it again.` };
    if (items.some(({ state }) => state === "preparing")) return { files: [], problem: "A picture is being made smaller. Send in a moment." };
    this.#rooms.delete(room);
    for (const { key } of items) this.#taken.add(key);
    tell(this, "change", { room });
    return { files: items.map(sending), problem: "" };
  }

  /** When nothing of a room is being made smaller any more. @param {Place} room @returns {Promise<unknown>} */
  prepared(room) {
    return Promise.all(this.of(room).map(({ key }) => this.#preparing.get(key)));
  }

  /** The outbox has them. @param {Sending[]} files */
  async forget(files) {
    for (const { key } of files) await this.#storage.remove(key);
    this.#mark();
  }

  /** @param {Item} item @param {File | null} file that is perhaps to be made smaller */
  #begin(item, file) {
    this.#put(item);
    this.#preparing.set(item.key, this.#prepare(item, file).finally(() => this.#preparing.delete(item.key)));
  }

  /** @param {Item} item @param {File | null} file */
  async #prepare(item, file) {
    const smaller = file && item.kind === "picture" ? await this.#shrink(file).catch(() => null) : null;
    if (!this.#has(item)) return;
    if (smaller) Object.assign(item, smaller, { size: smaller.blob.size, type: smaller.blob.type });
    // What this browser cannot read is a file among others, until the server has looked at it.
    else if (item.kind === "picture") item.kind = "file";
    const problem = refusal(item, this.#most, true);
    if (problem) return this.#change(item, { state: "refused", problem });
    this.#change(item, { state: "uploading" });
    await this.#keep(item);
    if (this.#has(item)) this.#upload(item);
  }

  /** @param {Item} item */
  async #upload(item) {
    this.#change(item, { state: "uploading", problem: "" });
    try {
      const attachment = await this.#uploads.upload(sending(item));
      if (!this.#has(item)) return; // it was sent, and the outbox has the same answer
      this.#change(item, { state: "ready", id: attachment.id, attachment });
      await this.#keep(item);
    } catch (error) {
      const { detail } = Failure.from(error);
      if (this.#has(item)) this.#change(item, { state: "refused", problem: detail || "This file could not be uploaded." });
    }
  }

  /** @param {Item} item */
  async #keep(item) {
    await this.#storage.put(/** @type {any} */ (item));
    this.#mark();
  }

  #mark() {
    const unseen = this.#marks.get().filter((room) => !this.#restored.has(room) && !this.#rooms.has(room));
    this.#marks.set([...unseen, ...[...this.#rooms].filter(([, items]) => items.length).map(([room]) => room)]);
  }

  /** @param {Item} item */
  #put(item) {
    this.#rooms.set(item.room, [...this.of(item.room), item]);
    tell(this, "change", { room: item.room, key: item.key });
  }

  /** @param {Item} item */
  #drop(item) {
    this.#rooms.set(item.room, this.of(item.room).filter((each) => each !== item));
    this.#uploads.cancel(item.key);
    this.#storage.remove(item.key);
    this.#mark();
    tell(this, "change", { room: item.room });
  }

  /** @param {Item} item @param {Partial<Item>} fields */
  #change(item, fields) {
    Object.assign(item, fields);
    tell(this, "change", { room: item.room, key: item.key });
  }

  /** @param {Item} item */
  #has(item) {
    return this.of(item.room).includes(item);
  }

  /** @param {Place} room @param {string} key */
  #find(room, key) {
    return this.of(room).find((item) => item.key === key);
  }
}

/** @param {Place} room @param {File} file @returns {Item} */
function newItem(room, file) {
  const { name, size, type } = file;
  const key = uuid4();
  const kind = kindOf(type);
  /** @type {Item} */
  const item = { key, client_id: key, room, name, size, type, kind, alt: "", blob: file, width: null, height: null, duration: null, waveform: null, state: "preparing", problem: "" };
  return item;
}

/** @param {Place} room @param {import("./attachments.js").Attachment} attachment @returns {Item} */
function fromElsewhere(room, attachment) {
  const { id, name, size, type, kind, alt, width, height, duration, waveform } = attachment;
  return { key: id, client_id: id, room, id, name, size, type, kind, alt, width, height, duration, waveform, attachment, blob: null, state: "ready", problem: "" };
}

/** @param {Item} item @returns {Sending} */
function sending({ client_id: _key, room: _room, state: _state, problem: _problem, ...file }) {
  return file;
}
