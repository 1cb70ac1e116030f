/**
 * The link of a tab without a socket: by way of the tab that leads.
 *
 * It is online once it has a `ready`, which comes with the leader's own, or by REST where the leader had its
 * before we came. Frames that arrive while we ask are kept, so that nothing falls between the two.
 *
 * Events: `frame`; `state`; `silence` when the leader gives no sign of life.
 */

import { tell } from "./events.js";
import { Failure } from "./failure.js";
import { REQUEST_TIMEOUT, backoff } from "./protocol.js";
import { replay } from "./sync.js";

const TICK = 250;
/** A leader that was not heard of for so long is asked; one that does not answer for so long is frozen. */
const VISIBLE = { ask: 500, patience: 1_000, late: 1_000 };
/** Nobody looks at a hidden tab, and its timers are slow. */
const HIDDEN = { ask: 20_000, patience: 20_000, late: 5_000 };

/** @typedef {import("./monitor.js").State} State */

export class Follower extends EventTarget {
  #tab;
  #post;
  #api;
  #wish;
  #hidden;
  #leading = /** @type {State} */ ("connecting");
  /** When the leader's link was last good. */
  #since = Date.now();
  #ready = false;
  /** Frames that wait for the `ready` that we asked for. @type {any[] | null} */
  #held = null;
  #ref = 0;
  /** @type {Map<string, {resolve: Function, reject: Function, timer: any}>} */
  #waiting = new Map();
  #heard = Date.now();
  /** When we asked the leader for a sign of life; 0 while it gives them. */
  #asked = 0;
  #ticked = Date.now();
  #timer;
  #retryTimer;
  #tries = 0;

  /** @type {State} */
  state = "connecting";
  term = 0;

  /**
   * @param {object} parts
   * @param {string} parts.tab our own name
   * @param {(message: object) => void} parts.post to the other tabs
   * @param {import("./api.js").Api} parts.api
   * @param {() => import("./wishes.js").Wish} parts.wish what our tab wishes now
   * @param {() => boolean} parts.hidden whether nobody sees it
   */
  constructor({ tab, post, api, wish, hidden }) {
    super();
    this.#tab = tab;
    this.#post = (message) => post({ ...message, to: "leader", from: tab, term: this.term });
    this.#api = api;
    this.#wish = wish;
    this.#hidden = hidden;
  }

  /** When the link was last good: now, while it is. */
  get since() {
    return this.#leading === "online" ? Date.now() : this.#since;
  }

  start() {
    this.#hello();
    this.#timer = setInterval(() => this.#tick(), TICK);
  }

  stop() {
    clearInterval(this.#timer);
    this.#forget();
    this.#leading = "connecting";
    this.#update();
  }

  retry() {
    this.#post({ kind: "retry" });
  }

  nudge() {
    this.#post({ kind: "nudge" });
  }

  /** @param {string} type @param {object} [fields] */
  send(type, fields = {}) {
    if (this.state !== "online") return false;
    if (type === "sync") this.#sync(/** @type {any} */ (fields).rooms);
    else this.#post({ kind: "send", type, fields });
    return true;
  }

  /** @param {string} type @param {object} fields @returns {Promise<any>} */
  request(type, fields) {
    if (this.state !== "online") return Promise.reject(new Failure("closed"));
    const ref = String(++this.#ref);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#settle({ ref, failure: { code: "timeout" } }), REQUEST_TIMEOUT);
      this.#waiting.set(ref, { resolve, reject, timer });
      this.#post({ kind: "request", ref, type, fields });
    });
  }

  /** A message of another tab. @param {any} message */
  hear(message) {
    const { to, term, kind } = message;
    if ((to !== "all" && to !== this.#tab) || term < this.term) return;
    this.#heard = Date.now();
    this.#asked = 0;
    if (term > this.term) this.#follow(message);
    if (kind === "lead") this.#led(message);
    else if (kind === "frame") this.#take(message.frame);
    else if (kind === "outcome") this.#settle(message);
  }

  /** Another tab leads from now on. @param {{to: string, term: number}} message */
  #follow({ to, term }) {
    this.term = term;
    this.#forget();
    if (to === "all") this.#hello();
  }

  #hello() {
    this.#post({ kind: "hello", wish: this.#wish() });
  }

  /** What we had from the last leader, or waited for. */
  #forget() {
    this.#ready = false;
    this.#held = null;
    clearTimeout(this.#retryTimer);
    for (const ref of [...this.#waiting.keys()]) this.#settle({ ref, failure: { code: "closed" } });
  }

  /** @param {{to: string, state: State, since?: number}} message */
  #led({ to, state, since = Date.now() }) {
    this.#leading = state;
    this.#since = since;
    if (state !== "online") this.#forget();
    else if (to === this.#tab && !this.#ready && !this.#held) this.#catchUp();
    this.#update();
  }

  #update() {
    const state = this.#leading === "online" && !this.#ready ? "connecting" : this.#leading;
    if (state === this.state) return;
    this.state = state;
    tell(this, "state");
  }

  /** @param {any} frame */
  #take(frame) {
    if (frame.type === "ready") this.#begin(frame, []);
    else if (this.#ready) tell(this, "frame", frame);
    else this.#held?.push(frame);
  }

  async #catchUp() {
    /** @type {any[]} */
    const held = [];
    this.#held = held;
    try {
      const { ready } = await this.#api.ready();
      if (this.#held !== held) return;
      this.#tries = 0;
      this.#begin({ ...ready, type: "ready" }, held.filter((frame) => !outdated(frame, ready)));
    } catch {
      if (this.#held !== held) return;
      this.#retryTimer = setTimeout(() => this.#catchUp(), backoff(this.#tries++));
    }
  }

  /** @param {any} ready @param {any[]} held */
  #begin(ready, held) {
    this.#held = null;
    this.#ready = true;
    this.#update();
    tell(this, "frame", ready);
    for (const frame of held) tell(this, "frame", frame);
  }

  /** @param {Record<string, number>} rooms */
  async #sync(rooms) {
    // An answer that does not come is asked for again by who waits for it.
    const answer = await this.#api.sync(rooms).catch(() => null);
    if (answer) for (const frame of replay(answer)) this.#take(frame);
  }

  /** @param {{ref: string, data?: any, failure?: {code: string, detail?: string, retryAfter?: number}}} outcome */
  #settle({ ref, data, failure }) {
    const push = this.#waiting.get(ref);
    if (!push) return;
    this.#waiting.delete(ref);
    clearTimeout(push.timer);
    if (failure) push.reject(new Failure(failure.code, failure.detail, failure.retryAfter));
    else push.resolve(data);
  }

  #tick() {
    const now = Date.now();
    const { ask, patience, late: most } = this.#hidden() ? HIDDEN : VISIBLE;
    const late = now - this.#ticked > most;
    this.#ticked = now;
    // If it was our own clock that stood still, the answer may lie in front of the door.
    if (this.#asked && !late && now - this.#asked >= patience) {
      this.#asked = 0;
      this.#heard = now;
      tell(this, "silence");
    } else if ((this.#asked && late) || (!this.#asked && now - this.#heard >= ask)) {
      this.#asked = now;
      this.#post({ kind: "ask" });
    }
  }
}

/**
 * A receipt of ours counts what was unread at some moment before `ready` was read, which counts it better.
 *
 * @param {any} frame @param {{user: {id: number}, rooms: import("./rooms.js").Room[]}} ready
 */
function outdated({ type, user, room, read_seq }, ready) {
  if (type !== "receipt" || user !== ready.user.id) return false;
  return read_seq <= (ready.rooms.find(({ id }) => id === room)?.read_seq ?? 0);
}
