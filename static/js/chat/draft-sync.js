/**
 * What is begun on this device, on its way to the others: one request of a room at a time, and always the last word.
 *
 * Once the server has a draft it is the one copy; what is kept here has not reached it yet.
 */

import { Failure } from "./failure.js";

export class DraftSync {
  #api;
  #kept;
  #told;
  /** What is to be said of each room; no room is asked about twice at once. @type {Map<number, string>} */
  #wanted = new Map();
  /** @type {Map<number, string>} what is being said now */
  #saying = new Map();
  /** @type {Map<number, string>} what the server heard last, from here */
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
   * @param {number} room @param {string} body
   */
  hears(room, body) {
    if (this.#said.get(room) === body) return true;
    this.#said.delete(room);
    return false;
  }

  /** @param {number} room @param {string} body empty: there is no draft any more */
  async save(room, body) {
    this.#wanted.set(room, body.trim() ? body : "");
    if (!this.#saying.has(room)) await this.#say(room);
  }

  /** Say again what could not be said. */
  resume() {
    for (const room of this.#wanted.keys()) if (!this.#saying.has(room)) this.#say(room);
  }

  /** @param {number} room */
  async #say(room) {
    const body = /** @type {string} */ (this.#wanted.get(room));
    this.#wanted.delete(room);
    this.#saying.set(room, body);
    let failure;
    try {
      const answer = await this.#api.call(...(body ? put(room, body) : drop(room)));
      this.#said.set(room, body);
      this.#told(room, answer?.draft ?? null);
      if (this.#kept.get(room) === body) this.#kept.drop(room);
    } catch (error) {
      failure = Failure.from(error);
    } finally {
      this.#saying.delete(room);
    }
    // What the server will never take stays here; what it could not take now is said when it is back.
    if (failure?.passing && !this.#wanted.has(room)) this.#wanted.set(room, body);
    else if (this.#wanted.has(room)) await this.#say(room);
  }
}

/** @param {number} room @param {string} body @returns {[string, string, object]} */
function put(room, body) {
  return ["PUT", `rooms/${room}/draft/`, { body }];
}

/** @param {number} room @returns {[string, string]} */
function drop(room) {
  return ["DELETE", `rooms/${room}/draft/`];
}
