/**
 * Messages without what cannot be shown on pages of others: pictures of people and of links, which are at addresses that
 * want our cookie. People have their initials.
 */

/** @template {any} M @param {M} message @returns {M} */
export function plain(message) {
  const told = /** @type {any} */ (message);
  return { ...told, author: { ...told.author, avatar: null }, preview: null };
}

/** @param {any} frame of the server */
export function plainFrame(frame) {
  if (frame.type === "message") return { ...frame, message: plain(frame.message) };
  if (frame.type !== "synced") return frame;
  const rooms = Object.entries(frame.rooms).map(([id, room]) => [id, { ...room, messages: room.messages?.map(plain) }]);
  return { ...frame, rooms: Object.fromEntries(rooms) };
}

/** @param {import("../chat/api.js").Api} api whose pages of messages are to be like this */
export function loadPlain(api) {
  const load = api.messages.bind(api);
  api.messages = async (...query) => {
    const page = await load(...query);
    return { ...page, results: page.results.map(plain) };
  };
}
