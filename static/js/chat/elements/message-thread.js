/** Under a message that was answered: how often, and the way to its thread. */

import { slot } from "../dom.js";

/** @param {HTMLElement} row @param {import("../timeline.js").MessageItem} item */
export function fillThread(row, { message, replies = 0 }) {
  const shown = slot(row, "thread");
  if (!replies || !message) return shown?.remove();
  const link = /** @type {HTMLAnchorElement} */ (shown ?? document.createElement("a"));
  link.className = "message__thread";
  link.dataset.slot = "thread";
  link.href = `/rooms/${message.room}/thread/${message.seq}/`;
  link.textContent = replies === 1 ? "1 reply" : `${replies} replies`;
  if (!shown) row.append(link);
  return undefined;
}
