/** The list of conversations, the most active first. */

import { arrange, cloneTemplate, fill, fillAvatar, fillStatus, once, roomAvatar, slot } from "../dom.js";
import { on } from "../events.js";
import { UNREAD_MOST, waiting } from "../rooms.js";
import { everyMinute, shortTime } from "../time.js";
import { entryGist, lastStatus, oneLine, preview } from "../timeline.js";

export class RoomList {
  #client;
  #drafts;
  #list;
  #empty;
  #base;
  #current = 0;
  /** @type {Map<number, HTMLElement>} */
  #rows = new Map();
  #draw = once(() => this.#arrange());

  /**
   * @param {HTMLElement} root @param {import("../client.js").Client} client
   * @param {{drafts: import("../drafts.js").Drafts, base: string}} parts base: "/rooms/"
   * @param {AbortSignal} signal
   */
  constructor(root, client, { drafts, base }, signal) {
    this.#client = client;
    this.#drafts = drafts;
    this.#base = base;
    this.#list = /** @type {HTMLElement} */ (slot(root, "room-list"));
    this.#empty = slot(root, "rooms-empty");
    for (const row of /** @type {NodeListOf<HTMLElement>} */ (this.#list.querySelectorAll("[data-room]"))) {
      this.#rows.set(Number(row.dataset.room), row);
    }
    on(client.store, "rooms", this.#draw, signal);
    on(client.typing, "change", this.#draw, signal);
    on(client.outbox, "entry", this.#draw, signal);
    on(client.outbox, "gone", this.#draw, signal);
    everyMinute(this.#draw, signal);
    this.#current = Number(/** @type {HTMLElement | null} */ (this.#list.querySelector("[data-room]:has([aria-current])"))?.dataset.room ?? 0);
    // The server has drawn it, all but the times in the reader's zone: what stands in the room comes first.
    setTimeout(this.#draw);
  }

  /** @param {number} room the one that is open, 0 for none */
  set current(room) {
    if (room === this.#current) return;
    this.#current = room;
    this.#draw();
  }

  /** A draft was written or sent. */
  refresh() {
    this.#draw();
  }

  #arrange() {
    const rooms = this.#client.store.ordered();
    this.#rows = new Map(rooms.map((room) => [room.id, this.#row(room)]));
    arrange(this.#list, [...this.#rows.values()]);
    if (this.#empty) this.#empty.hidden = rooms.length > 0;
  }

  /** @param {import("../rooms.js").Room} room */
  #row(room) {
    let item = this.#rows.get(room.id);
    if (!item) {
      item = cloneTemplate("t-room-row");
      item.dataset.room = String(room.id);
      /** @type {HTMLAnchorElement} */ (item.querySelector("a")).href = `${this.#base}${room.id}/`;
    }
    fillAvatar(item, roomAvatar(room));
    fill(item, "name", room.name);
    this.#fillTime(item, room.last_activity_at);
    this.#fillLast(item, room);
    const pill = /** @type {HTMLElement} */ (slot(item, "unread"));
    const unread = this.#client.store.badge(room);
    show(pill, unread > 0);
    fill(item, "unread-count", unread >= UNREAD_MOST ? "99+" : String(unread || ""));
    for (const [name, shown] of [["named", unread > 0 && (room.mentions ?? 0) > 0], ["muted", room.muted], ["pinned", room.pinned]]) {
      const mark = slot(item, /** @type {string} */ (name));
      if (mark) show(mark, Boolean(shown));
    }
    const link = /** @type {HTMLElement} */ (item.querySelector("a"));
    const calls = waiting(room, unread) > 0;
    link.classList.toggle("row--unread", calls);
    link.classList.toggle("row--quiet", !calls);
    const current = room.id === this.#current ? "page" : null;
    if (link.ariaCurrent !== current) link.ariaCurrent = current;
    return item;
  }

  /** @param {HTMLElement} item @param {string} at */
  #fillTime(item, at) {
    const time = /** @type {HTMLTimeElement} */ (slot(item, "time"));
    if (time.dateTime !== at) time.dateTime = at;
    fill(item, "time", at ? shortTime(at, Date.now()) : "");
  }

  /** @param {HTMLElement} item @param {import("../rooms.js").Room} room */
  #fillLast(item, room) {
    const draft = room.id === this.#current ? "" : inWords(this.#drafts.get(room.id), room.draft);
    const typing = this.#client.typing.in(room.id).length > 0;
    const pending = this.#client.store.pending.get(room.id) ?? [];
    let text = preview(room, this.#client.me.id, pending);
    const failed = pending.findLast(({ state }) => state === "failed");
    if (failed) text = `Not sent: ${entryGist(failed)}`;
    if (draft) text = `Draft: ${draft}`;
    if (typing) text = "Writing…";
    fillStatus(slot(item, "status"), draft || typing || failed ? "" : lastStatus(room, pending, this.#client.me.id));
    slot(item, "last")?.classList.toggle("row__last--draft", Boolean(draft || failed) && !typing);
    fill(item, "last", text);
  }
}

/** What is begun in a room, in one line. @param {import("../drafts.js").Draft} kept on this device @param {import("../rooms.js").Room["draft"]} [served] */
function inWords(kept, served) {
  const count = Math.max(kept.attachments.length, served?.attachments?.length ?? 0);
  return oneLine(kept.body || (served?.body ?? "")) || (count ? `${count} ${count === 1 ? "file" : "files"}` : "");
}

/** Show it or not; it is not touched where it is so already, as a row is drawn again and again. @param {HTMLElement} part @param {boolean} shown */
function show(part, shown) {
  if (part.hidden === shown) part.hidden = !shown;
}
