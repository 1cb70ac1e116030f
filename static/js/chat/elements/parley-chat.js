/**
 * `<parley-chat>`: the frame around everything, and the way from one place to another without loading a page.
 *
 * Each place has an address that the server renders as well; what script does not know, the browser loads.
 */

import { attentive } from "../attention.js";
import { copyText, fillAvatar } from "../dom.js";
import { draftOf, isNothing } from "../drafts.js";
import { on } from "../events.js";
import { Failure } from "../failure.js";
import { addressOf, fetchMain, permalinkOf, placeOf, spotOf, threadOf } from "../places.js";
import { point } from "../rooms.js";
import { clocks, everyMinute, localTimes } from "../time.js";
import { ToldDrafts, nameOf, servedIn } from "../told-drafts.js";
import { byThumbs } from "../touch.js";
import { ConnectionBar } from "./connection-bar.js";
import { watchKeys } from "./keyboard.js";
import { DetailsPane } from "./details-pane.js";
import { draw } from "./attachment-drawing.js";
import { drawWith, enliven } from "./message-attachments.js";
import { adoptPreview, fillPreview, makePreview } from "./message-preview.js";
import { showMore } from "./message-row.js";
import { fillThread } from "./message-thread.js";
import { Notices } from "./notices.js";
import { hint, tellNews } from "./page-news.js";
import { enlivenParts } from "./page-parts.js";
import { PageTitle } from "./page-title.js";
import { PresenceDots } from "./presence-dots.js";
import { RoomList } from "./room-list.js";
import { RoomPane } from "./room-pane.js";
import { shortcutActions } from "./shortcut-actions.js";

// What only our own pages show, and the widget's need not load.
drawWith(draw);
showMore({ adoptPreview, fillPreview, makePreview, fillThread });

/** Below this a thread takes the place of its conversation; as in thread.css. */
const WIDE = "(width >= 64rem)";

/** What takes longer than this (ms) to come shows that it is coming. */
const SLOW = 300;

