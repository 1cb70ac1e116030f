/**
 * `<parley-chat>`: the frame around everything, and the way from one place to another without loading a page.
 *
 * Each place has an address that the server renders as well; what script does not know, the browser loads.
 */

import { attentive } from "../attention.js";
import { notifiesHere } from "../device.js";
import { Drafts } from "../drafts.js";
import { on } from "../events.js";
import { Failure } from "../failure.js";
import { fetchMain, placeOf } from "../places.js";
import { point } from "../rooms.js";
import { localTimes } from "../time.js";
import { ConnectionBar } from "./connection-bar.js";
import { Notices } from "./notices.js";
import { PageTitle } from "./page-title.js";
import { PresenceDots } from "./presence-dots.js";
import { RoomList } from "./room-list.js";
import { RoomPane } from "./room-pane.js";
import { watchSearchKey } from "./search-key.js";

/**
 * @typedef {object} Config
 * @property {{id: number}} me
 * @property {string} ws
 * @property {string} api
 * @property {number | null} room
 * @property {{body: number}} [limits]
 * @property {{login: string, rooms: string, people: string}} urls
 */

export class ParleyChat extends HTMLElement {
  #stop = new AbortController();
  #client;
  #config;
  #drafts;
  /** @type {import("../draft-sync.js").DraftSync | undefined} made when something is first written */
  #draftSync;
  #notices;
  #list;
  #dots;
  #title;
  /** @type {RoomPane | undefined} */
  #pane;
  /** The `<main>` of each kind of place that was shown. @type {Map<string, HTMLElement>} */
  #mains = new Map();
  #room = 0;
  /** Only the last place that was asked for is shown. */
  #visits = 0;
  #notifies = false;

  disconnectedCallback() {
    this.#stop.abort();
  }

