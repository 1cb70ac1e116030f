/** What floats over the timeline: the way to the newest message, and the way back to the first unread one. */

import { fill, slot } from "../dom.js";

export class LogButtons {
  #jump;
  #above;

  /**
   * @param {HTMLElement} main
   * @param {{toEnd: () => unknown, toUnread: () => unknown, markRead: () => unknown}} acts
   * @param {AbortSignal} signal
   */
  constructor(main, { toEnd, toUnread, markRead }, signal) {
    this.#jump = /** @type {HTMLElement} */ (slot(main, "jump"));
    this.#above = /** @type {HTMLElement} */ (slot(main, "above"));
    this.#jump.addEventListener("click", toEnd, { signal });
    this.#above.addEventListener("click", ({ target }) => {
      const away = /** @type {Element} */ (target).closest("[data-action=mark-read]");
      if (away) markRead();
      else toUnread();
    }, { signal });
  }

  /** @param {{shown: boolean, unseen: number}} jump @param {number} above how many unread messages are out of sight above */
  show({ shown, unseen }, above) {
    this.#jump.hidden = !shown;
    this.#jump.classList.toggle("jump--new", unseen > 0);
    fill(this.#jump, "jump-text", unseen ? counted(unseen) : "Jump to latest");
    this.#above.hidden = !above;
    if (above) fill(this.#above, "above-text", above > 99 ? "99+ unread" : `${above} unread`);
  }
}

/** @param {number} count */
function counted(count) {
  return count === 1 ? "1 new message" : `${count} new messages`;
}
