/**
 * What the tabs of one browser want from the one socket that they share, put together. Pure.
 *
 * The server knows one client: it is here while somebody uses any of its tabs, and it watches whoever is shown
 * in any of them.
 */

import { WATCH_LIMIT } from "./protocol.js";

/**
 * @typedef {{status?: "active" | "away", users?: number[]}} Wish
 * @typedef {{type: string, [field: string]: any}} Frame
 */

/** What the server takes a new socket to be. */
const UNTOLD = Object.freeze({ status: "active", users: "" });

export class Wishes {
  /** The tab that wished last is the last. @type {Map<string, Wish>} */
  #tabs = new Map();
  #told = { ...UNTOLD };
  /** How far the server has been told, by kind of mark and room. @type {Map<string, number>} */
  #marks = new Map();

  /** @param {string} tab @param {Wish} wish what is not in it stays as it was */
  put(tab, wish) {
    const before = this.#tabs.get(tab);
    this.#tabs.delete(tab);
    this.#tabs.set(tab, { ...before, ...wish });
  }

  /** @param {string} tab */
  drop(tab) {
    this.#tabs.delete(tab);
  }

  /** The socket is a new one: its server has been told nothing. */
  renew() {
    this.#told = { ...UNTOLD };
    this.#marks.clear();
  }

  /** What the server has to be told now, once. @returns {Frame[]} */
  news() {
    /** @type {Frame[]} */
    const frames = [];
    const { users, status } = this;
    const key = [...users].sort((a, b) => a - b).join();
    if (key !== this.#told.users) frames.push({ type: "presence.watch", users });
    if (status !== this.#told.status) frames.push({ type: "presence.set", status });
    this.#told = { users: key, status };
    return frames;
  }

  /** Whether a mark is further than the last one: every tab acknowledges what all of them received. @param {Frame} frame */
  advances({ type, room, seq }) {
    const key = `${type} ${room}`;
    if (seq <= (this.#marks.get(key) ?? 0)) return false;
    this.#marks.set(key, seq);
    return true;
  }

  get users() {
    const wishes = [...this.#tabs.values()].reverse();
    return [...new Set(wishes.flatMap(({ users = [] }) => users))].slice(0, WATCH_LIMIT);
  }

  get status() {
    const statuses = [...this.#tabs.values()].map(({ status = "active" }) => status);
    return statuses.length && statuses.every((status) => status === "away") ? "away" : "active";
  }
}
