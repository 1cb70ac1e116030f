/** What can be done with one message here and now, and the buttons for it. */

import { fill } from "../dom.js";
import { oftenFirst } from "../recent.js";
import { serverTime } from "../server-time.js";
import { plain, toned } from "../skin.js";

/** @typedef {import("../log.js").Message} Message */

/** Whether anything can be done with it. @param {Message | undefined} message @returns {message is Message} */
export function actionable(message) {
  return message !== undefined && !message.deleted_at && message.kind !== "system";
}

/**
 * Whether we may still change what a message says.
 *
 * @param {Message} message @param {{room: import("../rooms.js").Room | undefined, me: number, editSeconds: number}} where
 */
export function editable(message, { room, me, editSeconds }) {
  const age = (serverTime() - Date.parse(message.created_at)) / 1000;
  return message.author.id === me && writes(room) && !message.forwarded && age < editSeconds;
}

/** @param {import("../rooms.js").Room | undefined} room */
function writes(room) {
  return room?.may_write !== false && !room?.blocked;
}

/**
 * What can be done with a message where not everything can.
 *
 * @param {Message} message
 * @param {{room: import("../rooms.js").Room | undefined, me: number, editSeconds: number, threaded?: boolean}} where
 *   threaded: it has a thread, or is in one, and that can be opened
 * @returns {Record<string, boolean>}
 */
function offers(message, where) {
  const { room, me } = where;
  const own = message.author.id === me;
  const moderates = (room?.role ?? "member") !== "member";
  const reacts = !room?.archived && !room?.blocked;
  return {
    reply: writes(room),
    thread: where.threaded ?? false,
    edit: editable(message, where),
    pin: !room?.archived && (room?.kind === "direct" || moderates),
    copy: Boolean(message.body),
    unread: !own,
    readers: own,
    report: !own,
    delete: own || moderates,
    react: reacts,
    pick: reacts,
    all: reacts,
  };
}

/** @param {string} name @param {Message} message @param {Parameters<typeof offers>[1]} where */
export function offered(name, message, where) {
  return offers(message, where)[name] ?? true;
}

/** Show those buttons of a toolbar or a menu that can be used. @param {HTMLElement} bar @param {Message} message @param {Parameters<typeof offers>[1]} where */
export function offer(bar, message, where) {
  for (const [action, may] of Object.entries(offers(message, where))) {
    const buttons = /** @type {NodeListOf<HTMLElement>} */ (bar.querySelectorAll(`[data-action=${action}]`));
    for (const button of buttons) button.hidden = !may;
  }
  const pin = bar.querySelector("[data-action=pin]");
  if (pin) fill(pin, "words", message.pinned ? "Take the pin off" : "Pin");
  nameReactions(bar, new Set(message.reactions.filter(({ users }) => users.includes(where.me)).map(({ emoji }) => emoji)));
}

/**
 * Those used last come first, in the skin that was chosen; those of ours are pressed, in the skin that they have.
 *
 * @param {HTMLElement} bar @param {Set<string>} mine
 */
function nameReactions(bar, mine) {
  const buttons = /** @type {NodeListOf<HTMLElement>} */ (bar.querySelectorAll("[data-emoji]"));
  const often = oftenFirst([...buttons].map(({ dataset }) => plain(dataset.emoji ?? "")));
  const given = new Map([...mine].map((emoji) => [plain(emoji), emoji]));
  for (const button of buttons) {
    const sign = button.dataset.slot === "often" ? /** @type {string} */ (often.shift()) : plain(button.dataset.emoji ?? "");
    rename(button, given.get(sign) ?? toned(sign));
    button.setAttribute("aria-pressed", String(given.has(sign)));
  }
}

/** @param {HTMLElement} button @param {string} emoji */
function rename(button, emoji) {
  if (button.dataset.emoji === emoji) return;
  button.dataset.emoji = button.textContent = emoji;
  button.setAttribute("aria-label", `React with ${emoji}`);
}