/** So long (ms) one can still take along what one wrote in a room that one is out of. */
const PARTING = 60_000;

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
  #details;
  #title;
  /** @type {RoomPane | undefined} */
  #pane;
  /** @type {import("./thread-pane.js").ThreadPane | undefined} made when the first thread is opened */
  #thread;
  /** The message from which somebody went to a thread by keys. @type {HTMLElement | null} */
  #opener = null;
  /** Where the reader was in the conversation that a thread has taken the place of. @type {{spot: import("../places.js").Spot | null} | undefined} */
  #covered;
  /** The `<main>` of each kind of place that was shown. @type {Map<string, HTMLElement>} */
  #mains = new Map();
  #room = 0;
  /** Only the last place that was asked for is shown. */
  #visits = 0;
  /** @type {ReturnType<typeof shortcutActions> | undefined} */
  #actions;

  disconnectedCallback() {
    this.#stop.abort();
  }

  /** @param {import("../client.js").Client} client @param {Config} config */
  start(client, config) {
    const { signal } = this.#stop;
    this.#client = client;
    this.#config = config;
    this.#drafts = new ToldDrafts(config.me.id);
    this.#notices = new Notices(this, signal);
    this.#list = new RoomList(this, client, { drafts: this.#drafts, base: config.urls.rooms }, signal);
    this.#dots = new PresenceDots(this, client, signal);
    const beside = { base: config.urls.rooms, drawn: () => this.#dots.refresh(), uncover: () => this.#leaveThread() };
    this.#details = new DetailsPane(this, client, beside, signal);
    this.#title = new PageTitle(client, signal);
    new ConnectionBar(this, client, signal);
    everyMinute(() => clocks(this), signal);
    on(client, "me", (card) => fillAvatar(/** @type {HTMLElement} */ (this.querySelector(".me")), card), signal);
    on(client, "left", (room) => this.#left(room), signal);
    on(client.store, "rooms", ({ room }) => room === this.#room && this.#entitle(), signal);
    this.addEventListener("click", (event) => this.#clicked(event), { signal });
    addEventListener("popstate", ({ state }) => this.#return(state), { signal });
    addEventListener("pagehide", () => this.#remember(), { signal });
    this.#actions = shortcutActions({
      root: this,
      client,
      notices: this.#notices,
      room: () => this.#room,
      pane: () => this.#pane,
      focused: () => (this.#thread?.focused ? this.#thread : this.#pane),
      go: (room) => this.#go(`${config.urls.rooms}${room}/`, { push: room !== this.#room }),
    }, signal);
    watchKeys(this, this.#actions, signal);
    const place = { room: () => this.#room, looksAt: (message) => this.#looksAt(message), visit: (message) => this.#visit(message) };
    tellNews({ root: this, client, notices: this.#notices, ...place }, signal);
    this.#begin();
    hint(this, client, this.#notices, signal);
    if (byThumbs()) import("./visible-height.js").then(({ keepVisible }) => keepVisible(signal), () => null);
  }

  /**
   * Whether somebody looks at where a message stands: at the conversation, or, where that has no place, at the thread.
   *
   * @param {import("../notifications.js").Place} message
   */
  #looksAt(message) {
    if (message.room !== this.#room || !attentive()) return false;
    return Boolean(this.#pane?.shown || this.#thread?.has(message));
  }

  /** Go to a message, wherever we are. @param {{id: number, room: number, seq: number}} message */
  async #visit({ id, room, seq }) {
    const shown = await this.#go(`${this.#config.urls.rooms}${room}/`, { push: true, spot: { seq } });
    if (!shown) location.assign(`/m/${id}/`);
  }

  /** Follow a permanent link, or a quote, which says where its message is. @param {HTMLAnchorElement} link @param {number} id */
  async #follow({ href, dataset }, id) {
    if (dataset.seq && dataset.seq !== "0") return this.#visit({ id, room: this.#room, seq: Number(dataset.seq) });
    try {
      return await this.#visit(await this.#client.api.call("GET", `messages/${id}/`));
    } catch {
      return location.assign(href); // the server says what is wrong with it
    }
  }

  /**
   * Somebody has gone back or forward.
   *
   * @param {{spot?: import("../places.js").Spot | null, thread?: number} | null} state where they were, and in which thread
   */
  async #return(state) {
    if (this.dataset.over) return undefined; // what lies over the page was closed
    // What was asked here is not answered elsewhere.
    for (const dialog of /** @type {NodeListOf<HTMLDialogElement>} */ (this.querySelectorAll("dialog[open]"))) dialog.close();
    const spot = state?.spot;
    const base = this.#config.urls.rooms;
    const thread = state?.thread && threadOf(location.pathname, base);
    if (thread) {
      if (thread.room !== this.#room && !(await this.#go(`${base}${thread.room}/`, { spot }))) return undefined;
      return this.#openThread({ id: state.thread, seq: thread.seq, room: thread.room }, false);
    }
    const place = placeOf(location.pathname, base);
    if (this.dataset.thread && place?.room === this.#room) return this.#uncover();
    if (!place) return location.reload();
    return this.#go(location.pathname, { spot: spot ?? spotOf(location.search) });
  }

  /**
   * Show the thread that a message begins, or is in: beside the conversation, or in its place where there is no width.
   *
   * @param {{id: number, seq: number, room: number}} message @param {boolean} [push] it is another place in the history
   */
  async #openThread({ id, seq, room }, push = true) {
    const base = this.#config.urls.rooms;
    const pane = this.#pane;
    if (!pane) return location.assign(`${base}${room}/thread/${seq}/`);
    const visit = ++this.#visits;
    const before = this.dataset.thread;
    this.#opener = this.querySelector("main .message:is(:focus-visible, :has(:focus-visible))");
    try {
      const { ThreadPane } = await import("./thread-pane.js");
      const parts = { base, close: () => this.#leaveThread(), room: pane.shares() };
      this.#thread ??= new ThreadPane(this, this.#client, parts, this.#stop.signal);
      if (!before) this.#covered = matchMedia(WIDE).matches ? undefined : { spot: pane.spot };
      this.dataset.thread = "open"; // what has no width has no place to scroll to, and nothing to focus
      const root = await this.#thread.open(id);
      if (!root || visit !== this.#visits || !push) return undefined;
      const address = `${base}${room}/thread/${root.seq}/`;
      if (address === location.pathname) return undefined;
      this.#remember();
      return history.pushState({ thread: root.id }, "", address);
    } catch (error) {
      if (visit !== this.#visits) return undefined;
      if (!before) this.#uncover();
      return this.#refuse(Failure.from(error));
    }
  }

  /** Whoever looks at a thread wants to see only the conversation. @returns {boolean} whether there was one */
  #leaveThread() {
    if (!this.dataset.thread) return false;
    this.#visits += 1;
    this.#uncover();
    if (threadOf(location.pathname, this.#config.urls.rooms)) {
      this.#remember();
      history.pushState(null, "", `${this.#config.urls.rooms}${this.#room}/`);
    }
    if (this.#opener?.checkVisibility()) this.#opener.focus({ preventScroll: true });
    else this.#pane?.focus();
    return true;
  }

  /** The conversation is to be seen again, and where it was covered, at the place where it was left. */
  #uncover() {
    const covered = this.#covered;
    this.#closeThread();
    const room = this.#client.store.rooms.get(this.#room);
    if (covered && room) this.#pane?.show(room, covered.spot);
  }

  #closeThread() {
    delete this.dataset.thread;
    this.#covered = undefined;
    this.#thread?.close();
  }

  /** Keep with this entry of the history where in the timeline we are, for when somebody comes back to it. */
  #remember() {
    const spot = this.#pane?.spot ?? null;
    history.replaceState({ ...history.state, spot }, "");
  }

  /** Bring the place that the server rendered to life. */
  #begin() {
    const main = /** @type {HTMLElement} */ (this.querySelector("main"));
    const place = placeOf(location.pathname, this.#config.urls.rooms);
    this.#mains.set(place?.view ?? "page", main);
    localTimes(main);
    enliven(main);
    enlivenParts(main);
    const thread = /** @type {HTMLElement | null} */ (main.querySelector("[data-thread-root]"));
    if (thread && !location.search) this.#enliven(thread);
    if (place?.view !== "room") return;
    const { rooms, logs } = this.#client.store;
    const room = rooms.get(place.room);
    if (room) this.#show(place, main);
    const first = logs.get(place.room)?.first;
    const unreadAbove = room && room.unread && first && first.seq > point(room) + 1;
    // Who follows a link to a message wants to see that one, whatever is unread.
    const elsewhere = unreadAbove && !new URLSearchParams(location.search).has("around");
    if (elsewhere) logs.delete(place.room);
    const back = history.state?.spot ?? null;
    if (elsewhere || !room || back) this.#go(location.pathname, { spot: elsewhere ? null : back });
  }

  /** Bring to life a thread that the server rendered, with what was typed in it meanwhile. @param {HTMLElement} page */
  async #enliven(page) {
    const root = Number(page.dataset.threadRoot);
    const base = this.#config.urls.rooms;
    const place = threadOf(location.pathname, base);
    await import("./thread-pane.js").catch(() => null); // so that the conversation is not to be seen on the way
    if (!place || !(await this.#go(`${base}${place.room}/`))) return undefined;
    this.#takeUp({ room: place.room, root }, page.querySelector("textarea")?.value ?? "");
    return this.#openThread({ id: root, ...place }, false);
  }

  /** What stood in the box of a page is a draft, but where the server has put it there. @param {import("../drafts.js").Place} place @param {string} typed */
  #takeUp(place, typed) {
    const served = servedIn(this.#client.store.rooms.get(place.room), place);
    if (!typed.trim() || typed === served.body) return;
    const kept = this.#drafts.get(nameOf(place));
    const draft = draftOf(typed, null, (isNothing(kept) ? served : kept).attachments);
    this.#drafts.set(nameOf(place), draft);
    this.#drafted({ place, draft });
  }

  /**
   * @param {string} path
   * @param {{push?: boolean, spot?: import("../places.js").Spot | null}} [how] spot: of the room, else its first unread message
   * @returns {Promise<boolean>} whether we are there
   */
  async #go(path, { push = false, spot = null } = {}) {
    const place = placeOf(path, this.#config.urls.rooms);
    if (!place) {
      location.assign(path);
      return true;
    }
    const visit = ++this.#visits;
    if (push) this.#remember();
    this.#list.current = place.room;
    const slow = setTimeout(() => this.classList.add("app--loading"), SLOW);
    try {
      if (place.room === this.#room && spot) this.#pane?.aim(spot);
      if (place.room) await this.#client.open(place.room, spot?.seq);
      const main = this.#mains.get(place.view) ?? (await fetchMain(path));
      if (visit !== this.#visits) return true;
      this.#mains.set(place.view, main);
      const address = addressOf(path, spot);
      if (push && address !== location.pathname + location.search + location.hash) history.pushState(null, "", address);
      this.#show(place, main, spot);
      return true;
    } catch (error) {
      this.#pane?.aim(null);
      if (visit === this.#visits) this.#refuse(Failure.from(error));
      return visit !== this.#visits || Failure.from(error).passing;
    } finally {
      clearTimeout(slow);
      this.classList.remove("app--loading");
    }
  }

  /** @param {import("../places.js").Place} place @param {HTMLElement} main @param {import("../places.js").Spot | null} [spot] */
  #show({ view, room }, main, spot = null) {
    const shown = /** @type {HTMLElement} */ (this.querySelector("main"));
    if (shown !== main) shown.replaceWith(main);
    this.className = this.className.replace(/app--\w+/, `app--${view}`);
    this.#closeThread();
    this.#room = room;
    this.#list.current = room;
    const summary = this.#client.store.rooms.get(room);
    if (summary) {
      this.#pane ??= this.#makePane(main);
      this.#pane.show(summary, spot);
      if (!spot) this.#pane.focus();
    } else {
      this.#pane?.leave();
    }
    // What had the focus has gone with its page: one goes on at the message, or where this page begins.
    if (document.activeElement === document.body) /** @type {HTMLElement} */ (main.querySelector(spot ? `#m-${spot.seq}` : ".log") ?? main).focus({ preventScroll: true });
    this.#details.show(summary ? room : 0);
    this.#entitle();
    this.#dots.refresh();
  }

  /** What the page is called: as the room is, which may be renamed. */
  #entitle() {
    const room = this.#client.store.rooms.get(this.#room);
    if (room || !this.#room) this.#title.name = `${room?.name ?? "Conversations"} · Parley`;
  }

  /** @param {HTMLElement} main */
  #makePane(main) {
    const parts = {
      drafts: this.#drafts,
      notices: this.#notices,
      limits: this.#config.limits,
      base: this.#config.urls.rooms,
      help: () => this.#actions?.help(),
      drafted: (change) => this.#drafted(change),
      openThread: (message) => this.#openThread(message),
      visit: (message) => this.#visit(message),
      untold: (place) => Boolean(this.#draftSync?.busy(place)),
      ownDraft: (place, draft) => Boolean(this.#draftSync?.busy(place) || this.#draftSync?.hears(place, draft)),
    };
    return new RoomPane(this, main, this.#client, parts, this.#stop.signal);
  }

  /** Save what is written here for the other devices. @param {{place: import("../drafts.js").Place, draft: import("../drafts.js").Draft}} change */
  async #drafted({ place, draft }) {
    this.#list.refresh();
    if (!this.#client.store.rooms.has(place.room)) return; // we are out of it
    if (!this.#draftSync) {
      const module = await import("../draft-sync.js").catch(() => null);
      if (!module) return; // it is kept on this device, and what is written next asks again
      const { DraftSync, putDraft } = module;
      this.#draftSync ??= new DraftSync(this.#client.api, this.#drafts, (where, kept) => putDraft(this.#client.store, where, kept));
      on(this.#client.transport, "state", () => this.#client.transport.online && this.#draftSync?.resume(), this.#stop.signal);
    }
    await this.#draftSync.save(place, draft);
    this.#list.refresh();
  }

  /** @param {Failure} failure */
  #refuse({ code, detail, passing }) {
    this.#list.current = this.#room;
    if (code === "not_authenticated") return;
    this.#notices.alert(passing ? "This cannot be loaded right now. Try again when you are back online." : detail);
  }

  /** @param {number} room */
  #left(room) {
    if (room !== this.#room) return;
    const written = [this.#pane?.text, this.#thread?.text].filter(Boolean).join("\n\n");
    this.#go(this.#config.urls.rooms, { push: true });
    const offer = { label: "Copy what you wrote", act: () => copyText(written), lasts: PARTING };
    this.#notices.toast("You are no longer in this room.", written ? offer : undefined);
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    const opener = /** @type {Element} */ (event.target).closest("[data-action=find], [data-action=help]");
    if (opener instanceof HTMLElement && opener.dataset.action === "help") return this.#actions?.help();
    const link = /** @type {Element} */ (event.target).closest("a[href]");
    const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
    if (!(link instanceof HTMLAnchorElement) || !plain || event.defaultPrevented || (link.target && !link.closest(".message__body"))) return;
    if (opener) {
      event.preventDefault();
      return this.#actions?.switch();
    }
    if (link.origin !== location.origin) return;
    const thread = this.#client.threads && threadOf(link.pathname, this.#config.urls.rooms);
    const row = /** @type {HTMLElement | null} */ (thread && link.closest("main .message"));
    if (thread && row) {
      event.preventDefault();
      return this.#openThread({ id: Number(row.dataset.id), ...thread });
    }
    const message = permalinkOf(link.pathname);
    const spot = spotOf(link.search);
    if (!message && (!placeOf(link.pathname, this.#config.urls.rooms) || (link.search && !spot))) return;
    event.preventDefault();
    if (message) this.#follow(link, message);
    else this.#go(link.pathname, { push: link.pathname !== location.pathname || Boolean(spot), spot });
  }
}
