/** What each frame of the server does: one table instead of a growing switch. Types not in it are ignored. */

import { tell } from "./events.js";
import { questions } from "./sync.js";

/** @typedef {import("./client.js").Client} Client */

/** @type {Record<string, (client: Client, frame: any) => void>} */
export const actions = {
  ready(client, { rooms }) {
    for (const summary of rooms) {
      const ours = client.store.rooms.get(summary.id);
      if (ours && ours.read_seq > summary.read_seq) client.receipts.read(summary.id, ours.read_seq);
      client.store.putRoom(summary);
      client.acknowledge(summary);
    }
    const mine = new Set(rooms.map(({ id }) => id));
    for (const { id, kind } of [...client.store.rooms.values()]) {
      // A direct room is listed from its first message on; any other that is missing was left meanwhile.
      if (kind !== "direct" && !mine.has(id)) client.forget(id);
    }
    const known = new Map([...client.store.logs].map(([id, log]) => [id, log.seq]));
    client.catchup.begin(questions(known, rooms));
    client.presence.resume();
    client.receipts.flush();
    client.outbox.flushAll();
  },

  message(client, frame) {
    if (client.catchup.has(frame.room)) client.catchup.hold(frame);
    else client.apply(frame);
  },

  synced(client, { rooms }) {
    for (const [id, answer] of Object.entries(rooms)) settle(client, Number(id), answer);
  },

  receipt(client, frame) {
    client.store.putReceipt(frame);
  },

  typing(client, { room, user }) {
    if (user !== client.me.id) client.typing.heard(room, user);
  },

  presence(client, frame) {
    client.presence.put(frame);
  },

  status(client, frame) {
    client.presence.putStatus(frame);
  },

  user(client, { user }) {
    client.store.putCard(user);
    if (user.id === client.me.id) tell(client, "me", user);
  },

  room(client, { room }) {
    // Where one of two blocked the other, nobody was watched any more.
    const reunited = client.store.rooms.get(room.id)?.others.length === 0 && room.others.length > 0;
    client.store.putRoom(room);
    if (reunited) client.presence.resume();
    client.acknowledge(room);
  },

  "room.left"(client, { room }) {
    client.forget(room);
  },
};

/**
 * Apply what waited for this answer.
 *
 * @param {Client} client @param {number} room
 * @param {{seq: number, more: boolean, reset: boolean, messages?: import("./log.js").Message[]}} answer
 */
function settle(client, room, { seq, more, reset, messages }) {
  const held = client.catchup.finish(room);
  if (reset) {
    client.store.reset(room, messages ?? [], seq);
    client.meet(room);
  } else {
    for (const frame of held) if (frame.seq <= seq) client.apply(frame);
    client.store.advance(room, seq);
  }
  if (more) client.catchup.begin({ [room]: seq });
  for (const frame of held) if (frame.seq > seq) actions.message(client, frame);
}
