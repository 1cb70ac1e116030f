/**
 * When to connect, when a link is dead, when to try again.
 *
 * It listens to the socket and to the browser; the only thing it sends is `ping`.
 *
 * Events: `state` whenever `state` changes; `blocked` when sockets do not open while the server answers otherwise.
 * States: `connecting`, `online` (after `ready`), `waiting` (for the next try), `throttled` (the same, and the server
 * wants to be left alone), `replaced` (another window took our place; only the user brings us back), `signed-out`.
 */

import { on, tell } from "./events.js";
import { BACKOFF_MOST, CLOSE, HEARTBEAT, REQUEST_TIMEOUT, SILENCE, backoff } from "./protocol.js";

/** A link that lived this long was a good one: the next backoff begins anew. */
const STABLE = 10_000;
/** How long a link may take to answer once there is a reason for doubt (wake-up, network change). */
const DOUBT = 5_000;
/** The same where the browser says that the network is gone: then the user is told as well. */
const GONE = 3_000;
const TICK = 2_500;
/** So many links in a row that brought nothing, or the last of them so late, are no accident. */
const FRUITLESS = 3;
const BLOCKED_AFTER = 10_000;
/** How often we try where sockets are blocked. */
const UNHURRIED = 30_000;
/** The server counted too many frames: it forgets slowly. */
const CALM = 10_000;
/** Whoever is sent away with regular notice is back before anybody sees it, and not all at the same moment. */
const SOON = 2_000;

/** States in which nothing is under way. */
const RESTING = new Set(["waiting", "replaced", "signed-out"]);

/** @typedef {"connecting" | "online" | "waiting" | "throttled" | "replaced" | "signed-out"} State */

export class Monitor extends EventTarget {
  #socket;
  #refresh;
  #now;
  #random;
  #attempt = 0;
  #renewed = false;
  #fruitless = 0;
  #bound = BACKOFF_MOST;
  #heard = 0;
  /** Gives a link up that was asked whether it lives; undefined while nothing is asked. */
  #verdict;
  /** When the browser said that the network is gone; 0 if we have heard something since. */
  #gone = 0;
  #began = 0;
  #retryTimer;
  #tickTimer;
  #stop = new AbortController();

  /** @type {State} */
  state = "connecting";
  /** When the last good link ended. @type {number} */
  since;
  /** True while there is another way to the server. */
  unhurried = false;

  /**
   * @param {import("./socket.js").Socket} socket
   * @param {{refresh: () => Promise<boolean>, now?: () => number, random?: () => number}} parts
   *   refresh: renew the sign-in; false when it is over; throws when nobody can say
   */
  constructor(socket, { refresh, now = Date.now, random = Math.random }) {
    super();
    this.#socket = socket;
    this.#refresh = refresh;
    this.#now = now;
    this.#random = random;
    this.since = now();
  }

