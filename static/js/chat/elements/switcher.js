/**
 * From anywhere to a conversation or a person, by a few letters: what is here already, the most recent first, and
 * behind it whom else the server knows. Loaded when first asked for.
 */

import { cloneTemplate, fill, roomAvatar, slot } from "../dom.js";
import { Failure } from "../failure.js";
import { rank } from "../matching.js";
import { about, peopled } from "../rooms.js";
import { shortTime } from "../time.js";
import { Combobox } from "./combobox.js";
import { optionOf } from "./composer-completion.js";

/**
 * @typedef {object} Place
 * @property {string} key
 * @property {string} name
 * @property {string} note
 * @property {{initials: string, hue: string, square?: boolean}} face
 * @property {string[]} words by which it is found
 * @property {number} [unread]
 * @property {() => Promise<number> | number} room its id, once it is open
 */

const SHOWN = 12;
const PATIENCE = 150;

export class Switcher {
  #client;
  #go;
  #current;
  #dialog = /** @type {HTMLDialogElement} */ (cloneTemplate("t-switcher"));
  #input = /** @type {HTMLInputElement} */ (this.#dialog.querySelector("input"));
  #combobox;
  /** @type {Map<string, Place>} */
  #shown = new Map();
  /** @type {Place[]} what the server has found last */
  #found = [];
  #asking = new AbortController();
  #timer;

  /**
   * @param {HTMLElement} root @param {import("../client.js").Client} client
   * @param {{go: (room: number) => unknown, room: () => number}} places room: where we are
   * @param {AbortSignal} signal
   */
  constructor(root, client, { go, room }, signal) {
    this.#client = client;
    this.#go = go;
    this.#current = room;
    root.append(this.#dialog);
    this.#combobox = new Combobox(this.#input, /** @type {HTMLElement} */ (slot(this.#dialog, "places")), { always: true }, signal);
    this.#combobox.addEventListener("choose", (event) => this.#choose(/** @type {CustomEvent} */ (event).detail.dataset.key));
    this.#input.addEventListener("input", () => this.#typed());
    this.#input.addEventListener("keydown", (event) => event.key !== "Escape" && this.#combobox.key(event));
    this.#dialog.addEventListener("click", ({ target }) => {
      const away = target === this.#dialog || /** @type {Element} */ (target).closest("[data-action=help]");
      if (away) this.#dialog.close();
    });
    this.#dialog.addEventListener("close", () => this.#asking.abort());
    this.#dialog.addEventListener("keydown", (event) => {
      // The same keys that open it close it.
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "k") return;
      event.preventDefault();
      this.#dialog.close();
    });
  }

  open() {
    if (this.#dialog.open) return;
    this.#input.value = "";
    this.#found = [];
    this.#say("");
    this.#dialog.showModal();
    this.#show();
  }

  #typed() {
    this.#asking.abort();
    this.#asking = new AbortController();
    clearTimeout(this.#timer);
    this.#say("");
    this.#show();
    const query = this.#input.value.trim();
    if (query) this.#timer = setTimeout(() => this.#ask(query, this.#asking.signal), PATIENCE);
    else this.#found = [];
  }

  /** @param {string} query @param {AbortSignal} signal */
  async #ask(query, signal) {
    const q = new URLSearchParams({ q: query.replace(/^[@#]/, ""), limit: String(SHOWN) });
    const ask = (/** @type {string} */ path) => this.#client.api.call("GET", `${path}?${q}`, undefined, { signal });
    try {
      const [people, rooms] = await Promise.all([ask("users/"), ask("rooms/public/")]);
      if (signal.aborted) return;
      this.#found = [...people.results.map((card) => this.#person(card)), ...rooms.results.map((room) => this.#open(room))];
      this.#show();
    } catch {
      // What is here already can be gone to all the same.
      if (!signal.aborted) this.#found = [];
    }
    if (!signal.aborted && !this.#shown.size) this.#say(`Nobody and no room is called “${query}”.`);
  }

  #show() {
    const query = this.#input.value.trim().replace(/^[@#]/, "");
    // Where we are is no place to go to, unless somebody asks for it.
    const rooms = this.#client.store.ordered().filter(({ id }) => query || id !== this.#current());
    const here = rooms.map((room) => this.#known(room));
    const fitting = rank(here, query, ({ words }) => words);
    const names = new Set(here.map(({ key }) => key));
    const others = query ? rank(this.#found.filter(({ key }) => !names.has(key)), query, ({ words }) => words) : [];
    const places = [...fitting, ...others].slice(0, SHOWN);
    this.#shown = new Map(places.map((place) => [place.key, place]));
    this.#combobox.show(places.map(rowOf));
  }

  /** @param {import("../rooms.js").Room} room @returns {Place} */
  #known(room) {
    const { other, id, name, topic, last_activity_at } = room;
    const note = other ? `@${other.handle}` : about(room);
    return {
      key: other ? `person-${other.id}` : `room-${id}`,
      name,
      note: room.last_message ? `${note} · ${shortTime(last_activity_at, Date.now())}` : note,
      face: roomAvatar(room),
      words: other ? [name, other.handle] : [name],
      unread: this.#client.store.badge(room),
      room: () => id,
    };
  }

  /** @param {import("../log.js").Card} card @returns {Place} */
  #person({ id, full_name, handle, initials, hue, avatar }) {
    const room = async () => {
      const opened = await this.#client.api.call("POST", "rooms/", { kind: "direct", user: id });
      this.#client.store.putRoom(opened);
      return opened.id;
    };
    return { key: `person-${id}`, name: full_name, note: `@${handle} · write the first message`, face: { initials, hue, avatar }, words: [full_name, handle], room };
  }

  /** @param {{id: number, name: string, topic: string, member_count: number, picture?: string | null}} room @returns {Place} */
  #open({ id, name, topic, member_count, picture }) {
    const room = async () => {
      this.#client.store.putRoom(await this.#client.api.call("POST", `rooms/${id}/join/`));
      return id;
    };
    const face = roomAvatar(/** @type {any} */ ({ id, name, picture }));
    return { key: `room-${id}`, name, note: `${topic || peopled(member_count)} · join`, face, words: [name, topic], room };
  }

  /** @param {string} key */
  async #choose(key) {
    const place = this.#shown.get(key);
    if (!place) return;
    try {
      const room = await place.room();
      this.#dialog.close();
      this.#go(room);
    } catch (error) {
      const { detail, passing } = Failure.from(error);
      this.#say(passing || !detail ? "This cannot be opened right now. Try again when you are back online." : detail);
    }
  }

  /** @param {string} sentence */
  #say(sentence) {
    fill(this.#dialog, "switcher-say", sentence);
  }
}

/** @param {Place} place */
function rowOf({ unread = 0, ...place }) {
  const option = optionOf({ ...place, text: "" });
  if (!unread) return option;
  const pill = document.createElement("span");
  pill.className = "pill";
  pill.textContent = unread > 99 ? "99+" : String(unread);
  pill.append(Object.assign(document.createElement("span"), { className: "visually-hidden", textContent: " unread" }));
  option.append(pill);
  return option;
}
