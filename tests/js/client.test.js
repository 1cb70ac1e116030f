import assert from "node:assert/strict";
import test from "node:test";

import { Client } from "../../static/js/chat/client.js";
import { memoryStorage } from "../../static/js/chat/storage.js";
import { ALICE, BOB, deleted, frame, message, page, room, settle, withClock } from "./support.js";

class FakeTransport extends EventTarget {
  online = false;
  downFor = 0;
  sent = [];
  start() {}
  send(type, fields = {}) {
    if (this.online) this.sent.push({ type, ...fields });
    return this.online;
  }
  request(type, fields) {
    this.send(type, fields);
    return new Promise(() => undefined);
  }
  say(detail) {
    if (detail.type === "ready") this.online = true;
    this.dispatchEvent(new CustomEvent("frame", { detail }));
  }
  drop() {
    this.online = false;
    this.dispatchEvent(new Event("state"));
  }
  of(type) {
    return this.sent.filter((each) => each.type === type).map(({ type: _, ...fields }) => fields);
  }
}

async function chatting(body, { rooms = [room()], log = page(0, -1), pages = {} } = {}) {
  await withClock(async (clock) => {
    const transport = new FakeTransport();
    const asked = [];
    const api = {
      room: async (id) => (asked.push(`room ${id}`), room({ id, last_seq: 9 })),
      messages: async (id, query) => (asked.push(query), pages[JSON.stringify(query)] ?? page(0, -1)),
      sendMessage: async (entry) => (asked.push(entry.body), message(1, { author: ALICE, client_id: entry.client_id })),
    };
    const client = new Client({ me: ALICE, transport, api, storage: memoryStorage() });
    for (const summary of rooms) client.store.putRoom(summary);
    if (log) client.store.openLog(7, log);
    await client.start();
    const bodies = () => client.store.logs.get(7).messages.map((each) => each.body || "-");
    await body({ client, transport, clock, asked, bodies });
  });
}

const ready = (...rooms) => ({ type: "ready", user: ALICE, rooms, limits: {}, now: "" });

test("who is here is not known any more three seconds after the link broke, and a blip is no matter", () =>
  chatting(async ({ client, transport, clock }) => {
    const here = () => client.presence.of(BOB.id).status;
    transport.say(ready(room()));
    transport.say({ type: "presence", user: BOB.id, status: "active", last_seen: null });
    transport.drop();
    await clock.tick(2_900);
    transport.say(ready(room()));
    transport.dispatchEvent(new Event("state"));
    await clock.tick(60_000);
    assert.equal(here(), "active");
    transport.drop();
    await clock.tick(2_000);
    transport.drop();
    await clock.tick(999);
    assert.equal(here(), "active");
    await clock.tick(1);
    assert.equal(here(), "unknown");
    transport.say(ready(room()));
    transport.say({ type: "presence", user: BOB.id, status: "away", last_seen: null });
    assert.equal(here(), "away");
    transport.dispatchEvent(new Event("state"));
    transport.downFor = 2_900; // the link has been bad for so long when it is given up
    transport.drop();
    await clock.tick(100);
    assert.equal(here(), "unknown");
  }));

test("after ready only what is missing is asked for", () =>
  chatting(
    async ({ transport }) => {
      transport.say(ready(room({ last_seq: 5 }), room({ id: 8, last_seq: 9 })));
      assert.deepEqual(transport.of("sync"), [{ rooms: { 7: 3 } }]);
    },
    { rooms: [room({ last_seq: 3 })], log: page(1, 3) },
  ));

test("live messages that overtake the replay are applied after it, once and in order", () =>
  chatting(
    async ({ client, transport, bodies }) => {
      transport.say(ready(room({ last_seq: 3 })));
      transport.say(frame(message(4)));
      transport.say(frame(message(2), 1));
      transport.say(frame(message(3), 2));
      assert.deepEqual(bodies(), ["message 1"], "nothing is shown before the answer is complete");
      transport.say({ type: "synced", rooms: { 7: { seq: 3, more: false, reset: false } } });
      assert.deepEqual(bodies(), ["message 1", "message 2", "message 3", "message 4"]);
      assert.equal(client.store.known(7), 4);
      assert.deepEqual(transport.of("sync").length, 1);
    },
    { rooms: [room({ last_seq: 1 })], log: page(1, 1) },
  ));

test("a long answer is asked for page by page", () =>
  chatting(
    async ({ transport, bodies }) => {
      transport.say(ready(room({ last_seq: 3 })));
      transport.say(frame(message(2), 1));
      transport.say({ type: "synced", rooms: { 7: { seq: 2, more: true, reset: false } } });
      assert.deepEqual(transport.of("sync"), [{ rooms: { 7: 1 } }, { rooms: { 7: 2 } }]);
      transport.say(frame(message(3), 2));
      transport.say({ type: "synced", rooms: { 7: { seq: 3, more: false, reset: false } } });
      assert.equal(bodies().length, 3);
    },
    { rooms: [room({ last_seq: 1 })], log: page(1, 1) },
  ));

