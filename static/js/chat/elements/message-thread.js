/** Under a message that was answered: how often, whether we have begun to answer it, and the way to its thread. */

import { slot } from "../dom.js";

/** @param {HTMLElement} row @param {import("../timeline.js").MessageItem} item */
export function fillThread(row, { message, replies }) {
  const shown = slot(row, "thread");
  if (!replies || !message) return shown?.remove();
  const link = /** @type {HTMLAnchorElement} */ (shown ?? document.createElement("a"));
  link.className = "message__thread";
  link.dataset.slot = "thread";
  link.href = `/rooms/${message.room}/thread/${message.seq}/`;
  link.classList.toggle("message__thread--begun", !replies.count);
  link.textContent = replies.count ? `${counted(replies.count)}${replies.begun ? " · draft" : ""}` : "Draft reply";
  if (!shown) row.append(link);
  return undefined;
}

/** @param {number} count */
function counted(count) {
  return count === 1 ? "1 reply" : `${count} replies`;
}
