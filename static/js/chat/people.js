/** The people of a room, as far as they are needed to name them: fetched when first asked for, and kept. */

import { on } from "./events.js";

/**
 * @typedef {import("./log.js").Card} Card
 * @typedef {{people: Card[], all: boolean, count: number}} Known all: nobody is missing
 */

/** So many are fetched at once; in larger rooms the server is asked for those that fit. */
const MOST = 100;

export class People {
  #client;
  /** @type {Map<number, Promise<Known>>} */
  #rooms = new Map();

  /** @param {import("./client.js").Client} client */
  constructor(client) {
    this.#client = client;
    on(client.store, "card", () => this.#rooms.clear());
  }

  /** Those who have written lately, the last first, as far as they are loaded; nobody has to be asked. @param {number} room @returns {Card[]} */
  recent(room) {
    /** @type {Map<number, Card>} */
    const people = new Map();
    for (const { author } of [...(this.#client.store.logs.get(room)?.messages ?? [])].reverse()) {
      if (!people.has(author.id)) people.set(author.id, author);
    }
    for (const card of this.#client.store.rooms.get(room)?.members ?? []) if (!people.has(card.id)) people.set(card.id, card);
    people.delete(this.#client.me.id);
    return [...people.values()];
  }

  /** Everybody in a room but us, or its first hundred by name. @param {number} room @returns {Promise<Known>} */
  async of(room) {
    const count = this.#client.store.rooms.get(room)?.member_count ?? 0;
    const known = await this.#rooms.get(room)?.catch(() => null);
    if (known?.count === count) return known;
    const asked = this.#fetch(room, `limit=${MOST}`).then(({ people, next }) => ({ people, all: !next, count }));
    this.#rooms.set(room, asked);
    asked.catch(() => this.#rooms.delete(room));
    return asked;
  }

  /** Those of a room whose name or handle has what was typed. @param {number} room @param {string} q @param {AbortSignal} signal */
  async search(room, q, signal) {
    return (await this.#fetch(room, `limit=10&${new URLSearchParams({ q })}`, signal)).people;
  }

  /** Everybody there is. @param {string} q @param {AbortSignal} signal @returns {Promise<Card[]>} */
  async everywhere(q, signal) {
    const { results } = await this.#client.api.call("GET", `users/?limit=10&${new URLSearchParams({ q })}`, undefined, { signal });
    return results;
  }

  /** @param {number} room @param {string} query @param {AbortSignal} [signal] @returns {Promise<{people: Card[], next: unknown}>} */
  async #fetch(room, query, signal) {
    const { results, next } = await this.#client.api.call("GET", `rooms/${room}/members/?${query}`, undefined, { signal });
    const people = results.map((/** @type {{user: Card}} */ { user }) => user);
    return { people: people.filter((/** @type {Card} */ { id }) => id !== this.#client.me.id), next };
  }
}
