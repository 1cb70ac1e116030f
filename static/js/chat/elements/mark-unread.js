/** Reading on later: everything from a message on counts as unread again, until the room is next opened. */

import { Failure } from "../failure.js";

/**
 * @param {import("../client.js").Client} client @param {import("./notices.js").Notices} notices
 * @param {import("../log.js").Message} message
 */
export async function markUnread(client, notices, { room, seq }) {
  try {
    await client.markUnread(room, seq);
    notices.toast("Unread from here");
  } catch (error) {
    const { detail } = Failure.from(error);
    notices.alert(`Not marked. ${detail || "Try again when you are back online."}`);
  }
}
