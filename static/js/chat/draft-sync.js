/**
 * What is begun on this device, on its way to the others: one request of a place at a time, and always the last word.
 *
 * Once the server has a draft it is the one copy; what is kept here has not reached it yet.
 */

import { draftOf, isNothing } from "./drafts.js";
import { tell } from "./events.js";
import { Failure } from "./failure.js";
import { isSame, nameOf } from "./told-drafts.js";

/**
 * @typedef {import("./drafts.js").Draft} Draft
 * @typedef {import("./drafts.js").Place} Place
 * @typedef {number | string} Name of a place
 */

export class DraftSync {
  #api;
  #kept;
  #told;
  /** What is to be said of each place; no place is asked about twice at once. @type {Map<Name, {place: Place, draft: Draft}>} */
  #wanted = new Map();
  /** The places of which something is being said now. @type {Set<Name>} */
  #saying = new Set();
  /** @type {Map<Name, Draft>} what the server heard last, from here */
  #said = new Map();

  /**
   * @param {Pick<import("./api.js").Api, "call">} api
   * @param {Pick<import("./drafts.js").Drafts, "get" | "drop">} kept
   * @param {(place: Place, draft: import("./rooms.js").Room["draft"]) => void} told what the server has now
   */
  constructor(api, kept, told) {
    this.#api = api;
    this.#kept = kept;
    this.#told = told;
  }

  /** Whether this device has something to say of the place that the server has not answered. @param {Place} place */
  busy(place) {
    const name = nameOf(place);
    return this.#wanted.has(name) || this.#saying.has(name);
  }

  /**
   * Whether a draft that the server tells of is an echo of this device; after another one nothing is.
   *
   * @param {Place} place @param {Draft} draft
   */
  hears(place, draft) {
    const name = nameOf(place);
    const said = this.#said.get(name);
    if (said && isSame(said, draft)) return true;
    this.#said.delete(name);
    return false;
  }

  /** @param {Place} place @param {Draft} draft with nothing in it: there is none any more */
  async save(place, draft) {
    const name = nameOf(place);
    this.#wanted.set(name, { place, draft: draftOf(draft.body, draft.reply_to, draft.attachments) });
    if (!this.#saying.has(name)) await this.#say(name);
  }

  /** Say again what could not be said. */
  resume() {
    for (const name of this.#wanted.keys()) if (!this.#saying.has(name)) this.#say(name);
  }

  /** @param {Name} name */
  async #say(name) {
    const { place, draft } = /** @type {{place: Place, draft: Draft}} */ (this.#wanted.get(name));
    this.#wanted.delete(name);
    this.#saying.add(name);
    let failure;
    try {
      const answer = await this.#api.call(...(isNothing(draft) ? drop(place) : put(place, draft)));
      this.#said.set(name, draft);
      this.#told(place, answer ? found(answer, place) : null);
      if (isSame(this.#kept.get(name), draft)) this.#kept.drop(name);
    } catch (error) {
      failure = Failure.from(error);
    } finally {
      this.#saying.delete(name);
    }
    // What it answers may have been deleted meanwhile; the text is worth keeping all the same.
    if (failure?.code === "not_found" && draft.reply_to && !this.#wanted.has(name)) this.#wanted.set(name, { place, draft: { ...draft, reply_to: null } });
    // What the server will never take stays here; what it could not take now is said when it is back.
    if (failure?.passing && !this.#wanted.has(name)) this.#wanted.set(name, { place, draft });
    else if (this.#wanted.has(name)) await this.#say(name);
  }
}

/** Put into the store what the server has as the draft of a place. @param {import("./store.js").Store} store @param {Place} place @param {import("./rooms.js").Room["draft"]} draft */
export function putDraft(store, { room: id, root }, draft) {
  const room = store.rooms.get(id);
  if (room && root) {
    const others = (room.thread_drafts ?? []).filter(({ thread_root }) => thread_root !== root);
    room.thread_drafts = /** @type {typeof room.thread_drafts} */ (draft ? [...others, draft] : others);
  } else if (room) {
    room.draft = draft;
  }
  tell(store, "rooms", { room: id });
}

/** @param {import("./rooms.js").Room} room as the server has it now @param {Place} place */
function found({ draft, thread_drafts: begun = [] }, { root }) {
  return root ? begun.find(({ thread_root }) => thread_root === root) : draft;
}

/** @param {Place} place @param {Draft} draft @returns {[string, string, object]} */
function put({ room, root }, { body, reply_to, attachments }) {
  const thread = root ? { thread_root: root } : {};
  return ["PUT", `rooms/${room}/draft/`, { body, reply_to, ...(attachments.length ? { attachments } : {}), ...thread }];
}

/** @param {Place} place @returns {[string, string]} */
function drop({ room, root }) {
  const which = root ? `?thread_root=${root}` : "";
  return ["DELETE", `rooms/${room}/draft/${which}`];
}
