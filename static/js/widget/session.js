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
import { uuid4 } from "../chat/uuid.js";
import { loadWithoutFiles } from "./files.js";
import { Link } from "./link.js";
import { VisitorApi, remember } from "./visitor-api.js";

/** For networks that block sockets; few ever need it. @param {Api} api */
async function loadPoll(api) {
  const { LongPoll } = await import("../chat/longpoll.js");
  return new LongPoll(api);
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
  /** Where one comes in; 0 while the conversation of one's own has not begun. */
  room = 0;
  /** What the conversation of one's own is called; empty where the rooms are everybody's. */
  name = "";
  /** What is sent first: trying again is the same message. @type {{client_id: string, body: string} | undefined} */
  #first;
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
      const failure = Failure.from(error);
      if (this.#over.signal.aborted) return;
      if (failure.passing) this.#timer = setTimeout(() => this.#begin(), backoff(this.#attempt++) + 500);
      else this.#refuse(failure);
    }
  }

  async #visit() {
    const api = new VisitorApi(this.#parts.origin, this.#parts);
    const { user, room, name, limits } = await api.enter();
    const parts = () => ({ socket: new Socket(api.socket, { greet: () => api.greeting }), makePoll: () => loadPoll(api) });
    const link = () => new Transport("", api, parts());
    this.limits = limits;
    this.name = name ?? "";
    this.#start(user, room ?? 0, api, link);
    const { signal } = this.#over;
    const { store } = /** @type {Client} */ (/** @type {unknown} */ (this.client));
    // It may begin on another device as well.
    if (!this.room) on(store, "rooms", () => this.#settle([...store.rooms.keys()][0]), signal);
    on(/** @type {Client} */ (this.client).transport, "state", () => this.#renew(api), signal);
  }

  /** The room that a widget shows: in a conversation of one's own there is no choice. @param {number} wanted */
  roomFor(wanted) {
    return this.name ? this.room : wanted || this.room;
  }

  /** Send what makes the conversation of one's own. @param {string} body @throws {Failure} */
  async begin(body) {
    if (this.#first?.body !== body) this.#first = { client_id: uuid4(), body };
    const { api } = /** @type {Client} */ (this.client);
    this.#settle((await api.call("POST", "conversation/", this.#first)).room);
  }

  /** @param {number | undefined} room */
  #settle(room) {
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
      const failure = Failure.from(error);
      if (failure.passing) this.#timer = setTimeout(() => this.#renew(api), backoff(this.#attempt++) + 500);
      else this.#refuse(failure);
    }
  }

  /** On our own pages: who is signed in, by cookie. */
  async #member() {
    const { origin, room } = this.#parts;
    if (origin !== location.origin || !room) throw new Failure("no_site", "The widget needs `site` here, or `room` on the chat's own pages.");
    const api = new Api("/api/", { leave: () => this.#refuse(SIGN_IN) });
    const me = await api.call("GET", "users/me/");
    remember("", {});
    const url = `${origin.replace(/^http/, "ws")}/ws/`;
    this.#start(me, room, api, () => new Transport(url, api, { makePoll: () => loadPoll(api) }));
    const { transport } = /** @type {Client} */ (/** @type {unknown} */ (this.client));
    on(transport, "state", () => transport.state === "signed-out" && this.#refuse(SIGN_IN), this.#over.signal);
  }

  /** @param {{id: number}} me @param {number} room @param {Api} api @param {() => Transport} link */
  #start(me, room, api, link) {
    if (this.#over.signal.aborted) throw new Failure("gone");
    const transport = /** @type {any} */ (new Link(link));
    loadWithoutFiles(api);
    this.room = room;
    this.client = new Client({ me, transport, api, storage: openStorage(`parley-outbox-${this.#parts.site}-${me.id}`) });
    this.client.start();
    tell(this, "ready");
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
