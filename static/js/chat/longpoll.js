/**
 * The way to the server where sockets are blocked: questions by REST that are answered when there is something to tell.
 *
 * It has the face of a link: frames come out of it as out of a socket. What is only of the moment (typing, our
 * own idleness) is left out. Each question says what has been delivered here, so no frame does.
 *
 * Events: `frame`; `state`.
 */

import { tell } from "./events.js";
import { Failure } from "./failure.js";
import { backoff } from "./protocol.js";
import { replay } from "./sync.js";

/** What no seq counts (receipts between two questions, who is here) is put right this often. */
const REFRESH = 60_000;
/** Whoever has no room yet is asked by nobody but us whether they have. */
const LONELY = 5_000;
/** Seconds that the server may wait for something to tell. */
const WAIT = 25;
/** A server that answers without having anything to say is not asked more often than this. */
const HASTE = 1_000;

export class LongPoll extends EventTarget {
  #api;
  /** What we hold of each room. @type {Map<number, number>} */
  #held = new Map();
  /** @type {AbortController | null} */
  #run = null;
  #wake = () => {};

  online = false;

  /** @param {import("./api.js").Api} api */
  constructor(api) {
    super();
    this.#api = api;
  }

  start() {
    if (this.#run) return;
    this.#run = new AbortController();
    this.#go(this.#run.signal);
  }

  stop() {
    this.#run?.abort();
    this.#run = null;
    this.#held.clear();
    this.#enter(false);
  }

  /** Do not wait any longer before the next try. */
  nudge() {
    this.#wake();
  }

  /** @param {string} type @param {any} [fields] */
  send(type, fields = {}) {
    if (!this.online) return false;
    if (type === "sync") this.#told(this.#api.sync(fields.rooms).then(replay));
    else if (type === "room.read") this.#told(this.#read(fields));
    else if (type === "presence.watch" && fields.users.length) this.#told(this.#people(fields.users));
    return true;
  }

  /** @param {string} type @param {any} fields @returns {Promise<any>} */
  async request(type, fields) {
    if (!this.online) throw new Failure("closed");
    if (type === "message.send") return { message: await this.#api.sendMessage(fields) };
    return { message: await this.#api.deleteMessage(fields.message) };
  }

  /** @param {AbortSignal} over */
  async #go(over) {
    let tries = 0;
    while (!over.aborted) {
      try {
        await this.#begin(over);
        tries = 0;
        const until = Date.now() + REFRESH;
        while (this.#held.size && Date.now() < until && !over.aborted) await this.#ask(over);
        if (!this.#held.size) await this.#pause(LONELY, over);
      } catch (error) {
        if (over.aborted) return;
        this.#enter(false);
        const { retryAfter } = Failure.from(error);
        await this.#pause(retryAfter === undefined ? backoff(tries++) : retryAfter * 1000, over);
      }
    }
  }

  /** @param {AbortSignal} over */
  async #begin(over) {
    const { ready } = await this.#api.ready(over);
    if (over.aborted) return;
    for (const { id, last_seq } of ready.rooms) if (!this.#held.has(id)) this.#held.set(id, last_seq);
    this.#enter(true);
    tell(this, "frame", { ...ready, type: "ready" });
  }

  /** @param {AbortSignal} over */
  async #ask(over) {
    const asked = Date.now();
    const { frames, rooms, events = [] } = await this.#api.sync(Object.fromEntries(this.#held), WAIT, over);
    if (over.aborted) return;
    for (const frame of frames) tell(this, "frame", frame);
    for (const [room, seq] of [...this.#held]) {
      if (!Object.hasOwn(rooms, room)) this.#heard({ type: "room.left", room, seq });
    }
    for (const [id, answer] of Object.entries(rooms)) {
      this.#held.set(Number(id), answer.seq);
      if (answer.reset) tell(this, "frame", { type: "synced", rooms: { [id]: answer } });
    }
    for (const frame of events) this.#heard(frame);
    const idle = !frames.length && !events.length;
    if (idle && Date.now() - asked < HASTE) await this.#pause(HASTE, over);
  }

  /** @param {any} frame of the kinds that are not about messages */
  #heard(frame) {
    if (frame.type === "room.left" && !this.#held.delete(frame.room)) return; // known by now
    if (frame.type === "room" && !this.#held.has(frame.room.id)) this.#held.set(frame.room.id, frame.room.last_seq);
    tell(this, "frame", frame);
  }

  /** @param {{room: number, seq: number}} mark */
  async #read({ room, seq }) {
    await this.#api.call("POST", `rooms/${room}/read/`, { seq });
    return [];
  }

  /** @param {number[]} users */
  async #people(users) {
    const { results } = await this.#api.call("GET", `presence/?users=${users.join()}`);
    return results.map((person) => ({ type: "presence", ...person }));
  }

  /** What cannot be had now is asked for again with the next `ready`. @param {Promise<any[]>} answer */
  async #told(answer) {
    for (const frame of await answer.catch(() => [])) if (this.online) tell(this, "frame", frame);
  }

  /** @param {number} wait @param {AbortSignal} over @returns {Promise<void>} */
  #pause(wait, over) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, wait);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
      over.addEventListener("abort", this.#wake);
    });
  }

  /** @param {boolean} online */
  #enter(online) {
    if (online === this.online) return;
    this.online = online;
    tell(this, "state");
  }
}