  start() {
    const { signal } = this.#stop;
    on(this.#socket, "frame", (frame) => this.#heardFrame(frame), signal);
    on(this.#socket, "close", (how) => this.#closed(how), signal);
    globalThis.addEventListener?.("online", () => this.nudge(), { signal });
    globalThis.addEventListener?.("offline", () => this.#suspect(), { signal });
    globalThis.document?.addEventListener(
      "visibilitychange",
      () => document.visibilityState === "visible" && this.nudge(),
      { signal },
    );
    this.#tickTimer = setInterval(() => this.#tick(), TICK);
    this.#connect();
  }

  stop() {
    this.#stop.abort();
    clearInterval(this.#tickTimer);
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#verdict);
    this.#socket.close();
  }

  /** Connect now, whatever the backoff says: the user asked, the network came back, or there is a new sign-in. */
  retry() {
    if (!RESTING.has(this.state)) return;
    this.#connect();
  }

  /** Something happened to the network or the user is back: see how the link is. */
  nudge() {
    if (this.state === "waiting") {
      this.#attempt = 0;
      this.retry();
    } else if (this.state === "online") {
      this.#ask(DOUBT);
    }
  }

  /** Browsers may leave a socket open that leads nowhere any more, and some are wrong about the network. */
  #suspect() {
    if (this.state !== "online") return;
    this.#gone = this.#now();
    this.#ask(GONE);
  }

  #connect() {
    clearTimeout(this.#retryTimer);
    this.#began = this.#now();
    this.#enter("connecting");
    this.#socket.connect();
  }

  /** @param {{type: string, after?: number}} frame */
  #heardFrame(frame) {
    this.#heard = this.#now();
    this.#gone = 0;
    this.#believe();
    if (frame.type === "ready") {
      this.#began = this.#heard;
      this.#renewed = false;
      this.#fruitless = 0;
      this.#bound = BACKOFF_MOST;
      this.#enter("online");
    } else if (frame.type === "restart") {
      this.#bound = Math.min(10, frame.after ?? 10) * 1000;
    }
  }

  /** @param {{code: number, opened: boolean}} how */
  async #closed({ code, opened }) {
    const before = this.state;
    this.#believe();
    if (before === "online") {
      this.since = this.#gone || this.#now();
      if (this.since - this.#began >= STABLE) this.#attempt = 0;
    }
    if (code === CLOSE.SIGNED_OUT) return this.#enter("signed-out");
    if (code === CLOSE.TOO_MANY_SOCKETS) return this.#enter("replaced");
    this.#enter(code === CLOSE.FLOODING ? "throttled" : "waiting");
    let wait = this.#wait(code, before);
    // Our server closes with codes of its own; any other end before the first frame may be a wall on the way.
    const fruitless = before !== "online" && code < 4000;
    if (fruitless) this.#fruitless += 1;
    if (!opened || fruitless) {
      // A refused handshake and a missing server look alike (1006): only the refresh can tell them apart.
      const alive = await this.#refresh().catch(() => null);
      if (alive === false) return this.#enter("signed-out");
      if (alive && !opened && !this.#renewed) {
        this.#renewed = true;
        wait = 0;
      }
      if (alive && this.#walled) tell(this, "blocked");
    }
    if ((this.state !== "waiting" && this.state !== "throttled") || this.#socket.busy) return;
    clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(() => this.#connect(), wait);
  }

  get #walled() {
    return this.#fruitless >= FRUITLESS || (this.#fruitless > 0 && this.#now() - this.since >= BLOCKED_AFTER);
  }

  /** @param {number} code @param {State} before */
  #wait(code, before) {
    if (code === CLOSE.FLOODING) return CALM + backoff(this.#attempt++, this.#random);
    if (this.unhurried) return UNHURRIED * (1 + this.#random());
    const announced = code === CLOSE.RESTARTING || this.#bound < BACKOFF_MOST;
    if (announced && before === "online") return this.#random() * Math.min(this.#bound, SOON);
    return Math.min(this.#bound, backoff(this.#attempt++, this.#random));
  }

  /** Timers of hidden tabs are late by minutes, so silence counts from our question, not from the last frame. */
  #tick() {
    const now = this.#now();
    if (this.state === "connecting" && now - this.#began >= REQUEST_TIMEOUT) {
      this.#socket.close();
    } else if (this.state === "online" && !this.#verdict && now - this.#heard >= HEARTBEAT) {
      this.#ask(SILENCE - HEARTBEAT);
    }
  }

  /** @param {number} patience milliseconds until an unanswered ping means death */
  #ask(patience) {
    this.#believe();
    this.#verdict = setTimeout(() => this.#socket.close(), patience);
    this.#socket.send("ping");
  }

  /** There is nothing to give up any more. */
  #believe() {
    clearTimeout(this.#verdict);
    this.#verdict = undefined;
  }

  /** @param {State} state */
  #enter(state) {
    if (this.state === state && state !== "connecting") return;
    this.state = state;
    tell(this, "state");
  }
}
