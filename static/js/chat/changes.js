/**
 * What can be done to messages that are there: by the socket, or by REST where that is down. Loaded when first used.
 */

/** @typedef {import("./client.js").Client} Client */
/** @typedef {import("./log.js").Message} Message */

/**
 * @param {Client} client @param {Message} message @param {string} body
 * @param {number} revision the one that was edited
 */
export function edit(client, { id }, body, revision) {
  const fields = { body, revision };
  return change(client, "message.edit", { message: id, ...fields }, ["PATCH", `messages/${id}/`, fields]);
}

/** @param {Client} client @param {Message} message @param {string} reason */
export function removeAs(client, { id }, reason) {
  return change(client, "message.delete", { message: id, reason }, ["DELETE", `messages/${id}/`, { reason }]);
}

/** @param {Client} client @param {Message} message */
export function restore(client, { id }) {
  return change(client, "message.restore", { message: id }, ["POST", `messages/${id}/restore/`]);
}

/** Put an emoji on a message, or take ours off. @param {Client} client @param {Message} message @param {string} emoji */
export function toggle(client, { id, reactions }, emoji) {
  const on = !reactions.some((each) => each.emoji === emoji && each.users.includes(client.me.id));
  const path = `messages/${id}/reactions/${encodeURIComponent(emoji)}/`;
  return change(client, "reaction.set", { message: id, emoji, on }, [on ? "PUT" : "DELETE", path]);
}

/** @param {Client} client @param {Message} message */
export function togglePin(client, { id, pinned }) {
  const on = !pinned;
  return change(client, "message.pin", { message: id, on }, [on ? "PUT" : "DELETE", `messages/${id}/pin/`]);
}

/** @param {Client} client @param {Message} message @param {boolean} on */
export function save(client, { id }, on) {
  return client.api.call(on ? "PUT" : "DELETE", `saved/${id}/`);
}

/** When we shall be reminded of a message. @param {Client} client @param {Message} message @param {string} choice @returns {Promise<{remind_at: string}>} */
export function setReminder(client, { id }, choice) {
  return client.api.call("PUT", `saved/${id}/reminder/`, { choice });
}

/** When we shall be reminded of a message, or were. @param {Client} client @param {Message} message @returns {Promise<{remind_at: string | null, is_due: boolean}>} */
export function reminderOf(client, { id }) {
  return client.api.call("GET", `saved/${id}/reminder/`);
}

/** @param {Client} client @param {Message} message */
export function dropReminder(client, { id }) {
  return client.api.call("DELETE", `saved/${id}/reminder/`);
}

/** @param {Client} client @param {Message} message @param {number} room @param {string} client_id @returns {Promise<Message>} what it is there */
export async function forward(client, { id }, room, client_id) {
  const message = await client.api.call("POST", `messages/${id}/forward/`, { room, client_id });
  client.store.putMessage(message, true);
  return message;
}

/** Who put which emoji on a message. @param {Client} client @param {Message} message */
export function reactedBy(client, { id }) {
  return client.api.call("GET", `messages/${id}/reactions/`);
}

/**
 * @param {Client} client @param {string} type @param {object} fields of the frame
 * @param {[string, string, object?]} rest method, path and body
 */
async function change(client, type, fields, rest) {
  const message = client.transport.online
    ? (await client.transport.request(type, fields)).message
    : await client.api.call(...rest);
  client.store.putMessage(message);
}
