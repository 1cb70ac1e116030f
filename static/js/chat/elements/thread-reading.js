/**
 * What is read of a conversation by looking at one of its threads.
 *
 * A conversation is read up to one point. What was seen in a thread moves that point as far as nothing unread stands
 * between that is shown elsewhere: so nothing is taken for read that nobody has seen.
 */

import { Reading } from "../attention.js";
import { on } from "../events.js";
import { habit } from "../habits.js";
import { point } from "../rooms.js";
import { isNews } from "../timeline.js";

export class ThreadReading {
  #client;
  #reading;
  #room = 0;
  /** What was seen beyond the point, by seq. @type {Set<number>} */
  #seen = new Set();

  /** @param {HTMLElement} log of the thread @param {import("../client.js").Client} client @param {AbortSignal} signal */
  constructor(log, client, signal) {
    this.#client = client;
    this.#reading = new Reading(log, (seqs) => this.#see(seqs), signal);
    // What stood between may have been read meanwhile.
    on(client.store, "rooms", ({ room }) => room === this.#room && this.#read(), signal);
  }

  /** A thread of this room is shown from now on. @param {number} room */
  show(room) {
    if (room !== this.#room) this.#seen.clear();
    this.#room = room;
  }

  /** @param {Element} row */
  observe(row) {
    this.#reading.observe(row);
  }

  /** @param {Element} row */
  forget(row) {
    this.#reading.forget(row);
  }

  /** @param {number[]} seqs */
  #see(seqs) {
    if (habit("manual")) return;
    for (const seq of seqs) this.#seen.add(seq);
    this.#read();
  }

  #read() {
    const { store, me } = this.#client;
    const room = store.rooms.get(this.#room);
    if (!room) return;
    const from = point(room);
    for (const seq of this.#seen) if (seq <= from) this.#seen.delete(seq);
    const seq = this.#seen.size ? readThrough(store.logs.get(this.#room), this.#seen, from, me.id) : 0;
    if (seq) this.#client.read(this.#room, seq);
  }
}

/**
 * Up to where a conversation is read for whoever has seen these of its messages. Pure.
 *
 * @param {import("../log.js").Log | undefined} log what is loaded of it @param {Set<number>} seen seqs
 * @param {number} from the point up to which it was read before @param {number} me
 * @returns {number} 0: not a message further
 */
export function readThrough(log, seen, from, me) {
  let to = 0;
  if (!log?.covers(from + 1)) return to;
  for (const message of log.messages) {
    if (message.seq > from && seen.has(message.seq)) to = message.seq;
    else if (isNews(message, me, from)) break;
  }
  return to;
}
