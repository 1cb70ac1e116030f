import assert from "node:assert/strict";
import test from "node:test";

import { notifies, waiting } from "../../static/js/chat/rooms.js";
import { Store } from "../../static/js/chat/store.js";
import { ALICE, BOB, deleted, frame, message, page, room } from "./support.js";

function storeWith(summary = {}, log = null) {
  const store = new Store(ALICE);
  store.putRoom(room(summary));
  if (log) store.openLog(7, log);
  return store;
}

const bodies = (store) => store.logs.get(7).messages.map(({ body }) => body);

test("a message from somebody else counts as unread and becomes the preview", () => {
  const store = storeWith();
  assert.equal(store.putFrame(frame(message(1))), "next");
  const { unread, last_message, last_seq } = store.rooms.get(7);
  assert.deepEqual([unread, last_message.body, last_seq], [1, "message 1", 1]);
  assert.equal(store.unread, 1);
});

test("my own message is never unread, and having written means having read", () => {
  const store = storeWith({ last_seq: 4, unread: 3 });
  store.putFrame(frame(message(5, { author: ALICE })));
  const { unread, read_seq } = store.rooms.get(7);
  assert.deepEqual([unread, read_seq], [0, 5]);
});

test("the same frame twice changes nothing", () => {
  const store = storeWith({}, page(0, -1));
  store.putFrame(frame(message(1)));
  assert.equal(store.putFrame(frame(message(1))), "old");
  assert.equal(store.rooms.get(7).unread, 1);
  assert.equal(store.logs.get(7).messages.length, 1);
});

test("a gap is reported and nothing is applied", () => {
  const store = storeWith({ last_seq: 1 }, page(1, 1));
  assert.equal(store.putFrame(frame(message(3))), "gap");
  assert.deepEqual([store.rooms.get(7).last_seq, bodies(store).length, store.known(7)], [1, 1, 1]);
});

test("a room that we have never heard of is unknown", () => {
  assert.equal(storeWith().putFrame(frame(message(1, { room: 8 }))), "unknown");
});

test("deleting an unread message takes its count and its text back", () => {
  const store = storeWith({}, page(0, -1));
  store.putFrame(frame(message(1)));
  store.putFrame(frame(message(2)));
  store.putFrame(frame(deleted(2, 3)));
  const { unread, last_message, last_seq } = store.rooms.get(7);
  assert.deepEqual([unread, last_message.body, last_seq], [1, "", 3]);
  assert.deepEqual(bodies(store), ["message 1", ""]);
});

test("the preview changes with its message, also where no log is loaded", () => {
  const store = storeWith({ last_seq: 1, last_message: message(1) });
  store.putFrame(frame(deleted(1, 2)));
  assert.equal(store.rooms.get(7).last_message.body, "");
});

test("deleting a message that was read does not make the count negative", () => {
  const store = storeWith({ last_seq: 2, read_seq: 2 }, page(1, 2));
  store.putFrame(frame(deleted(2, 3)));
  assert.equal(store.rooms.get(7).unread, 0);
});

test("a message that was sent and deleted while we were away is not unread", () => {
  const store = storeWith({ last_seq: 1, read_seq: 1 });
  store.putFrame(frame(deleted(2, 5), 1));
  assert.equal(store.rooms.get(7).unread, 0);
});

test("a summary ahead of the log: the replay fills the log and counts nothing twice", () => {
  const store = storeWith({ last_seq: 1, read_seq: 1 }, page(1, 1));
  store.putRoom(room({ last_seq: 3, read_seq: 1, unread: 2, last_message: message(3) }));
  assert.equal(store.known(7), 1);
  assert.equal(store.putFrame(frame(message(4))), "gap", "the log is not there yet");
  store.putFrame(frame(message(2), 1));
  store.putFrame(frame(message(3), 2));
  assert.deepEqual(bodies(store), ["message 1", "message 2", "message 3"]);
  assert.equal(store.rooms.get(7).unread, 2);
});

test("a late summary does not undo what frames have told, nor move positions back", () => {
  const store = storeWith({ last_seq: 2, read_seq: 2 });
  store.putFrame(frame(message(3)));
  store.putRoom(room({ last_seq: 2, read_seq: 1, unread: 0, name: "Robert Baker" }));
  const { name, unread, read_seq, last_seq } = store.rooms.get(7);
  assert.deepEqual([name, unread, read_seq, last_seq], ["Robert Baker", 1, 2, 3]);
});

