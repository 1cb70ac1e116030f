/**
 * How a client knows that it missed nothing: the rules of seq, and the frames that wait for an answer.
 *
 * Live events have prev = seq - 1. A replay is compacted and skips numbers, so there prev names the
 * change before it, and `synced` says up to which seq the answer is complete.
 */

import { REQUEST_TIMEOUT } from "./protocol.js";

/**
 * @param {number} known the seq up to which we have everything
 * @param {{prev: number, seq: number}} frame
 * @returns {"old" | "next" | "gap"}
 */
export function place(known, { prev, seq }) {
  if (seq <= known) return "old";
  return prev <= known ? "next" : "gap";
}

/**
 * What to ask after a (re)connection: each room whose log is not where the server is.
 *
 * Behind is the usual case. Ahead happens when a server was restored from a backup: it answers `reset`.
 *
 * @param {Map<number, number>} known seq per room of which we hold messages
 * @param {{id: number, last_seq: number}[]} rooms as the server has them
 * @returns {Record<string, number>}
 */
export function questions(known, rooms) {
  /** @type {Record<string, number>} */
  const ask = {};
  for (const { id, last_seq } of rooms) {
    const seq = known.get(id);
    if (seq !== undefined && seq !== last_seq) ask[id] = seq;
  }
  return ask;
}

/**
 * What REST answers to the same question, as the frames that the socket would have brought.
 *
 * @param {import("./api.js").SyncAnswer} answer
 */
export function replay({ frames, rooms }) {
  return [...frames, { type: "synced", rooms }];
}

/** A room that is never answered is one that we may not see any more. */
const TRIES = 3;

/**
 * Rooms that are being synced. Their frames wait here: only `synced` tells whether they continue what we
 * have or whether what we have is to be replaced.
 */
export class Catchup {
  #ask;
  /** @type {Map<number, {seq: number, tries: number, frames: Map<number, any>, timer: any}>} */
  #open = new Map();

  /** @param {(rooms: Record<string, number>) => void} ask sends one `sync` frame */
  constructor(ask) {
    this.#ask = ask;
  }

  /** @param {number} room */
  has(room) {
    return this.#open.has(room);
  }

  /** @param {Record<string, number>} rooms seq by room */
  begin(rooms) {
    const fresh = Object.entries(rooms).filter(([id]) => !this.#open.has(Number(id)));
    if (!fresh.length) return;
    for (const [id, seq] of fresh) {
      const room = Number(id);
      this.#open.set(room, { seq, tries: 1, frames: new Map(), timer: this.#alarm(room) });
    }
    this.#ask(Object.fromEntries(fresh));
  }

  /** @param {{room: number, prev: number, seq: number}} frame of a room that is open here */
  hold(frame) {
    const frames = this.#open.get(frame.room)?.frames;
    // The same change may come live and in the answer: the one that reaches further back continues what we have.
    const twin = frames?.get(frame.seq);
    if (!twin || frame.prev < twin.prev) frames?.set(frame.seq, frame);
  }

  /**
   * Close a room and hand back what waited, in order.
   *
   * @param {number} room
   * @returns {any[]}
   */
  finish(room) {
    const waiting = this.#open.get(room);
    if (!waiting) return [];
    clearTimeout(waiting.timer);
    this.#open.delete(room);
    return [...waiting.frames.values()].sort((a, b) => a.seq - b.seq);
  }

  /** The link is gone and with it every answer; the next `ready` asks anew. */
  clear() {
    for (const { timer } of this.#open.values()) clearTimeout(timer);
    this.#open.clear();
  }

  /** @param {number} room */
  #alarm(room) {
    return setTimeout(() => {
      const waiting = this.#open.get(room);
      if (!waiting) return;
      if (waiting.tries++ >= TRIES) {
        this.#open.delete(room);
        return;
      }
      waiting.timer = this.#alarm(room);
      this.#ask({ [room]: waiting.seq });
    }, REQUEST_TIMEOUT);
  }
}
