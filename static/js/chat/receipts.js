/**
 * Our read and delivered marks on their way to the server.
 *
 * Watermarks: only the highest of a room counts, so they are gathered for a moment and sent as one frame.
 * What could not be sent waits for the next link.
 */

const GATHER = { "room.read": 250, "room.delivered": 1_000 };

export class Receipts {
  #send;
  /** @type {Record<string, Map<number, number>>} */
  #marks = { "room.read": new Map(), "room.delivered": new Map() };
  /** @type {Record<string, any>} */
  #timers = {};

  /** @param {(type: string, fields: {room: number, seq: number}) => boolean} send */
  constructor(send) {
    this.#send = send;
  }

  /** @param {number} room @param {number} seq */
  read(room, seq) {
    this.#gather("room.read", room, seq);
  }

  /** @param {number} room @param {number} seq */
  delivered(room, seq) {
    this.#gather("room.delivered", room, seq);
  }

  /** Send nothing any more. */
  stop() {
    for (const type of Object.keys(this.#marks)) clearTimeout(this.#timers[type]);
  }

  /** Send everything that waits. */
  flush() {
    for (const type of Object.keys(this.#marks)) this.#flush(type);
  }

  /** @param {string} type @param {number} room @param {number} seq */
  #gather(type, room, seq) {
    const marks = this.#marks[type];
    if (seq <= (marks.get(room) ?? 0)) return;
    marks.set(room, seq);
    this.#timers[type] ??= setTimeout(() => this.#flush(type), GATHER[type]);
  }

  /** @param {string} type */
  #flush(type) {
    clearTimeout(this.#timers[type]);
    this.#timers[type] = undefined;
    for (const [room, seq] of this.#marks[type]) {
      if (!this.#send(type, { room, seq })) return;
      this.#marks[type].delete(room);
    }
  }
}