test("old state plus events is the same as fresh state", () => {
  const events = [message(1), message(2, { author: ALICE }), message(3), deleted(1, 4), message(5), deleted(5, 6)];
  const store = storeWith({}, page(0, -1));
  for (const event of events) store.putFrame(frame(event));
  const results = [deleted(1, 4), message(2, { author: ALICE }), message(3), deleted(5, 6)];
  assert.deepEqual(store.logs.get(7).messages, results);
  const { unread, last_seq, read_seq, last_message } = store.rooms.get(7);
  assert.deepEqual([unread, last_seq, read_seq], [1, 6, 2]);
  assert.deepEqual(last_message, deleted(5, 6));
});

test("reset replaces the log and forgets what was known", () => {
  const store = storeWith({ last_seq: 90 }, page(80, 90, true));
  store.reset(7, [message(2), message(1)], 5);
  assert.deepEqual([bodies(store), store.known(7), store.logs.get(7).hasBefore], [["message 1", "message 2"], 5, false]);
});

test("receipts move positions forward only, and my own carry the count", () => {
  const store = storeWith({ last_seq: 5, unread: 4, read_seq: 1 });
  store.putReceipt({ room: 7, user: BOB.id, read_seq: 3, delivered_seq: 4 });
  store.putReceipt({ room: 7, user: BOB.id, read_seq: 2, delivered_seq: 2 });
  assert.deepEqual(store.rooms.get(7).others, [{ user: BOB.id, read_seq: 3, delivered_seq: 4 }]);
  store.putReceipt({ room: 7, user: ALICE.id, read_seq: 4, delivered_seq: 5, unread: 1 });
  store.putReceipt({ room: 7, user: ALICE.id, read_seq: 2, delivered_seq: 5, unread: 3 });
  assert.deepEqual([store.rooms.get(7).read_seq, store.rooms.get(7).unread], [4, 1]);
});

test("who writes has read what came before, as far as their reading is told", () => {
  const store = storeWith({ last_seq: 4, others: [{ user: BOB.id, read_seq: 2, delivered_seq: 3 }] });
  store.putFrame(frame(message(5)));
  assert.deepEqual(store.rooms.get(7).others, [{ user: BOB.id, read_seq: 5, delivered_seq: 5 }]);
  store.putRoom(room({ last_seq: 5 }));
  store.putFrame(frame(message(6)));
  assert.deepEqual(store.rooms.get(7).others, [{ user: BOB.id, read_seq: 0, delivered_seq: 6 }]);
});

test("who replies has not read what stands beside the thread", () => {
  const store = storeWith({ last_seq: 4, unread: 2, read_seq: 2, others: [{ user: BOB.id, read_seq: 2, delivered_seq: 3 }] });
  store.putFrame(frame(message(5, { thread_root: 1001 })));
  assert.deepEqual(store.rooms.get(7).others, [{ user: BOB.id, read_seq: 2, delivered_seq: 5 }]);
  store.putFrame(frame(message(6, { author: ALICE, thread_root: 1001 })));
  const { unread, read_seq, delivered_seq } = store.rooms.get(7);
  assert.deepEqual([unread, read_seq, delivered_seq], [3, 2, 6]);
});

test("what the room says of what I did leaves unread what is unread", () => {
  const store = storeWith({ last_seq: 4, unread: 2, mentions: 1, unread_from: 2, read_seq: 3 });
  store.putFrame(frame(message(5, { kind: "system", author: ALICE })));
  const { unread, mentions, unread_from, read_seq } = store.rooms.get(7);
  assert.deepEqual([unread, mentions, unread_from, read_seq], [2, 1, 2, 3]);
});

test("what the last message of a room answers is quoted as it is now", () => {
  const store = storeWith({ last_seq: 0 });
  store.putFrame(frame(message(1)));
  store.putFrame(frame(message(2, { reply_to: { id: 1001, seq: 1, author: BOB, excerpt: "message 1", deleted: false } })));
  store.putFrame(frame(deleted(1, 3)));
  assert.deepEqual(store.rooms.get(7).last_message.reply_to, { id: 1001, seq: 1, author: BOB, excerpt: "", deleted: true });
});

test("reading to the end empties the count at once, reading less waits for the server's", () => {
  const store = storeWith({ last_seq: 5, unread: 4, read_seq: 1, last_message: message(5) });
  assert.ok(store.markRead(7, 3));
  assert.equal(store.rooms.get(7).unread, 4);
  assert.ok(store.markRead(7, 5));
  assert.equal(store.rooms.get(7).unread, 0);
  assert.ok(!store.markRead(7, 5));
});