test("a lost event is noticed by the next one and fetched", () =>
  chatting(async ({ transport, bodies }) => {
    transport.say(ready(room()));
    transport.say(frame(message(1)));
    transport.say(frame(message(3)));
    assert.deepEqual(transport.of("sync"), [{ rooms: { 7: 1 } }]);
    transport.say(frame(message(2), 1));
    transport.say({ type: "synced", rooms: { 7: { seq: 2, more: false, reset: false } } });
    assert.deepEqual(bodies(), ["message 1", "message 2", "message 3"]);
    assert.equal(transport.of("sync").length, 1);
  }));

test("a compacted replay: what was sent and deleted meanwhile arrives as a tombstone", () =>
  chatting(
    async ({ client, transport, bodies }) => {
      transport.say(ready(room({ last_seq: 6, unread: 1 })));
      transport.say(frame(message(3), 1));
      transport.say(frame(deleted(2, 6), 3));
      transport.say({ type: "synced", rooms: { 7: { seq: 6, more: false, reset: false } } });
      assert.deepEqual(bodies(), ["message 1", "-", "message 3"]);
      assert.equal(client.store.rooms.get(7).unread, 1);
    },
    { rooms: [room({ last_seq: 1 })], log: page(1, 1) },
  ));

test("a change that comes both live and in the answer continues what we have", () =>
  chatting(
    async ({ client, transport, bodies }) => {
      transport.say(ready(room({ last_seq: 3 })));
      transport.say(frame(message(4), 1));
      transport.say(frame(message(4)));
      transport.say({ type: "synced", rooms: { 7: { seq: 4, more: false, reset: false } } });
      assert.deepEqual(bodies(), ["message 1", "message 4"]);
      assert.equal(client.catchup.has(7), false);
    },
    { rooms: [room({ last_seq: 1 })], log: page(1, 1) },
  ));

test("what another tab could not send any more is sent by this one", () =>
  chatting(async ({ client, transport, clock }) => {
    await client.outbox.add(7, "hello");
    await clock.tick(100);
    transport.online = true;
    transport.request = async (type, fields) => (transport.send(type, fields), { message: message(1) });
    transport.dispatchEvent(new CustomEvent("left"));
    await settle();
    assert.deepEqual(transport.of("message.send").map(({ body }) => body), ["hello"]);
  }));

test("reset: the old log goes, the newest messages come, the summary is read anew", () =>
  chatting(
    async ({ transport, asked, bodies }) => {
      transport.say(ready(room({ last_seq: 4000 })));
      const messages = [message(3999), message(4000)];
      transport.say({ type: "synced", rooms: { 7: { seq: 4000, more: false, reset: true, messages } } });
      assert.deepEqual(bodies(), ["message 3999", "message 4000"]);
      transport.say(frame(message(4001)));
      assert.equal(bodies().length, 3);
      assert.deepEqual(asked, ["room 7"]);
    },
    { rooms: [room({ last_seq: 1 })], log: page(1, 1) },
  ));

test("a link that breaks in the middle of an answer: the next one asks again", () =>
  chatting(
    async ({ transport, bodies }) => {
      transport.say(ready(room({ last_seq: 3 })));
      transport.say(frame(message(2), 1));
      transport.drop();
      transport.say(ready(room({ last_seq: 3 })));
      assert.deepEqual(transport.of("sync"), [{ rooms: { 7: 1 } }, { rooms: { 7: 1 } }]);
      transport.say(frame(message(2), 1));
      transport.say(frame(message(3), 2));
      transport.say({ type: "synced", rooms: { 7: { seq: 3, more: false, reset: false } } });
      assert.equal(bodies().length, 3);
    },
    { rooms: [room({ last_seq: 1 })], log: page(1, 1) },
  ));

test("a message in a room that we have never heard of fetches the room", () =>
  chatting(async ({ client, transport, asked }) => {
    transport.say(ready(room()));
    transport.say(frame(message(9, { room: 12 })));
    await settle();
    assert.deepEqual(asked, ["room 12"]);
    assert.ok(client.store.rooms.has(12));
  }));

test("what happens while a page is on its way is asked for when it is there", () =>
  chatting(
    async ({ client, transport, bodies }) => {
      transport.say(ready(room({ last_seq: 3 })));
      const opening = client.open(7);
      transport.say(frame(deleted(2, 4)));
      await opening;
      assert.deepEqual(transport.of("sync"), [{ rooms: { 7: 3 } }]);
      transport.say(frame(deleted(2, 4), 3));
      transport.say({ type: "synced", rooms: { 7: { seq: 4, more: false, reset: false } } });
      assert.deepEqual(bodies(), ["message 1", "-", "message 3"]);
    },
    { rooms: [room({ last_seq: 3 })], log: null, pages: { "{}": page(1, 3) } },
  ));

