/**
 * The link to the server as the rest of the client sees it: frames, requests, and whether it is up.
 *
 * Nothing beyond this module knows whether a WebSocket is behind it or, where those are blocked, questions by
 * REST; a transport that shares one link between tabs (shared.js) has the same face.
 *
 * Events: `frame` with the frame as detail; `state`; of one that is shared also `left` when another tab is gone.
 */

import { on, tell } from "./events.js";
import { Failure } from "./failure.js";
import { Monitor } from "./monitor.js";
import { Socket } from "./socket.js";

export class Transport extends EventTarget {
  #socket;
  #monitor;
  #makePoll;
  /** @type {import("./longpoll.js").LongPoll | null} */
  #poll = null;
  #stop = new AbortController();
  #since = Date.now();

  /** @type {import("./monitor.js").State} */
  state = "connecting";
  /** Nobody else has this link. */
  leads = true;

  /**
   * @param {string} url
   * @param {import("./api.js").Api} api
   * @param {object} [parts]
   * @param {Socket} [parts.socket]
   * @param {() => Promise<import("./longpoll.js").LongPoll | null>} [parts.makePoll] few ever need it, so it comes late
   */
  constructor(url, api, { socket = new Socket(url), makePoll = async () => null } = {}) {
    super();
    this.#socket = socket;
    this.#makePoll = makePoll;
    this.#monitor = new Monitor(this.#socket, { refresh: () => api.refresh() });
  }

  get online() {
    return this.state === "online";
  }

  /** When the link was last good: now, while it is. */
  get since() {
    return this.online ? Date.now() : this.#since;
  }

  /** Milliseconds since the link was last good; 0 while it is. */
  get downFor() {
    return Date.now() - this.since;
  }

  start() {
    const { signal } = this.#stop;
    // The monitor hears of a frame before we do, so that `state` is right when it is told.
    on(this.#monitor, "state", () => this.#update(), signal);
    on(this.#monitor, "blocked", () => this.#detour(), signal);
    this.#monitor.start();
    on(this.#socket, "frame", (frame) => tell(this, "frame", frame), signal);
  }

  stop() {
    this.#stop.abort();
    this.#monitor.stop();
    this.#poll?.stop();
  }

  retry() {
    this.#monitor.retry();
    this.#poll?.nudge();
  }

  /** See how the link is: something happened. */
  nudge() {
    this.#monitor.nudge();
    this.#poll?.nudge();
  }

  /** @param {string} type @param {object} [fields] */
  send(type, fields) {
    return this.online && this.#link.send(type, fields);
  }

  /** @param {string} type @param {object} fields @returns {Promise<any>} */
  async request(type, fields) {
    try {
      return await this.#link.request(type, fields);
    } catch (error) {
      if (Failure.from(error).code === "timeout") this.nudge();
      throw error;
    }
  }

  get #link() {
    return this.#poll?.online ? this.#poll : this.#socket;
  }

  /** There is a wall between us and the socket. */
  async #detour() {
    // Where the module cannot be had either, the next failure of the socket brings us here again.
    const poll = this.#poll ?? (await this.#makePoll().catch(() => null));
    const { signal } = this.#stop;
    if (!poll || signal.aborted || ENDS.has(this.#monitor.state)) return;
    if (!this.#poll) {
      this.#poll = poll;
      on(poll, "state", () => this.#update(), signal);
      on(poll, "frame", (frame) => tell(this, "frame", frame), signal);
    }
    this.#poll.start();
  }

  #update() {
    // Nothing is lost between the two: the socket's `ready` follows, and whatever is missing is asked for.
    const polled = this.#monitor.unhurried;
    if (ENDS.has(this.#monitor.state)) this.#poll?.stop();
    this.#monitor.unhurried = Boolean(this.#poll?.online);
    const state = this.#poll?.online ? "online" : this.#monitor.state;
    if (state === this.state) return;
    if (this.online) this.#since = polled ? Date.now() : this.#monitor.since;
    this.state = state;
    tell(this, "state");
  }
}

/** With a good socket there is no need to poll, without a sign-in no use, and 4409 wants us to be quiet. */
const ENDS = new Set(["online", "replaced", "signed-out"]);
