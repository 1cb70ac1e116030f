/**
 * Somebody's chat on this page: one connection, however many widgets of one site there are.
 *
 * Events: `ready` once we know who we are; `refused` with a Failure when there is no way in; `room` when the
 * conversation of one's own has begun.
 */

import { Api } from "../chat/api.js";
import { Client } from "../chat/client.js";
import { on, tell } from "../chat/events.js";
import { Failure } from "../chat/failure.js";
import { backoff } from "../chat/protocol.js";
import { Socket } from "../chat/socket.js";
import { openStorage } from "../chat/storage.js";
import { Transport } from "../chat/transport.js";
import { Link } from "./link.js";
import { loadPlain } from "./plain.js";
import { VisitorApi, remember } from "./visitor-api.js";

/** A link that goes on by questions where sockets are blocked. @param {string} url @param {Api} api @param {Socket} [socket] */
function connect(url, api, socket) {
  const makePoll = () => import("../chat/longpoll.js").then(({ LongPoll }) => new LongPoll(api));
  return new Transport(url, api, { socket, makePoll });
}

const SIGN_IN = new Failure("not_authenticated", "Sign in to chat.");

/** @type {Map<string, Map<unknown, Session>>} by site, then by who they say they are */
const sessions = new Map();

export class Session extends EventTarget {
  #parts;
  #users = 0;
  #attempt = 0;
  #timer;
  #over = new AbortController();
  /** @type {Client | undefined} */
  client;
  /** @type {Failure | undefined} why there is no way in */
  failure;
  /** Where one comes in; null while the conversation of one's own has not begun. @type {number | null} */
  room = null;
  /** What the conversation of one's own is called; null where the rooms are everybody's. @type {string | null} */
  name = null;
  /** @type {{body: number} | undefined} */
  limits;

  /** @param {{origin: string, site: string, room: number, token: unknown}} parts */
  constructor(parts) {
    super();
    this.#parts = parts;
  }

  /** The one of this site and identity. @param {{origin: string, site: string, room: number, token: unknown}} parts @param {AbortSignal} signal until then it is wanted */
  static join(parts, signal) {
    const same = sessions.get(parts.site) ?? new Map();
    sessions.set(parts.site, same);
    let session = same.get(parts.token);
    if (!session || session.failure) same.set(parts.token, (session = new Session(parts)));
    session.#users += 1;
    signal.addEventListener("abort", () => {
      session.#users -= 1;
      if (session.#users) return;
      session.#end();
      if (same.get(parts.token) === session) same.delete(parts.token);
    });
    if (session.#users === 1) session.#begin();
    return session;
  }

  async #begin() {
    try {
      await (this.#parts.site ? this.#visit() : this.#member());
    } catch (error) {
      this.#again(error, () => this.#begin());
    }
  }

  /** @param {unknown} error @param {() => void} work to be done again where that may help */
  #again(error, work) {
    const failure = Failure.from(error);
    if (this.#over.signal.aborted) return;
    if (failure.passing) this.#timer = setTimeout(work, backoff(this.#attempt++) + 500);
    else this.#refuse(failure);
  }

  async #visit() {
    const api = new VisitorApi(this.#parts.origin, this.#parts);
    const { user, room, name, limits } = await api.enter();
    const link = () => connect("", api, new Socket(api.socket, { greet: () => api.greeting }));
    Object.assign(this, { limits, name });
    on(this.#start(user, room, api, link).transport, "state", () => this.#renew(api), this.#over.signal);
  }

  /** The room that a widget shows: in a conversation of one's own there is no choice. @param {number} wanted */
  roomFor(wanted) {
    return this.name ? this.room : wanted || this.room;
  }

  /** The conversation of one's own has begun. @param {number | undefined} room */
  settle(room) {
    if (this.room || !room) return;
    this.room = room;
    tell(this, "room");
  }

  /** A visit is over in an hour at most: come in again. @param {VisitorApi} api */
  async #renew(api) {
    const { transport } = /** @type {Client} */ (this.client);
    if (transport.state !== "signed-out" || this.#over.signal.aborted) return;
    try {
      await api.enter();
      if (!this.#over.signal.aborted) transport.retry();
    } catch (error) {
      this.#again(error, () => this.#renew(api));
    }
  }

  /** On our own pages: who is signed in, by cookie. */
  async #member() {
    const { origin, room } = this.#parts;
    if (origin !== location.origin || !room) throw new Failure("no_site", "The widget needs its `site` here.");
    const api = new Api("/api/", { leave: () => this.#refuse(SIGN_IN) });
    const me = await api.call("GET", "users/me/");
    remember("", {});
    const { transport } = this.#start(me, room, api, () => connect(`${origin.replace(/^http/, "ws")}/ws/`, api));
    on(transport, "state", () => transport.state === "signed-out" && this.#refuse(SIGN_IN), this.#over.signal);
  }

  /** @param {{id: number}} me @param {number | null} room @param {Api} api @param {() => Transport} link @returns {Client} */
  #start(me, room, api, link) {
    if (this.#over.signal.aborted) throw new Failure("gone");
    const transport = /** @type {any} */ (new Link(link));
    loadPlain(api);
    this.room = room;
    this.client = new Client({ me, transport, api, storage: openStorage(`parley-outbox-${this.#parts.site}-${me.id}`) });
    this.client.start();
    tell(this, "ready");
    return this.client;
  }

  /** @param {Failure} failure */
  #refuse(failure) {
    this.failure = failure;
    this.#end();
    tell(this, "refused", failure);
  }

  #end() {
    clearTimeout(this.#timer);
    this.#over.abort();
    this.client?.stop();
  }
}
