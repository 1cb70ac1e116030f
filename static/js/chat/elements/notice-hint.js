/** Whether moderators told us something that we have not read: a line above the list, and a word when it comes. */

import { slot } from "../dom.js";
import { on } from "../events.js";

/** @param {HTMLElement} root @param {import("../client.js").Client} client @param {import("./notices.js").Notices} notices @param {AbortSignal} signal */
export function hintAtNotices(root, client, notices, signal) {
  const door = /** @type {HTMLAnchorElement} */ (slot(root, "notices-door"));
  on(client.transport, "frame", ({ type, unread, text }) => {
    if (type !== "notice") return;
    door.hidden = !unread;
    if (text) notices.toast(text);
  }, signal);
}
