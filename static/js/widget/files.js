/**
 * Files in messages and pictures of people, where they cannot be shown: they are for people with an account, and at
 * addresses that want its cookie. Of what is attached visitors read that it is there; people have their initials.
 */

/** @template {any} M @param {M} message @returns {M} */
export function withoutFiles(message) {
  const { attachments = [], body, author } = /** @type {any} */ (message);
  const told = { .../** @type {any} */ (message), author: { ...author, avatar: null } };
  if (!attachments.length) return told;
  const names = attachments.map((/** @type {{name: string}} */ { name }) => `📎 ${name}`);
  return { ...told, attachments: [], html: "", body: [body, ...names].filter(Boolean).join("\n") };
}

/** @param {any} frame of the server */
export function frameWithoutFiles(frame) {
  if (frame.type === "message") return { ...frame, message: withoutFiles(frame.message) };
  if (frame.type !== "synced") return frame;
  const rooms = Object.entries(frame.rooms).map(([id, room]) => [id, { ...room, messages: room.messages?.map(withoutFiles) }]);
  return { ...frame, rooms: Object.fromEntries(rooms) };
}

/** @param {import("../chat/api.js").Api} api whose pages of messages are to be like this */
export function loadWithoutFiles(api) {
  const load = api.messages.bind(api);
  api.messages = async (...query) => {
    const page = await load(...query);
    return { ...page, results: page.results.map(withoutFiles) };
  };
}
