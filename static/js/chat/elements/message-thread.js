/** Under a message that was answered: how often, and the way to its thread. */

import { slot } from "../dom.js";

/** @param {HTMLElement} row @param {import("../log.js").Message} message @param {number} [replies] */
export function fillThread(row, { room, seq }, replies = 0) {
  const shown = slot(row, "thread");
  if (!replies) return shown?.remove();
  const link = /** @type {HTMLAnchorElement} */ (shown ?? document.createElement("a"));
  link.className = "message__thread";
  link.dataset.slot = "thread";
  link.href = `/rooms/${room}/thread/${seq}/`;
  link.textContent = replies === 1 ? "1 reply" : `${replies} replies`;
  if (!shown) row.append(link);
  return undefined;
}
