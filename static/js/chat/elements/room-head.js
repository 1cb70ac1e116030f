/** The head of the open room: who it is, and whether they are here. */

import { fill, fillAvatar, once, roomAvatar, slot } from "../dom.js";
import { on } from "../events.js";
import { about } from "../rooms.js";
import { everyMinute, lastSeen } from "../time.js";

export class RoomHead {
  #main;
  #client;
  #base;
  #room = 0;
  /** The room whose head the server wrote, with what it knew of their presence. */
  #served;
  #draw = once(() => this.#fill());

  /** @param {HTMLElement} main @param {import("../client.js").Client} client @param {string} base "/rooms/" @param {AbortSignal} signal */
  constructor(main, client, base, signal) {
    this.#main = main;
    this.#client = client;
    this.#base = base;
    this.#served = Number(main.dataset.room);
    on(client.store, "rooms", this.#draw, signal);
    on(client.presence, "change", this.#draw, signal);
    everyMinute(this.#draw, signal);
  }

  /** @param {number} room */
  show(room) {
    this.#room = room;
    if (room !== this.#served) this.#served = 0;
    this.#main.dataset.room = String(room);
    this.#fill();
  }

  #fill() {
    const room = this.#client.store.rooms.get(this.#room);
    if (!room) return;
    const who = roomAvatar(room);
    this.#main.setAttribute("aria-label", room.name);
    fill(this.#main, "room-name", room.name);
    fillAvatar(/** @type {Element} */ (this.#main.querySelector(".room__top")), who);
    this.#fillSub(room);
    this.#fillDoors(room);
    const start = slot(this.#main, "start");
    if (start) fillAvatar(start, who);
    if (!start || this.#served) return;
    const [name, line] = start.querySelectorAll("p");
    name.textContent = room.name;
    line.textContent = room.other
      ? `This is the beginning of your conversation with ${room.name}. Say hello.`
      : `This is the beginning of ${room.name}.`;
  }

  /** What leads out of the room, or lets one write in it. @param {import("../rooms.js").Room} room */
  #fillDoors(room) {
    for (const name of ["about", "details", "search"]) {
      const door = /** @type {HTMLAnchorElement | null} */ (slot(this.#main, `room-${name}`));
      if (!door) continue; // a page that was kept may be older than this script
      if (name === "about") door.hidden = Boolean(room.other) || room.member_count > 1 || room.archived;
      door.href = door.href.replace(/\d+(?=\/\w+\/$)/, String(room.id));
    }
    const [writing, closed] = [slot(this.#main, "writing"), slot(this.#main, "closed")];
    if (!writing || !closed) return;
    writing.hidden = room.may_write === false || Boolean(room.blocked);
    closed.hidden = !writing.hidden;
    const way = /** @type {HTMLAnchorElement | null} */ (slot(closed, "way-out"));
    if (closed.hidden || !way) return;
    const [why, path, words] = closing(room);
    fill(closed, "closed-text", why);
    way.href = this.#base + path;
    way.textContent = words;
  }

  /** @param {import("../rooms.js").Room} room */
  #fillSub(room) {
    if (!room.other) return fill(this.#main, "room-sub", about(room));
    const presence = this.#client.presence.of(room.other.id);
    const status = this.#client.presence.statusOf(room.other.id);
    if (room.blocked) fill(this.#main, "room-sub", "Blocked");
    else if (status) fill(this.#main, "room-sub", presence ? `${hereLine(presence, room.other)} · ${status}` : status);
    else if (presence) fill(this.#main, "room-sub", hereLine(presence, room.other));
    else if (!this.#served) fill(this.#main, "room-sub", `@${room.other.handle}`);
  }
}

/** Why one cannot write in a room, and what to do about it: where, and in words. As in `listing.py`. @param {import("../rooms.js").Room} room */
function closing({ id, blocked, archived, role }) {
  if (blocked) return ["You block this person.", `${id}/me/`, "Unblock"];
  if (!archived) return ["Only moderators write in this room.", `${id}/about/`, "See who does"];
  const way = ["owner", "admin"].includes(role) ? [`${id}/about/`, "Open it again"] : ["find/", "Find another room"];
  return ["This room is archived, and only for reading.", ...way];
}

/** @param {import("../presence.js").Status} presence @param {{handle: string}} person */
function hereLine({ status, last_seen }, { handle }) {
  if (status === "active") return "Here now";
  if (status === "away") return "Away";
  return status === "offline" && last_seen ? lastSeen(last_seen, Date.now()) : `@${handle}`;
}
