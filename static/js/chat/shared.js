/**
 * One link for all tabs of somebody in this browser. The tab that is elected leads, the others follow.
 *
 * It has the face of Transport, so nothing above knows of it. A tab that is frozen, or kept for the way back, takes no
 * part; when it returns it is a tab like a new one.
 */

import { Election } from "./election.js";
import { on, tell } from "./events.js";
import { Failure } from "./failure.js";
import { Follower } from "./follower.js";
import { Leader } from "./leader.js";
import { uuid4 } from "./uuid.js";

/** Whether tabs can agree at all: locks exist on secure origins only. */
export function shareable() {
  return Boolean(globalThis.navigator?.locks && globalThis.BroadcastChannel);
}

export class SharedTransport extends EventTarget {
  #name;
  #link;
  #api;
  #locks;
  #Channel;
  /** What this tab wishes, whoever leads. @type {import("./wishes.js").Wish} */
  #wish = {};
  /** @type {Leader | Follower | null} */
  #role = null;
  /** Ends our part while the page is away. @type {AbortController | null} */
  #here = null;
  #since = Date.now();
  #nudge = () => {};

  /** @type {import("./monitor.js").State} */
  state = "connecting";

  /**
   * @param {string} name the same in all tabs that share
   * @param {object} parts
   * @param {() => import("./transport.js").Transport} parts.link makes the one link
   * @param {import("./api.js").Api} parts.api
   * @param {LockManager} [parts.locks]
   * @param {typeof BroadcastChannel} [parts.Channel]
   */
  constructor(name, { link, api, locks = navigator.locks, Channel = BroadcastChannel }) {
    super();
    this.#name = name;
    this.#link = link;
    this.#api = api;
    this.#locks = locks;
    this.#Channel = Channel;
  }

  get online() {
    return this.state === "online";
  }

  /** Whether this tab is the one of all that acts for the others. */
  get leads() {
    return this.#role instanceof Leader;
  }

  /** Milliseconds since the link was last good; 0 while it is. */
  get downFor() {
    return this.online ? 0 : Date.now() - this.#since;
  }

  start() {
    globalThis.addEventListener?.("pagehide", () => this.stop());
    globalThis.addEventListener?.("pageshow", () => this.#arrive());
    const page = globalThis.document;
    page?.addEventListener("freeze", () => this.stop());
    page?.addEventListener("resume", () => this.#arrive());
    page?.addEventListener("visibilitychange", () => page.visibilityState === "visible" && this.#nudge());
    this.#arrive();
  }

  /** Leave it to the other tabs. */
  stop() {
    this.#here?.abort();
    this.#here = null;
  }

  retry() {
    this.#role?.retry();
  }

  /** @param {string} type @param {any} [fields] */
  send(type, fields) {
    if (type === "presence.watch" || type === "presence.set") Object.assign(this.#wish, fields);
    return this.#role?.send(type, fields) ?? false;
  }

  /** @param {string} type @param {object} fields @returns {Promise<any>} */
  async request(type, fields) {
    if (!this.#role) throw new Failure("closed");
    return this.#role.request(type, fields);
  }

  async #arrive() {
    if (this.#here) return;
    const here = new AbortController();
    this.#here = here;
    const { signal } = here;
    const tab = `${this.#name}-${uuid4()}`;
    await this.#live(tab, signal);
    if (signal.aborted) return;
    const channel = new this.#Channel(this.#name);
    const post = (message) => {
      if (!signal.aborted) channel.postMessage(message);
    };
    channel.onmessage = ({ data }) => this.#role?.hear(data);
    const election = new Election(this.#name, this.#locks);
    on(election, "elected", () => this.#lead(tab, post), signal);
    on(election, "deposed", () => this.#follow(tab, post, election), signal);
    signal.addEventListener("abort", () => {
      this.#become(null);
      election.resign();
      channel.close();
    });
    this.#follow(tab, post, election);
  }

  /** Hold the lock of our name: whoever gets it knows that we are gone. @param {string} tab @param {AbortSignal} over @returns {Promise<void>} */
  #live(tab, over) {
    return new Promise((held) => {
      this.#locks.request(tab, () => {
        held();
        return over.aborted ? undefined : new Promise((resolve) => over.addEventListener("abort", resolve));
      });
    });
  }

  /** @param {string} tab @param {(message: object) => void} post */
  #lead(tab, post) {
    const before = /** @type {Follower} */ (this.#role).term;
    // Terms grow with time, so that whoever was asleep meanwhile knows that its own is over.
    const term = Math.max(Date.now(), before + 1);
    const leader = new Leader({ transport: this.#link(), tab, term, post, locks: this.#locks, wish: this.#wish });
    on(leader, "left", () => tell(this, "left"));
    this.#nudge = () => {};
    this.#become(leader);
  }

  /** @param {string} tab @param {(message: object) => void} post @param {Election} election */
  #follow(tab, post, election) {
    const hidden = () => globalThis.document?.visibilityState === "hidden";
    const follower = new Follower({ tab, post, api: this.#api, wish: () => this.#wish, hidden });
    on(follower, "silence", () => election.seize());
    this.#nudge = () => follower.nudge();
    this.#become(follower);
    election.stand();
  }

  /** @param {Leader | Follower | null} role */
  #become(role) {
    const before = this.#role;
    this.#role = role;
    before?.stop();
    this.#update();
    if (!role) return;
    on(role, "state", () => this.#role === role && this.#update());
    on(role, "frame", (frame) => this.#role === role && tell(this, "frame", frame));
    role.start();
  }

  #update() {
    const state = this.#role?.state ?? "connecting";
    if (state === this.state) return;
    if (this.online) this.#since = this.#role?.since ?? Date.now();
    this.state = state;
    tell(this, "state");
  }
}
