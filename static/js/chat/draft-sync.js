/**
 * What is begun on this device, on its way to the others: one request of a room at a time, and always the last word.
 *
 * Once the server has a draft it is the one copy; what is kept here has not reached it yet.
 */

import { draftOf, isNothing, isSame } from "./drafts.js";
import { Failure } from "./failure.js";

/** @typedef {import("./drafts.js").Draft} Draft */

export class DraftSync {
  #api;
  #kept;
  #told;
  /** What is to be said of each room; no room is asked about twice at once. @type {Map<number, Draft>} */
  #wanted = new Map();
  /** @type {Map<number, Draft>} what is being said now */
  #saying = new Map();
  /** @type {Map<number, Draft>} what the server heard last, from here */
  #said = new Map();

  /**
   * @param {Pick<import("./api.js").Api, "call">} api
   * @param {Pick<import("./drafts.js").Drafts, "get" | "drop">} kept
   * @param {(room: number, draft: import("./rooms.js").Room["draft"]) => void} told what the server has now
   */
  constructor(api, kept, told) {
    this.#api = api;
    this.#kept = kept;
    this.#told = told;
  }

  /** Whether this device has something to say of the room that the server has not answered. @param {number} room */
  busy(room) {
    return this.#wanted.has(room) || this.#saying.has(room);
  }

  /**
   * Whether a draft that the server tells of is an echo of this device; after another one nothing is.
   *
   * @param {number} room @param {Draft} draft
   */
  hears(room, draft) {
    const said = this.#said.get(room);
    if (said && isSame(said, draft)) return true;
    this.#said.delete(room);
    return false;
  }

  /** @param {number} room @param {Draft} draft with nothing in it: there is none any more */
  async save(room, draft) {
    this.#wanted.set(room, draftOf(draft.body, draft.reply_to, draft.attachments));
    if (!this.#saying.has(room)) await this.#say(room);
  }

  /** Say again what could not be said. */
  resume() {
    for (const room of this.#wanted.keys()) if (!this.#saying.has(room)) this.#say(room);
  }

  /** @param {number} room */
  async #say(room) {
    const draft = /** @type {Draft} */ (this.#wanted.get(room));
    this.#wanted.delete(room);
    this.#saying.set(room, draft);
    let failure;
    try {
      const answer = await this.#api.call(...(isNothing(draft) ? drop(room) : put(room, draft)));
      this.#said.set(room, draft);
      this.#told(room, answer?.draft ?? null);
      if (isSame(this.#kept.get(room), draft)) this.#kept.drop(room);
    } catch (error) {
      failure = Failure.from(error);
    } finally {
      this.#saying.delete(room);
    }
    // What it answers may have been deleted meanwhile; the text is worth keeping all the same.
    if (failure?.code === "not_found" && draft.reply_to && !this.#wanted.has(room)) this.#wanted.set(room, { ...draft, reply_to: null });
    // What the server will never take stays here; what it could not take now is said when it is back.
    if (failure?.passing && !this.#wanted.has(room)) this.#wanted.set(room, draft);
    else if (this.#wanted.has(room)) await this.#say(room);
  }
}

/** @param {number} room @param {Draft} draft @returns {[string, string, object]} */
function put(room, { body, reply_to, attachments }) {
  return ["PUT", `rooms/${room}/draft/`, { body, reply_to, ...(attachments.length ? { attachments } : {}) }];
}

/** @param {number} room @returns {[string, string]} */
function drop(room) {
  return ["DELETE", `rooms/${room}/draft/`];
}