test("a pending entry leaves when its message comes, by whatever way", () => {
  const store = storeWith({}, page(0, -1));
  store.putPending({ client_id: "mine", room: 7, user: 1, body: "hi", at: 0, state: "waiting" });
  store.putMessage(message(1, { author: ALICE, client_id: "mine" }));
  assert.deepEqual(store.pending.get(7), []);
  assert.equal(store.logs.get(7).seq, 0, "an acknowledgement moves no watermark");
  assert.equal(store.rooms.get(7).last_message?.seq, 1, "and yet the list shows what it acknowledges");
  store.putFrame(frame(message(1, { author: ALICE, client_id: "mine" })));
  assert.equal(store.logs.get(7).messages.length, 1);
});

test("rooms stand in the order of activity", () => {
  const store = storeWith();
  store.putRoom(room({ id: 8, last_activity_at: "2026-11-20T12:00:30.000Z" }));
  assert.deepEqual(store.ordered().map(({ id }) => id), [8, 7]);
  store.putFrame(frame(message(1, { created_at: "2026-11-20T12:00:59.000Z" })));
  assert.deepEqual(store.ordered().map(({ id }) => id), [7, 8]);
});

test("only a message that has just been sent is live", () => {
  const store = storeWith({}, page(0, -1));
  const live = [];
  store.addEventListener("log", ({ detail }) => detail.live && live.push(detail.live.seq));
  store.putFrame(frame(message(1)));
  store.putFrame(frame(deleted(1, 2)));
  assert.deepEqual(live, [1]);
});

test("the room at whose end somebody looks has no badge, and is still unread until it is read", () => {
  const store = storeWith();
  store.watched = 7;
  store.putFrame(frame(message(1)));
  assert.deepEqual([store.badge(store.rooms.get(7)), store.unread, store.rooms.get(7).unread], [0, 0, 1]);
  store.watched = 0;
  assert.equal(store.unread, 1);
});

test("pending entries of several tabs stand in the order in which they were written", () => {
  const store = storeWith({}, page(0, -1));
  for (const at of [2, 1]) store.putPending({ client_id: `c${at}`, room: 7, user: 1, body: "", at, state: "waiting" });
  assert.deepEqual(store.pending.get(7).map(({ at }) => at), [1, 2]);
});

const naming = (seq, fields = {}) => message(seq, { mentions: [ALICE.id], ...fields });
const counts = (store) => [store.rooms.get(7).unread, store.rooms.get(7).mentions];

/** The rooms whose counts are to be asked for anew. */
function doubts(store) {
  const rooms = [];
  store.addEventListener("uncertain", ({ detail }) => rooms.push(detail.room));
  return rooms;
}

test("a message that names me counts as a mention, and no more when it is deleted", () => {
  const store = storeWith({ mentions: 0 });
  const asked = doubts(store);
  store.putFrame(frame(naming(1)));
  store.putFrame(frame(message(2, { mentions_room: true })));
  store.putFrame(frame(message(3)));
  assert.deepEqual(counts(store), [3, 2]);
  store.putFrame(frame(deleted(1, 4)));
  assert.deepEqual(counts(store), [2, 1]);
  assert.deepEqual(asked, []);
});

test("an edit that names me counts, and one that does not any more takes it back", () => {
  const store = storeWith({ mentions: 0 });
  store.putFrame(frame(message(1)));
  store.putFrame(frame(naming(1, { changed_seq: 2 })));
  assert.deepEqual(counts(store), [1, 1]);
  store.putFrame(frame(message(1, { changed_seq: 3 })));
  assert.deepEqual(counts(store), [1, 0]);
});

test("a message that comes back after it was deleted counts again", () => {
  const store = storeWith({ mentions: 0 });
  store.putFrame(frame(naming(1)));
  store.putFrame(frame(deleted(1, 2)));
  assert.deepEqual(counts(store), [0, 0]);
  store.putFrame(frame(naming(1, { changed_seq: 3 })));
  assert.deepEqual(counts(store), [1, 1]);
});

test("a change of an unread message that I know nothing of is doubted, once", () => {
  const store = storeWith({ last_seq: 5, unread: 5, mentions: 0 });
  const asked = doubts(store);
  store.putFrame(frame(naming(2, { changed_seq: 6 })));
  store.putFrame(frame(naming(2, { changed_seq: 7 })));
  assert.deepEqual([asked, counts(store)], [[7], [5, 0]]);
});

