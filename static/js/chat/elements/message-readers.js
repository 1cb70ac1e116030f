/** Who has received and read a message, in a dialog. Loaded when first asked for. */

import { cloneTemplate, fill } from "../dom.js";
import { Failure } from "../failure.js";
import { peopled } from "../rooms.js";

/**
 * @typedef {object} Readers
 * @property {import("../log.js").Card[]} read @property {number} read_count
 * @property {import("../log.js").Card[]} delivered @property {number} delivered_count
 */

/**
 * @param {HTMLElement} root @param {import("../client.js").Client} client @param {import("./notices.js").Notices} notices
 * @param {import("../log.js").Message} message
 */
export async function showReaders(root, client, notices, { id }) {
  try {
    const readers = await client.api.call("GET", `messages/${id}/readers/`);
    const dialog = /** @type {HTMLDialogElement} */ (cloneTemplate("t-readers"));
    fill(dialog, "readers-read", line(readers.read, readers.read_count));
    fill(dialog, "readers-delivered", line(readers.delivered, readers.delivered_count));
    dialog.addEventListener("close", () => dialog.remove());
    root.append(dialog);
    dialog.showModal();
  } catch (error) {
    notices.alert(Failure.from(error).detail || "This cannot be loaded right now. Try again when you are back online.");
  }
}

/** In large rooms there is only a number. @param {import("../log.js").Card[]} people @param {number} count */
export function line(people, count) {
  if (!count) return "Nobody yet";
  if (!people.length) return peopled(count);
  return people.map(({ full_name }) => full_name).join(", ");
}
