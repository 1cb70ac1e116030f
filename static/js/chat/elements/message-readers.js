/** Who has read and received a message, and when: in a dialog, and on the page of a message. Loaded when first asked for. */

import { cloneTemplate, fill, fillAvatar, slot } from "../dom.js";
import { Failure } from "../failure.js";
import { peopled } from "../rooms.js";
import { clock, shortTime } from "../time.js";

/**
 * @typedef {import("../log.js").Card & {read_at?: string | null, delivered_at?: string | null}} Reader moments to the minute
 *
 * @typedef {object} Readers each person is in one of the lists, which are empty in large rooms
 * @property {Reader[]} read @property {number} read_count
 * @property {Reader[]} delivered @property {number} delivered_count
 * @property {Reader[]} waiting @property {number} waiting_count
 */

/**
 * @param {HTMLElement} root @param {import("../client.js").Client} client @param {import("./notices.js").Notices} notices
 * @param {import("../log.js").Message} message
 */
export async function showReaders(root, client, notices, { id }) {
  try {
    const readers = await client.api.call("GET", `messages/${id}/readers/`);
    const dialog = /** @type {HTMLDialogElement} */ (cloneTemplate("t-readers"));
    for (const group of /** @type {NodeListOf<HTMLElement>} */ (dialog.querySelectorAll("[data-readers]"))) fillGroup(group, readers);
    dialog.addEventListener("close", () => dialog.remove());
    root.append(dialog);
    dialog.showModal();
  } catch (error) {
    notices.alert(Failure.from(error).detail || "This cannot be loaded right now. Try again when you are back online.");
  }
}

/** Times that the server wrote by another clock, by that of this browser. @param {ParentNode} page */
export function localReaders(page) {
  for (const time of /** @type {NodeListOf<HTMLTimeElement>} */ (page.querySelectorAll("time"))) time.textContent = when(time.dateTime);
}

/** @param {HTMLElement} group @param {Readers} readers */
function fillGroup(group, readers) {
  const state = /** @type {"read" | "delivered" | "waiting"} */ (group.dataset.readers);
  const [people, count] = [readers[state], readers[`${state}_count`]];
  group.hidden = !count;
  fill(group, "readers-count", people.length ? String(count) : peopled(count));
  slot(group, "readers-people")?.append(...people.map(row));
}

/** @param {Reader} reader */
function row(reader) {
  const made = cloneTemplate("t-reader");
  const { full_name, initials, hue, avatar, read_at: read, delivered_at: delivered } = reader;
  fillAvatar(made, { initials, hue, avatar });
  fill(made, "reader-name", full_name);
  slot(made, "reader-times")?.append(...told("Read", read), ...told("Delivered", delivered === read ? null : delivered, read ? " · " : ""));
  return made;
}

/** @param {string} words @param {string | null | undefined} at @param {string} [before] */
function told(words, at, before = "") {
  return at ? [`${before}${words} `, Object.assign(document.createElement("time"), { dateTime: at, textContent: when(at) })] : [];
}

/** "14:05", "Thu, 14:05", "4 Nov, 14:05". @param {string} at */
function when(at) {
  const [day, hour] = [shortTime(at, Date.now()), clock(at)];
  return day === hour ? hour : `${day}, ${hour}`;
}