  /** @param {import("../client.js").Client} client @param {Config} config */
  start(client, config) {
    const { signal } = this.#stop;
    this.#client = client;
    this.#config = config;
    this.#drafts = new Drafts(config.me.id);
    this.#notices = new Notices(this, signal);
    this.#list = new RoomList(this, client, { drafts: this.#drafts, base: config.urls.rooms }, signal);
    this.#dots = new PresenceDots(this, client, signal);
    this.#title = new PageTitle(client, signal);
    new ConnectionBar(this, client, signal);
    on(client, "arrived", (message) => this.#arrived(message), signal);
    on(client, "named", ({ author }) => this.#notices.alert(`${author.full_name} mentions you in an edited message.`), signal);
    on(client, "left", (room) => this.#left(room), signal);
    on(client.outbox, "entry", (entry) => this.#failed(entry), signal);
    on(client.outbox, "slowed", ({ detail }) => this.#notices.alert(detail), signal);
    this.addEventListener("click", (event) => this.#clicked(event), { signal });
    addEventListener("popstate", () => this.#go(location.pathname, false), { signal });
    addEventListener("keydown", (event) => this.#key(event), { signal });
    watchSearchKey(this, signal);
    // It may be turned on in another tab.
    addEventListener("storage", () => this.#notify(), { signal });
    this.#notify();
    this.#begin();
    this.#hint();
  }

  /** What is good to know, and can wait until everything else is there. */
  async #hint() {
    const hint = await import("./invitation-hint.js").catch(() => null);
    if (hint) new hint.InvitationHint(this, this.#client, this.#notices, this.#stop.signal);
  }

  /** Tell of messages by the system, where that is wanted on this device. */
  async #notify() {
    if (this.#notifies || !notifiesHere()) return;
    this.#notifies = true;
    const module = await import("../notifications.js").catch(() => null);
    if (!module) return void (this.#notifies = false);
    const looksAt = (/** @type {number} */ room) => room === this.#room && attentive();
    const channel = globalThis.BroadcastChannel && new BroadcastChannel(`parley-notices-${this.#config.me.id}`);
    new module.Notifications(this.#client, { looksAt, open: (message) => this.#visit(message), channel }, this.#stop.signal);
  }

  /** Go to a message, wherever we are. @param {import("../log.js").Message} message */
  async #visit({ id, room, seq }) {
    const path = `${this.#config.urls.rooms}${room}/`;
    await this.#go(path, path !== location.pathname);
    if (room !== this.#room || !this.#pane?.point(seq)) location.assign(`/m/${id}/`);
  }

  /** Bring the place that the server rendered to life. */
  #begin() {
    const main = /** @type {HTMLElement} */ (this.querySelector("main"));
    const place = placeOf(location.pathname, this.#config.urls.rooms);
    this.#mains.set(place?.view ?? "page", main);
    localTimes(main);
    if (place?.view !== "room") return;
    const { rooms, logs } = this.#client.store;
    const room = rooms.get(place.room);
    if (room) this.#show(place, main);
    const first = logs.get(place.room)?.first;
    const unreadAbove = room && room.unread && first && first.seq > point(room) + 1;
    // Who follows a link to a message wants to see that one, whatever is unread.
    const elsewhere = unreadAbove && !new URLSearchParams(location.search).has("around");
    if (elsewhere) logs.delete(place.room);
    if (elsewhere || !room) this.#go(location.pathname, false);
  }

  /** @param {string} path @param {boolean} push */
  async #go(path, push) {
    const place = placeOf(path, this.#config.urls.rooms);
    if (!place) return location.assign(path);
    const visit = ++this.#visits;
    this.#list.current = place.room;
    try {
      if (place.room) await this.#client.open(place.room);
      const main = this.#mains.get(place.view) ?? (await fetchMain(path));
      if (visit !== this.#visits) return undefined;
      this.#mains.set(place.view, main);
      if (push) history.pushState(null, "", path);
      return this.#show(place, main);
    } catch (error) {
      if (visit === this.#visits) this.#refuse(Failure.from(error));
      return undefined;
    }
  }

  /** @param {import("../places.js").Place} place @param {HTMLElement} main */
  #show({ view, room }, main) {
    const shown = /** @type {HTMLElement} */ (this.querySelector("main"));
    if (shown !== main) shown.replaceWith(main);
    this.className = this.className.replace(/app--\w+/, `app--${view}`);
    this.#room = room;
    this.#list.current = room;
    const summary = this.#client.store.rooms.get(room);
    if (summary) {
      this.#pane ??= this.#makePane(main);
      this.#pane.show(summary);
      this.#pane.focus();
    } else {
      this.#pane?.leave();
    }
    this.#title.name = `${summary ? summary.name : "Conversations"} · Parley`;
    this.#dots.refresh();
  }

  /** @param {HTMLElement} main */
  #makePane(main) {
    const parts = {
      drafts: this.#drafts,
      notices: this.#notices,
      limits: this.#config.limits,
      base: this.#config.urls.rooms,
      drafted: (change) => this.#drafted(change),
      ownDraft: (room, draft) => Boolean(this.#draftSync?.busy(room) || this.#draftSync?.hears(room, draft)),
    };
    return new RoomPane(this, main, this.#client, parts, this.#stop.signal);
  }

  /** Save what is written here for the other devices. @param {{room: number, draft: import("../drafts.js").Draft}} change */
  async #drafted({ room, draft }) {
    this.#list.refresh();
    if (!this.#draftSync) {
      const { DraftSync } = await import("../draft-sync.js");
      this.#draftSync ??= new DraftSync(this.#client.api, this.#drafts, (id, kept) => this.#client.store.putDraft(id, kept));
      on(this.#client.transport, "state", () => this.#client.transport.online && this.#draftSync?.resume(), this.#stop.signal);
    }
    await this.#draftSync.save(room, draft);
    this.#list.refresh();
  }

  /** @param {Failure} failure */
  #refuse({ code, detail, passing }) {
    this.#list.current = this.#room;
    if (code === "not_authenticated") return;
    this.#notices.alert(passing ? "This cannot be loaded right now. Try again when you are back online." : detail);
  }

  /** @param {import("../log.js").Message} message */
  #arrived(message) {
    if (message.room === this.#room && !message.deleted_at) this.#notices.arrived(message);
  }

  /** @param {number} room */
  #left(room) {
    if (room !== this.#room) return;
    this.#go(this.#config.urls.rooms, true);
    this.#notices.alert("You are no longer in this room.");
  }

  /** @param {import("../outbox.js").Entry} entry */
  #failed({ state, detail = "" }) {
    if (state === "failed") this.#notices.interrupt(`A message was not sent. ${detail}`);
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    const link = /** @type {Element} */ (event.target).closest("a[href]");
    const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
    if (!(link instanceof HTMLAnchorElement) || !plain || event.defaultPrevented || link.target) return;
    if (link.origin !== location.origin || link.search || !placeOf(link.pathname, this.#config.urls.rooms)) return;
    event.preventDefault();
    this.#go(link.pathname, link.pathname !== location.pathname);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "k") return;
    event.preventDefault();
    /** @type {HTMLElement | null} */ (this.querySelector("[data-action=find]"))?.click();
  }
}

customElements.define("parley-chat", ParleyChat);
