/** How the page tells what happens: in words on it, aloud, and by the system or a sound where this device wants that. */

import { callsHere } from "../device.js";
import { copyText, slot } from "../dom.js";
import { on } from "../events.js";

/** So long (ms) the text can be taken along of what could not be sent. */
const PARTING = 60_000;

/**
 * Tell what happens from now on.
 *
 * @param {object} parts
 * @param {HTMLElement} parts.root
 * @param {import("../client.js").Client} parts.client
 * @param {import("./notices.js").Notices} parts.notices
 * @param {() => number} parts.room the one that is open, 0 for none
 * @param {(message: import("../notifications.js").Place) => boolean} parts.looksAt whether somebody looks at where a message stands
 * @param {(message: import("../log.js").Message) => unknown} parts.visit goes to a message
 * @param {AbortSignal} signal
 */
export function tellNews({ root, client, notices, room, looksAt, visit }, signal) {
  on(client, "arrived", (message) => message.room === room() && !message.deleted_at && notices.arrived(message), signal);
  on(client, "named", ({ author }) => notices.toast(`${author.full_name} mentions you in an edited message.`), signal);
  const take = async (/** @type {import("../outbox.js").Entry} */ { client_id, body }) => (await copyText(body)) && client.outbox.discard(client_id);
  on(client.outbox, "entry", ({ state, detail = "", ...entry }) => {
    if (state !== "failed") return;
    // Of a room that we are out of nobody sees the row that says so, and the text would be lost.
    if (client.store.rooms.has(entry.room)) notices.interrupt(`A message was not sent. ${detail}`);
    else notices.toast(`A message was not sent. ${detail}`.trim(), { label: "Copy its text", act: () => take(entry), lasts: PARTING });
  }, signal);
  on(client.outbox, "slowed", ({ detail }) => notices.alert(detail), signal);

  /** Whether moderators told us something that we have not read: a line above the list, and a word when it comes. */
  const hear = (/** @type {{unread: number, text: string}} */ { unread, text }) => {
    const door = slot(root, "notices-door");
    if (door) door.hidden = !unread;
    if (text) notices.toast(text);
  };
  on(client.transport, "frame", (frame) => frame.type === "notice" && hear(frame), signal);

  /** The time has come at which we wanted to be reminded of it. @param {import("../log.js").Message} message */
  const remind = async (message) => {
    const module = await import("./reminder.js").catch(() => null);
    if (!module) return notices.toast("You wanted to be reminded of a message. It is among those that you saved.");
    return module.tellReminder(root, client, notices, message, () => visit(message));
  };
  on(client.transport, "frame", ({ type, message }) => type === "reminder" && remind(message), signal);

  let calls = false;
  /** Tell of messages by the system or by a sound, where that is wanted on this device. */
  const call = async () => {
    if (calls || !callsHere()) return;
    calls = true;
    // What comes while the module is on its way is told as well.
    const heard = new Map([...client.store.rooms.values()].map(({ id, last_seq }) => [id, last_seq]));
    const module = await import("../notifications.js").catch(() => null);
    if (!module) return void (calls = false);
    const channel = globalThis.BroadcastChannel && new BroadcastChannel(`parley-notices-${client.me.id}`);
    new module.Notifications(client, { looksAt, open: visit, channel, heard }, signal);
  };
  // It may be turned on in another tab.
  addEventListener("storage", call, { signal });
  call();
}

/**
 * What is good to know, and can wait until everything else is there. What cannot be had is asked for again when the link
 * changes.
 *
 * @param {HTMLElement} root @param {import("../client.js").Client} client @param {import("./notices.js").Notices} notices @param {AbortSignal} signal
 */
export async function hint(root, client, notices, signal) {
  const module = await import("./invitation-hint.js").catch(() => null);
  if (module) return new module.InvitationHint(root, client, notices, signal);
  const again = () => hint(root, client, notices, signal);
  return client.transport.addEventListener("state", again, { signal, once: true });
}
