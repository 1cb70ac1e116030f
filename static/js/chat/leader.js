/**
 * The tab that holds the socket: a transport for itself and, through the channel, for the other tabs.
 *
 * Frames go to all tabs; the answer to a request goes to the tab that asked. What only one tab can use
 * (the replay that it asked for) is not passed on: the others ask by REST.
 *
 * Events: `frame`; `state`; `left` when another tab is gone, and with it whatever it had under way.
 */

import { on, tell } from "./events.js";
import { Failure } from "./failure.js";
import { Wishes } from "./wishes.js";

/** Frames that concern the socket or the one who asked. */
const PRIVATE = new Set(["reply", "synced", "restart", "pong"]);
const MARKS = new Set(["room.read", "room.delivered"]);

export class Leader extends EventTarget {
  #transport;
  #tab;
  #post;
  #locks;
  #wishes = new Wishes();
  /** @type {Set<string>} */
  #others = new Set();
  /** The last word about each person who is watched, for the tab that comes to show them later. @type {Map<number, any>} */
  #presence = new Map();
  #stop = new AbortController();

  /**
   * @param {object} parts
   * @param {import("./transport.js").Transport} parts.transport
   * @param {string} parts.tab our own name
   * @param {number} parts.term when we were elected; a later leader has a higher one
   * @param {(message: object) => void} parts.post to the other tabs
   * @param {LockManager} parts.locks
   * @param {import("./wishes.js").Wish} parts.wish what our own tab has wished so far
   */
  constructor({ transport, tab, term, post, locks, wish }) {
    super();
    this.#transport = transport;
    this.#tab = tab;
    this.#locks = locks;
    this.#post = (message) => post({ ...message, term });
    this.term = term;
    this.#wishes.put(tab, wish);
  }

  get state() {
    return this.#transport.state;
  }

  get since() {
    return this.#transport.since;
  }

  start() {
    const { signal } = this.#stop;
    on(this.#transport, "state", () => this.#entered(), signal);
    on(this.#transport, "frame", (frame) => this.#told(frame), signal);
    this.#lead("all");
    this.#transport.start();
  }

  stop() {
    this.#stop.abort();
    this.#transport.stop();
  }

  retry() {
    this.#transport.retry();
  }

  nudge() {
    this.#transport.nudge();
  }

  /** @param {string} type @param {object} [fields] */
  send(type, fields) {
    return this.#pass(this.#tab, type, fields);
  }

  /** @param {string} type @param {object} fields @returns {Promise<any>} */
  request(type, fields) {
    return this.#transport.request(type, fields);
  }

  /** A message of another tab. @param {any} message */
  hear(message) {
    if (message.to !== "leader") return;
    if (message.kind === "hello") this.#welcome(message);
    // One that asks for an earlier leader hears of us as if we had just been elected.
    if (message.kind === "ask") this.#lead(message.term === this.term ? message.from : "all");
    if (message.term !== this.term) return;
    if (message.kind === "send") this.#pass(message.from, message.type, message.fields);
    else if (message.kind === "request") this.#answer(message);
    else if (message.kind === "retry") this.retry();
    else if (message.kind === "nudge") this.nudge();
  }

  #entered() {
    this.#lead("all");
    tell(this, "state");
  }

  /** @param {any} frame of the server */
  #told(frame) {
    if (frame.type === "ready") {
      this.#presence.clear();
      this.#wishes.renew();
      this.#wish();
    }
    if (frame.type === "presence") this.#presence.set(frame.user, frame);
    const answers = frame.type === "error" && frame.ref !== undefined;
    if (this.#others.size && !answers && !PRIVATE.has(frame.type)) this.#post({ to: "all", kind: "frame", frame });
    tell(this, "frame", frame);
  }

  /** Say who leads and how the link is. @param {string} to */
  #lead(to) {
    this.#post({ to, kind: "lead", state: this.state, since: this.since });
  }

  /** @param {{from: string, wish: import("./wishes.js").Wish}} hello */
  #welcome({ from, wish }) {
    if (!this.#others.has(from)) {
      this.#others.add(from);
      this.#mourn(from);
    }
    this.#wishes.put(from, wish);
    this.#wish();
    this.#lead(from);
  }

  /** A tab holds the lock of its own name as long as it lives. @param {string} tab */
  #mourn(tab) {
    const gone = () => {
      this.#others.delete(tab);
      this.#wishes.drop(tab);
      this.#wish();
      tell(this, "left");
    };
    this.#locks.request(tab, { signal: this.#stop.signal }, gone).catch(() => undefined);
  }

  #wish() {
    if (!this.#transport.online) return;
    for (const { type, ...fields } of this.#wishes.news()) this.#transport.send(type, fields);
  }

  /** @param {string} from @param {string} type @param {any} [fields] */
  #pass(from, type, fields = {}) {
    if (type === "presence.watch" || type === "presence.set") {
      this.#wishes.put(from, fields);
      this.#wish();
      for (const user of fields.users ?? []) this.#remind(from, this.#presence.get(user));
      return this.#transport.online;
    }
    if (MARKS.has(type) && this.#transport.online && !this.#wishes.advances({ type, ...fields })) return true;
    return this.#transport.send(type, fields);
  }

  /** @param {string} tab @param {any} [frame] */
  #remind(tab, frame) {
    if (!frame) return;
    if (tab === this.#tab) tell(this, "frame", frame);
    else this.#post({ to: tab, kind: "frame", frame });
  }

  /** @param {{from: string, ref: string, type: string, fields: object}} request */
  async #answer({ from, ref, type, fields }) {
    try {
      const data = await this.request(type, fields);
      this.#post({ to: from, kind: "outcome", ref, data });
    } catch (error) {
      const { code, detail, retryAfter } = Failure.from(error);
      this.#post({ to: from, kind: "outcome", ref, failure: { code, detail, retryAfter } });
    }
  }
}
