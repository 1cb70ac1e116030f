/**
 * Who is here: the last word of the server about everybody we watch.
 *
 * Events of Presence: `change` with detail.user.
 */

import { tell } from "./events.js";
import { WATCH_LIMIT } from "./protocol.js";

/** Milliseconds that a timer can wait: 24 days. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** @typedef {{status: "active" | "away" | "offline" | "unknown", last_seen?: string | null}} Status */

export class Presence extends EventTarget {
  #send;
  /** @type {Map<number, Status>} */
  #people = new Map();
  /** What people have said of themselves. @type {Map<number, {emoji: string, text: string, until: string | null}>} */
  #statuses = new Map();
  #watched = "";
  /** @type {number[]} */
  #users = [];

  /** @param {(type: string, fields: object) => boolean} send */
  constructor(send) {
    super();
    this.#send = send;
  }

  /** @param {number} user @returns {Status | undefined} undefined where nobody has told us yet */
  of(user) {
    return this.#people.get(user);
  }

  /** @param {{user: number} & Status} frame */
  put({ user, status, last_seen }) {
    this.#people.set(user, { status, last_seen: last_seen ?? this.#people.get(user)?.last_seen });
    tell(this, "change", { user });
  }

  /** @param {{user: number, emoji: string, text: string, until: string | null}} frame */
  putStatus({ user, ...status }) {
    this.#statuses.set(user, status);
    tell(this, "change", { user });
    // Nobody tells that its time is over.
    const left = Date.parse(status.until ?? "") - Date.now();
    if (left > 0 && left < LONGEST_TIMER) setTimeout(() => tell(this, "change", { user }), left + 1);
  }

  /** What somebody has said of themselves, in a line; empty where there is nothing. @param {number} user */
  statusOf(user) {
    const status = this.#statuses.get(user);
    if (!status || (status.until && Date.parse(status.until) <= Date.now())) return "";
    return `${status.emoji} ${status.text}`.trim();
  }

  /** Watch exactly these from now on. @param {Iterable<number>} users the most important first */
  watch(users) {
    this.#users = [...new Set(users)].slice(0, WATCH_LIMIT);
    const key = this.#users.join();
    if (key !== this.#watched && this.#send("presence.watch", { users: this.#users })) this.#watched = key;
  }

  /** Without a link nobody knows who is here; the next one tells. */
  lose() {
    for (const user of new Set([...this.#people.keys(), ...this.#users])) this.put({ user, status: "unknown" });
  }

  /** A new link watches nobody. */
  resume() {
    this.#watched = "";
    this.watch(this.#users);
  }
}