test("a message from somebody ends their typing and is acknowledged as delivered", () =>
  chatting(async ({ client, transport, clock }) => {
    transport.say(ready(room()));
    transport.say({ type: "typing", room: 7, user: BOB.id });
    assert.deepEqual(client.typing.in(7), [BOB.id]);
    transport.say(frame(message(1)));
    transport.say(frame(message(2)));
    assert.deepEqual(client.typing.in(7), []);
    await clock.tick(1_000);
    assert.deepEqual(transport.of("room.delivered"), [{ room: 7, seq: 2 }]);
  }));

test("a read mark that was made offline is told when the link is back", () =>
  chatting(
    async ({ client, transport, clock }) => {
      client.read(7, 2);
      await clock.tick(1_000);
      transport.say(ready(room({ last_seq: 3, read_seq: 0, unread: 3 })));
      await clock.tick(1_000);
      assert.deepEqual(transport.of("room.read"), [{ room: 7, seq: 2 }]);
      transport.say(ready(room({ last_seq: 3, read_seq: 1, unread: 2 })));
      await clock.tick(1_000);
      assert.equal(transport.of("room.read").length, 2, "the frame was lost with its link");
    },
    { rooms: [room({ last_seq: 3, unread: 3 })], log: page(1, 3) },
  ));

test("a socket that stays away: messages go through the REST door", () =>
  chatting(async ({ client, transport, clock, asked, bodies }) => {
    transport.downFor = 1_000;
    await client.send(7, "hello");
    await clock.tick(100);
    assert.deepEqual(asked, []);
    transport.downFor = 5_000;
    await clock.tick(2_000);
    assert.deepEqual(asked, ["hello"]);
    assert.equal(bodies().length, 1);
    assert.deepEqual(client.store.pending.get(7), []);
  }));

test("typing is told at most once in three seconds, and anew after a message", () =>
  chatting(async ({ client, transport, clock }) => {
    transport.say(ready(room()));
    client.typed(7);
    await clock.tick(2_999);
    client.typed(7);
    assert.equal(transport.of("typing.start").length, 1);
    await clock.tick(1);
    client.typed(7);
    client.send(7, "hello");
    client.typed(7);
    assert.equal(transport.of("typing.start").length, 3);
  }));

test("frames of unknown type are passed over", () =>
  chatting(async ({ transport }) => {
    transport.say({ type: "__defineGetter__" });
    transport.say({ type: "weather", tomorrow: "rain" });
  }));

test("a room that we are out of is forgotten, and what waited for it as well", () =>
  chatting(async ({ client, transport }) => {
    const left = [];
    client.addEventListener("left", ({ detail }) => left.push(detail));
    transport.say(ready(room({ last_seq: 5, kind: "private", other: null })));
    transport.say({ type: "room.left", room: 7, seq: 6 });
    transport.say(frame(message(7), 6));
    transport.say({ type: "synced", rooms: {} });
    assert.equal(client.store.logs.has(7), false);
    assert.deepEqual(left, [7]);
  }));

test("a room that was left meanwhile is not among those of ready; a direct one may only be silent", () =>
  chatting(
    async ({ client, transport }) => {
      transport.say(ready());
      assert.deepEqual([...client.store.rooms.keys()], [7]);
    },
    { rooms: [room(), room({ id: 8, kind: "private", other: null })] },
  ));

test("who is named only since an edit is told", () =>
  chatting(
    async ({ client, transport }) => {
      const named = [];
      client.addEventListener("named", ({ detail }) => named.push(detail.seq));
      transport.say(ready(room({ last_seq: 3 })));
      const edited = (seq, fields) => ({ ...message(2), changed_seq: seq, ...fields });
      const change = (seq, fields) => ({ type: "message", room: 7, prev: seq - 1, seq, message: edited(seq, fields) });
      transport.say(change(4, { mentions: [] }));
      transport.say(change(5, { mentions: [ALICE.id] }));
      transport.say(change(6, { mentions: [ALICE.id] }));
      assert.deepEqual(named, [2]);
    },
    { rooms: [room({ last_seq: 3 })], log: page(1, 3) },
  ));

test("people of whom one had blocked the other are watched again when that is over", () =>
  chatting(
    async ({ client, transport }) => {
      transport.say(ready(room({ others: [] })));
      client.presence.watch([BOB.id]);
      transport.say({ type: "room", room: room() });
      transport.say({ type: "room", room: room() });
      assert.deepEqual(transport.of("presence.watch"), [{ users: [BOB.id] }, { users: [BOB.id] }]);
    },
    { rooms: [], log: null },
  ));

test("a doubtful count is asked for once, a little later", () =>
  chatting(
    async ({ transport, clock, asked }) => {
      transport.say(ready(room({ last_seq: 5, unread: 5 })));
      transport.say(frame(message(2, { changed_seq: 6 })));
      transport.say(frame(message(3, { changed_seq: 7 })));
      assert.deepEqual(asked, []);
      await clock.tick(1_500);
      assert.deepEqual(asked, ["room 7"]);
    },
    { rooms: [], log: null },
  ));
