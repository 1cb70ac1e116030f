/**
 * The time has come at which somebody wanted to be reminded of a message: a word in every tab, a call by the system from
 * the one that leads, and a mark in the list of what is saved. Who is away finds it there. Loaded when the first comes.
 */

import { attentive } from "../attention.js";
import { notifiesHere, wish } from "../device.js";
import { fill } from "../dom.js";
import { gist } from "../log.js";

/** How long (ms) it stands: whoever looks elsewhere for a moment should still find it. */
const LASTS = 60_000;

/** @typedef {import("../log.js").Message} Message */

/**
 * @param {HTMLElement} root @param {import("../client.js").Client} client @param {import("./notices.js").Notices} notices
 * @param {Message} message @param {() => unknown} open shows it
 */
export function tellReminder(root, client, notices, message, open) {
  const words = `Reminder: ${message.author.full_name}: ${gist(message)}`;
  notices.toast(words, { label: "Open", act: open, lasts: LASTS });
  mark(root, message);
  if (client.transport.leads && notifiesHere() && !attentive()) call(message, open);
}

/** Where it stands in the list, it is due now. @param {HTMLElement} root @param {Message} message */
function mark(root, { id }) {
  for (const line of root.querySelectorAll(`[data-reminder="${id}"]`)) {
    line.classList.add("kept__reminder--due");
    fill(line, "reminder-words", "Due since");
  }
}

/** @param {Message} message @param {() => unknown} open */
function call(message, open) {
  const body = wish().text ? gist(message) : "A message";
  try {
    const notice = new Notification(`Reminder: ${message.author.full_name}`, { body, tag: `parley-reminder-${message.id}` });
    notice.onclick = () => {
      globalThis.focus?.();
      notice.close();
      open();
    };
  } catch {
    // On some phones only what is installed may notify.
  }
}
