/**
 * Whether we are invited into a room: a dot at the door to the rooms, and a word if it happened since we last looked.
 *
 * We ask when somebody comes to this page or back to it, when a frame says that there is a new one, and when the link is
 * there: what happened before it was told to nobody.
 */

import { attentive, onAttention } from "../attention.js";
import { slot } from "../dom.js";
import { on } from "../events.js";

/** Milliseconds between two questions, at least. */
const EVERY = 60_000;

export class InvitationHint {
  #door;
  #name;
  #api;
  #notices;
  #asked = -Infinity;
  /** The newest one that we have heard of. */
  #known = Infinity;

  /** @param {HTMLElement} root @param {import("../client.js").Client} client @param {import("./notices.js").Notices} notices @param {AbortSignal} signal */
  constructor(root, client, notices, signal) {
    this.#door = /** @type {HTMLAnchorElement} */ (slot(root, "rooms-door"));
    this.#name = this.#door.title;
    this.#api = client.api;
    this.#notices = notices;
    onAttention(() => attentive() && this.#ask(), signal);
    on(client.transport, "frame", ({ type }) => type === "invited" && this.#askNow(), signal);
    on(client.transport, "state", () => client.transport.online && this.#askNow(), signal);
    this.#ask();
  }

  #askNow() {
    this.#asked = -Infinity;
    return this.#ask();
  }

  async #ask() {
    if (Date.now() - this.#asked < EVERY) return;
    this.#asked = Date.now();
    try {
      this.#show((await this.#api.call("GET", "invitations/?limit=1")).results[0]);
    } catch {
      // It is only a hint; the next look asks again.
    }
  }

  /** @param {{id: number, room: {name: string}, created_by: {full_name: string}} | undefined} newest */
  #show(newest) {
    const dot = slot(this.#door, "invited");
    if (dot) dot.hidden = !newest;
    this.#door.title = newest ? `${this.#name}: you are invited to ${newest.room.name}` : this.#name;
    this.#door.setAttribute("aria-label", this.#door.title);
    if (newest && newest.id > this.#known) {
      const act = () => location.assign(this.#door.href);
      this.#notices.toast(`${newest.created_by.full_name} invites you to ${newest.room.name}.`, { label: "Look", act });
    }
    this.#known = newest?.id ?? 0;
  }
}
