/**
 * Conversations, and people with whom there may be none yet: what is here already, the most recent first, and behind
 * it whom and what else the server knows. Pure but for what it asks.
 */

import { roomAvatar } from "./dom.js";
import { rank } from "./matching.js";
import { about, peopled } from "./rooms.js";
import { shortTime } from "./time.js";

/**
 * @typedef {object} Destination
 * @property {string} key
 * @property {string} name
 * @property {string} note
 * @property {{initials: string, hue: string, square?: boolean}} face
 * @property {string[]} words by which it is found
 * @property {number} [unread]
 * @property {() => Promise<number> | number} room its id, once it is open
 *
 * @typedef {import("./rooms.js").Room} Room
 */

/** As many as are shown. */
const SHOWN = 12;

export class Destinations {
  #client;
  #fits;
  #joins;
  /** What the server has found last. @type {Destination[]} */
  #found = [];

  /**
   * @param {import("./client.js").Client} client
   * @param {{fits?: (room: Room, query: string) => boolean, joins?: boolean}} [which] fits: whether a room of ours is
   *   among them; joins: public rooms that we are not in are, too
   */
  constructor(client, { fits = () => true, joins = true } = {}) {
    this.#client = client;
    this.#fits = fits;
    this.#joins = joins;
  }

  /** Forget what was found. */
  clear() {
    this.#found = [];
  }

  /** What fits, the best first. @param {string} written @returns {Destination[]} */
  fitting(written) {
    const query = bare(written);
    const rooms = this.#client.store.ordered();
    const here = rooms.filter((room) => this.#fits(room, query)).map((room) => this.#known(room));
    const known = new Set(rooms.map(keyOf));
    const others = query ? this.#found.filter(({ key }) => !known.has(key)) : [];
    return [here, others].flatMap((places) => rank(places, query, ({ words }) => words)).slice(0, SHOWN);
  }

  /** Ask the server for more; what is here already can be had all the same. @param {string} written @param {AbortSignal} signal */
  async ask(written, signal) {
    const q = new URLSearchParams({ q: bare(written), limit: String(SHOWN) });
    const ask = (/** @type {string} */ path) => this.#client.api.call("GET", `${path}?${q}`, undefined, { signal });
    try {
      const [people, rooms] = await Promise.all([ask("users/"), this.#joins ? ask("rooms/public/") : { results: [] }]);
      if (signal.aborted) return;
      this.#found = [...people.results.map((card) => this.#person(card)), ...rooms.results.map((room) => this.#open(room))];
    } catch {
      if (!signal.aborted) this.#found = [];
    }
  }

  /** @param {Room} room @returns {Destination} */
  #known(room) {
    const { other, id, name, last_activity_at } = room;
    const note = other ? `@${other.handle}` : about(room);
    return {
      key: keyOf(room),
      name,
      note: room.last_message ? `${note} · ${shortTime(last_activity_at, Date.now())}` : note,
      face: roomAvatar(room),
      words: other ? [name, other.handle] : [name],
      unread: this.#client.store.badge(room),
      room: () => id,
    };
  }

  /** @param {import("./log.js").Card} card @returns {Destination} */
  #person({ id, full_name, handle, initials, hue, avatar }) {
    const room = async () => {
      const opened = await this.#client.api.call("POST", "rooms/", { kind: "direct", user: id });
      this.#client.store.putRoom(opened);
      return opened.id;
    };
    return { key: `person-${id}`, name: full_name, note: `@${handle} · write the first message`, face: { initials, hue, avatar }, words: [full_name, handle], room };
  }

  /** @param {{id: number, name: string, topic: string, member_count: number, picture?: string | null}} room @returns {Destination} */
  #open({ id, name, topic, member_count, picture }) {
    const room = async () => {
      this.#client.store.putRoom(await this.#client.api.call("POST", `rooms/${id}/join/`));
      return id;
    };
    const face = roomAvatar(/** @type {any} */ ({ id, name, picture }));
    return { key: `room-${id}`, name, note: `${topic || peopled(member_count)} · join`, face, words: [name, topic], room };
  }
}

/** Without the sign that says whether it is a person or a room. @param {string} written */
export function bare(written) {
  return written.trim().replace(/^[@#]/, "");
}

/** @param {Room} room */
function keyOf({ id, other }) {
  return other ? `person-${other.id}` : `room-${id}`;
}