test("what is marked unread counts from there, on this device not before the room is opened again", () => {
  const store = storeWith({ last_seq: 5, read_seq: 5, mentions: 0, unread_from: null });
  store.putRoom(room({ last_seq: 5, read_seq: 5, unread: 3, mentions: 0, unread_from: 3 }));
  store.watched = 7;
  assert.equal(store.badge(store.rooms.get(7)), 3);
  assert.equal(store.markRead(7, 5), false);
  store.putFrame(frame(deleted(2, 6)));
  assert.equal(store.rooms.get(7).unread, 3);
  store.held.delete(7);
  assert.equal(store.markRead(7, 3), true);
  assert.deepEqual([store.rooms.get(7).unread_from, store.rooms.get(7).read_seq], [4, 5]);
});

test("a receipt of another device of mine brings all counts, unless they are older than what I have seen", () => {
  const store = storeWith({ last_seq: 5, unread: 5, mentions: 2 });
  const asked = doubts(store);
  const receipt = { room: 7, user: ALICE.id, read_seq: 3, delivered_seq: 5, unread: 2, mentions: 1, unread_from: null };
  store.putReceipt({ ...receipt, last_seq: 5 });
  assert.deepEqual(counts(store), [2, 1]);
  store.putFrame(frame(message(6)));
  store.putReceipt({ ...receipt, read_seq: 5, unread: 0, mentions: 0, last_seq: 5 });
  assert.deepEqual([counts(store), asked], [[3, 1], [7]]);
});

test("pinned rooms come first, and muted ones wait only with what names me", () => {
  const store = storeWith({ unread: 4, mentions: 1, muted: true });
  store.putRoom(room({ id: 8, unread: 2, last_activity_at: "2020-01-01T00:00:00.000Z", pinned: true }));
  assert.deepEqual(store.ordered().map(({ id }) => id), [8, 7]);
  assert.equal(store.unread, 3);
});

test("what a room is to tell of decides what waits, and what one is called for", () => {
  const wishes = [
    [{ level: "all" }, 4, [true, true]],
    [{ level: "mentions" }, 1, [false, true]],
    [{ level: "nothing" }, 0, [false, false]],
    [{ level: "all", muted: true }, 1, [false, true]],
    [{ level: "nothing", muted: true }, 0, [false, false]],
  ];
  for (const [wish, waits, calls] of wishes) {
    const summary = room({ unread: 4, mentions: 1, ...wish });
    assert.equal(waiting(summary), waits, JSON.stringify(wish));
    const both = [message(5), naming(6)].map((each) => notifies(summary, each, ALICE.id));
    assert.deepEqual(both, calls, JSON.stringify(wish));
  }
  assert.equal(waiting(room({ level: "mentions", unread: 0, mentions: 1 })), 0);
});

test("nobody is called for their own words, for what the room says, or for what is gone", () => {
  const summary = room({ level: "all" });
  const none = [naming(1, { author: ALICE }), message(2, { kind: "system" }), deleted(3, 4, { mentions: [ALICE.id] })];
  assert.deepEqual(none.map((each) => notifies(summary, each, ALICE.id)), [false, false, false]);
});

test("of somebody who reads in private from now on no mark is left, with the next summary or receipt", () => {
  const mark = (store) => store.rooms.get(7).others[0];
  const seen = { others: [{ user: BOB.id, read_seq: 5, delivered_seq: 5 }] };
  const summary = storeWith({ last_seq: 5, ...seen });
  summary.putRoom(room({ last_seq: 5, others: [{ user: BOB.id, read_seq: 0, delivered_seq: 5 }] }));
  assert.equal(mark(summary).read_seq, 0);
  const receipt = storeWith({ last_seq: 6, ...seen });
  receipt.putReceipt({ room: 7, user: BOB.id, read_seq: 0, delivered_seq: 6 });
  assert.deepEqual([mark(receipt).read_seq, mark(receipt).delivered_seq], [0, 6]);
  receipt.putReceipt({ room: 7, user: ALICE.id, read_seq: 6, delivered_seq: 6 });
  receipt.putReceipt({ room: 7, user: ALICE.id, read_seq: 0, delivered_seq: 6 });
  assert.equal(receipt.rooms.get(7).read_seq, 6);
});
