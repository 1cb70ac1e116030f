/**
 * What can stand where somebody is writing: people, rooms, emoji, commands. What is here already is shown at once;
 * what the server knows more comes behind it. Loaded when a sign is first typed.
 */

import { commands } from "./commands.js";
import { EMOJI } from "./emoji.js";
import { rank, score } from "./matching.js";
import { People } from "./people.js";
import { oftenFirst } from "./recent.js";
import { peopled } from "./rooms.js";
import { toned } from "./skin.js";

/**
 * @typedef {import("./token.js").Token} Token
 * @typedef {import("./log.js").Card} Card
 *
 * @typedef {object} Candidate
 * @property {string} key
 * @property {string} name
 * @property {string} note what else there is to say
 * @property {string} text that goes into the message
 * @property {{initials: string, hue: string, square?: boolean, avatar?: string | null}} [face]
 * @property {string} [glyph] in place of a face
 * @property {boolean} [outside] somebody who is not in the room
 */

const SHOWN = 8;
/** Milliseconds without another key until the server is asked. */
const PATIENCE = 150;

export class Candidates {
  #client;
  #people;

  /** @param {import("./client.js").Client} client */
  constructor(client) {
    this.#client = client;
    this.#people = new People(client);
  }

  /**
   * @param {Token} token @param {number} room
   * @param {(candidates: Candidate[]) => void} show called again with more
   * @param {AbortSignal} signal another key was pressed
   */
  async find(token, room, show, signal) {
    if (token.kind === "emoji") return show(emoji(token.query));
    if (token.kind === "command") return show(named(token.query));
    if (token.kind === "room") return show(this.#rooms(token.query));
    return this.#find(token.query, room, show, signal);
  }

  /** @param {string} query @param {number} room @param {(candidates: Candidate[]) => void} show @param {AbortSignal} signal */
  async #find(query, room, show, signal) {
    const summary = this.#client.store.rooms.get(room);
    const everybody = summary && !summary.other && "room".startsWith(query.toLowerCase()) ? [everyone(summary.member_count)] : [];
    const show_ = (/** @type {Card[]} */ here, /** @type {Card[]} */ elsewhere = []) => {
      const fitting = rank(unique(here), query, ({ full_name, handle }) => [full_name, handle]);
      const present = new Set(here.map(({ id }) => id));
      const others = elsewhere.filter(({ id }) => !present.has(id)).map((card) => person(card, false));
      const all = [...fitting.map((card) => person(card, true)), ...everybody, ...others];
      if (!signal.aborted) show(all.slice(0, SHOWN));
    };
    const recent = this.#people.recent(room);
    show_(recent);
    const known = await this.#people.of(room).catch(() => ({ people: [], all: false }));
    const here = [...recent, ...known.people];
    show_(here);
    if (query.length < 2 || summary?.other) return;
    await pause(PATIENCE, signal);
    const found = known.all ? [] : await this.#people.search(room, query, signal);
    const elsewhere = known.all ? await this.#people.everywhere(query, signal) : [];
    show_([...here, ...found], elsewhere);
  }

  /** @param {string} query @returns {Candidate[]} */
  #rooms(query) {
    const rooms = this.#client.store.ordered().filter(({ other }) => !other);
    return rank(rooms, query, ({ name }) => [name]).slice(0, SHOWN).map(({ id, name, topic }) => ({
      key: `room-${id}`,
      name,
      note: topic,
      text: `[#${name.replace(/[\\[\]]/g, "\\$&")}](/rooms/${id}/)`,
      glyph: "#",
    }));
  }
}

/** @param {Card[]} cards */
function unique(cards) {
  return [...new Map(cards.map((card) => [card.id, card])).values()];
}

/** @param {Card} card @param {boolean} here @returns {Candidate} */
function person({ id, full_name, handle, initials, hue, avatar }, here) {
  return {
    key: `person-${id}`,
    name: full_name,
    note: here ? `@${handle}` : `@${handle} · not in this room`,
    text: `@${handle}`,
    face: { initials, hue, avatar },
    outside: !here,
  };
}

/** @param {number} count @returns {Candidate} */
function everyone(count) {
  return { key: "everyone", name: "room", note: `everybody here, ${peopled(count)}`, text: "@room", glyph: "@" };
}

/** @param {string} query @returns {Candidate[]} */
export function emoji(query) {
  const often = oftenFirst([]);
  const found = rank([...EMOJI], query, ([name]) => [name.replaceAll("_", " "), name]);
  /** @type {Map<string, string>} each sign once, by the name that fits best */
  const signs = new Map();
  for (const [name, sign] of found) if (!signs.has(sign)) signs.set(sign, name);
  const sorted = [...signs].map(([sign, name]) => ({ sign, name, points: score(query, [name]) + (often.includes(sign) ? 15 : 0) }));
  sorted.sort((a, b) => b.points - a.points);
  return sorted.slice(0, SHOWN).map(({ sign, name }) => ({ key: `emoji-${name}`, name: `:${name}:`, note: "", text: toned(sign), glyph: toned(sign) }));
}

/** @param {string} query @returns {Candidate[]} */
function named(query) {
  const found = commands.filter(({ name }) => name.startsWith(query.toLowerCase()));
  return found.map(({ name, takes, does }) => ({ key: `command-${name}`, name: `/${name}`, note: takes ? `${takes} · ${does}` : does, text: `/${name}`, glyph: "/" }));
}

/** @param {number} milliseconds @param {AbortSignal} signal @returns {Promise<void>} */
function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
