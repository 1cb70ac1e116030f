/**
 * Who is named in what is being written, and is not in the room, will not hear of it: that is said before it is sent,
 * with a way to bring them in where one may. Loaded when somebody is first named.
 */

import { cloneTemplate, fill, slot } from "../dom.js";
import { Failure } from "../failure.js";
import { People } from "../people.js";

/** As the server finds them: `chat/markup.py`. */
const CALL = /(?<![\w@/.+-])@([a-z0-9_]{2,30})(?![a-z0-9_@])/gi;
/** What is code calls nobody. */
const CODE = /```[^]*?(?:```|$)|`[^`\n]*`/g;
/** Milliseconds without another key: nobody is warned of half a name. */
const PATIENCE = 600;
/** Of more people nobody can keep account. */
const MOST = 5;

/** @typedef {import("../log.js").Card} Card */

/** Whom a text calls by name, in small letters. Pure. @param {string} body @returns {string[]} */
export function called(body) {
  const names = [...body.replace(CODE, " ").matchAll(CALL)].map(([, handle]) => handle.toLowerCase());
  return [...new Set(names)].filter((handle) => handle !== "room").slice(0, MOST);
}

export class MentionWarning {
  #client;
  #notices;
  #people;
  #line = cloneTemplate("t-mention-warning");
  #room = 0;
  #names = "";
  /** @type {Card[]} */
  #missing = [];
  #asking = new AbortController();
  #timer;

  /**
   * @param {{main: HTMLElement, client: import("../client.js").Client, notices: import("./notices.js").Notices}} parts
   * @param {AbortSignal} signal
   */
  constructor({ main, client, notices }, signal) {
    this.#client = client;
    this.#notices = notices;
    this.#people = new People(client);
    slot(main, "composer")?.prepend(this.#line);
    this.#line.addEventListener("click", ({ target }) => {
      const button = /** @type {HTMLElement | null} */ (/** @type {Element} */ (target).closest("[data-bring]"));
      if (button) this.#bring(button.dataset.bring === "add");
    }, { signal });
    signal.addEventListener("abort", () => this.#stop());
  }

  /** @param {number} room @param {string} body what is being written there */
  look(room, body) {
    const names = called(body).join();
    if (room === this.#room && names === this.#names) return;
    this.#stop();
    this.#room = room;
    this.#names = names;
    this.#show([]);
    if (!names) return;
    this.#timer = setTimeout(() => this.#ask(names.split(",")), PATIENCE);
  }

  #stop() {
    clearTimeout(this.#timer);
    this.#asking.abort();
    this.#asking = new AbortController();
  }

  /** @param {string[]} handles */
  async #ask(handles) {
    const { signal } = this.#asking;
    try {
      const found = await Promise.all(handles.map((handle) => this.#stranger(handle, signal)));
      if (!signal.aborted) this.#show(found.filter((card) => card !== null));
    } catch {
      // What cannot be found out now is not worth a word; the next name asks again.
      if (!signal.aborted) this.#names = "";
    }
  }

  /** Somebody who is called so and not in the room. @param {string} handle @param {AbortSignal} signal @returns {Promise<Card | null>} */
  async #stranger(handle, signal) {
    const is = (/** @type {Card} */ card) => card.handle.toLowerCase() === handle;
    if (is(/** @type {any} */ (this.#client.me)) || this.#people.recent(this.#room).some(is)) return null;
    const { people, all } = await this.#people.of(this.#room);
    if (people.some(is) || (!all && (await this.#people.search(this.#room, handle, signal)).some(is))) return null;
    return (await this.#people.everywhere(handle, signal)).find(is) ?? null;
  }

  /** @param {Card[]} people */
  #show(people) {
    this.#missing = people;
    this.#line.hidden = !people.length;
    if (!people.length) return;
    const names = people.map(({ full_name }) => full_name);
    fill(this.#line, "mention-text", `${listed(names)} ${names.length > 1 ? "are" : "is"} not in this ${this.#direct ? "conversation" : "room"} and will not hear of it.`);
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (this.#line.querySelectorAll("[data-bring]"))) button.hidden = !this.#may;
  }

  get #direct() {
    return this.#client.store.rooms.get(this.#room)?.kind === "direct";
  }

  /** Whether we may bring people in: the server's rule, `chat/permissions.py`. */
  get #may() {
    const room = this.#client.store.rooms.get(this.#room);
    return Boolean(room && !this.#direct && !room.archived && (room.kind === "public" || room.role !== "member"));
  }

  /** @param {boolean} atOnce else they are asked */
  async #bring(atOnce) {
    const [room, people] = [this.#room, this.#missing];
    const names = listed(people.map(({ full_name }) => full_name));
    this.#show([]);
    try {
      const { api } = this.#client;
      if (atOnce) await api.call("POST", `rooms/${room}/members/`, { users: people.map(({ id }) => id) });
      else await Promise.all(people.map(({ id }) => api.call("POST", `rooms/${room}/invitations/`, { user: id })));
      const are = people.length > 1 ? "are" : "is";
      this.#notices.toast(atOnce ? `${names} ${are} in this room now.` : `${names} ${are} invited.`);
    } catch (error) {
      this.#notices.alert(Failure.from(error).detail || "That did not work. Try again when you are back online.");
      if (room === this.#room) this.#show(people);
    }
  }
}

/** "Ada", "Ada and Ben", "Ada, Ben and Cy". @param {string[]} names */
function listed(names) {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
