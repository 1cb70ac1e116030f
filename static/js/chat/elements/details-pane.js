/**
 * What stands beside a conversation: the page of details, in a column of its own where there is the width for it.
 *
 * Whether it is open is kept on this device. `layout.js` reads it before the page is drawn.
 */

import { once, slot } from "../dom.js";
import { on } from "../events.js";
import { fetchMain } from "../places.js";
import { localTimes } from "../time.js";

const KEY = "parley-details";
/** As in details.css. */
const WIDE = "(width >= 64rem)";

export class DetailsPane {
  #root;
  #client;
  #base;
  #drawn;
  #uncover;
  #pane;
  #room = 0;
  /** What the column was last asked for: a room, and what of it is shown there. */
  #shown = "";
  #wide = matchMedia(WIDE);
  #look = once(() => this.#refresh());

  /**
   * @param {HTMLElement} root @param {import("../client.js").Client} client
   * @param {{base: string, drawn: () => void, uncover: () => boolean}} parts base: "/rooms/"; drawn: other people are on the
   *   page than before; uncover: close what lies over the column, and say whether anything did
   * @param {AbortSignal} signal
   */
  constructor(root, client, { base, drawn, uncover }, signal) {
    this.#root = root;
    this.#client = client;
    this.#base = base;
    this.#drawn = drawn;
    this.#uncover = uncover;
    this.#pane = this.#make(signal);
    root.addEventListener("click", (event) => this.#clicked(event), { signal });
    on(client.store, "rooms", ({ room }) => (room ?? this.#room) === this.#room && this.#look(), signal);
    on(client.store, "log", ({ room }) => room === this.#room && this.#look(), signal);
    on(client.store, "card", ({ user }) => this.#recard(user), signal);
    on(client.transport, "state", () => client.transport.online && this.#look(), signal);
    this.#wide.addEventListener("change", this.#look, { signal });
  }

  /** @param {number} room 0 for none */
  show(room) {
    this.#room = room;
    this.#refresh();
  }

  get #open() {
    return document.documentElement.dataset.details === "open";
  }

  /** Fetch anew what shows somebody who is called otherwise now. @param {number} user */
  #recard(user) {
    if (!this.#pane.querySelector(`[data-user="${user}"]`)) return;
    this.#shown = "";
    this.#look();
  }

  /** @param {AbortSignal} signal */
  #make(signal) {
    const template = /** @type {HTMLTemplateElement} */ (document.getElementById("t-details"));
    const pane = /** @type {HTMLElement} */ (document.importNode(template.content, true).firstElementChild);
    slot(this.#root, "toast")?.before(pane);
    slot(pane, "close-details")?.addEventListener("click", () => this.#toggle(), { signal });
    return pane;
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    const door = /** @type {Element} */ (event.target).closest("[data-slot=room-details]");
    const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
    if (!door || !plain || !this.#wide.matches) return;
    event.preventDefault();
    if (!this.#uncover() || !this.#open) this.#toggle();
  }

  #toggle() {
    const open = !this.#open;
    if (open) document.documentElement.dataset.details = "open";
    else delete document.documentElement.dataset.details;
    try {
      if (open) localStorage.setItem(KEY, "open");
      else localStorage.removeItem(KEY);
    } catch {
      // Where nothing may be kept, it lasts as long as the page.
    }
    this.#refresh();
    const door = slot(this.#root, "room-details");
    door?.setAttribute("aria-expanded", String(open));
    /** @type {HTMLElement | null} */ (open ? slot(this.#pane, "close-details") : door)?.focus();
  }

  /** Fetch what is to be seen, if it is to be seen and has changed. */
  async #refresh() {
    const room = this.#client.store.rooms.get(this.#room);
    slot(this.#root, "room-details")?.setAttribute("aria-expanded", String(this.#open && this.#wide.matches));
    if (!room || !this.#open || !this.#wide.matches) return;
    const pins = this.#client.store.logs.get(room.id)?.messages.filter(({ pinned }) => pinned).map(({ id }) => id);
    const wanted = JSON.stringify([room.id, room.name, room.topic, room.member_count, room.picture, room.other?.avatar, pins]);
    if (wanted === this.#shown) return;
    this.#shown = wanted;
    try {
      const main = await fetchMain(`${this.#base}${room.id}/details/`);
      if (this.#shown === wanted) this.#fill(/** @type {HTMLElement} */ (slot(main, "details-body")));
    } catch {
      // Without a link what is there stays, unless it is about another room.
      if (this.#shown !== wanted) return;
      this.#shown = "";
      const body = slot(this.#pane, "details-body");
      if (body && body.dataset.room !== String(room.id)) body.replaceChildren();
    }
  }

  /** @param {HTMLElement} body */
  #fill(body) {
    const before = /** @type {HTMLElement} */ (slot(this.#pane, "details-body"));
    const place = before.dataset.room === body.dataset.room ? before.scrollTop : 0;
    before.replaceWith(body);
    body.scrollTop = place;
    localTimes(body);
    this.#drawn();
  }
}
