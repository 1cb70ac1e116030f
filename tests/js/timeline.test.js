import assert from "node:assert/strict";
import test from "node:test";

import { emojiOnly, lastStatus, preview, progress, timeline } from "../../static/js/chat/timeline.js";
import { ALICE, BOB, deleted, message, room } from "./support.js";

const NOW = Date.parse("2026-11-20T15:00:00Z");

function at(seq, time, author = BOB, fields = {}) {
  return message(seq, { author, created_at: `2026-11-20T${time}Z`, ...fields });
}

function lay(messages, parts = {}) {
  return timeline({ messages, pending: [], me: 1, divider: null, others: [], now: NOW, zone: "UTC", ...parts });
}

const rows = (items) => items.filter(({ kind }) => kind === "message");
const firsts = (items) => rows(items).map(({ first }) => first);
const statuses = (items) => rows(items).map(({ status }) => status);

test("messages of one author within five minutes are one group", () => {
  const messages = [at(1, "12:00:00"), at(2, "12:05:00"), at(3, "12:10:01"), at(4, "12:10:02", ALICE)];
  assert.deepEqual(firsts(lay(messages)), [true, false, true, true]);
});

test("a new day begins with its name and breaks the group", () => {
  const messages = [at(1, "00:00:00", BOB, { created_at: "2026-11-19T23:59:00Z" }), at(2, "00:01:00")];
  const items = lay(messages);
  assert.deepEqual(items.map(({ kind, label }) => label ?? kind), ["Yesterday", "message", "Today", "message"]);
  assert.deepEqual(firsts(items), [true, true]);
});

test("a system message breaks the group on both sides", () => {
  const messages = [at(1, "12:00:00"), at(2, "12:00:01", BOB, { kind: "system" }), at(3, "12:00:02")];
  assert.deepEqual(firsts(lay(messages)), [true, true, true]);
});

test("the unread line stands before the first unread message of somebody else", () => {
  const messages = [at(1, "12:00:00"), at(2, "12:00:01", ALICE), deleted(3, 9), at(4, "12:00:02"), at(5, "12:00:03")];
  const items = lay(messages, { divider: { after: 1, count: 2 } });
  const at4 = items.findIndex(({ message: shown }) => shown?.seq === 4);
  assert.deepEqual([items[at4 - 1].kind, items[at4 - 1].label, items[at4].first], ["divider", "2 new", true]);
  assert.equal(items.filter(({ kind }) => kind === "divider").length, 1);
});

test("the row of a message keeps its key when the server has answered", () => {
  const entry = { client_id: "mine", room: 7, user: 1, body: "hi", at: NOW, state: "waiting" };
  const [, waiting] = lay([], { pending: [entry] });
  const [, sent] = lay([at(1, "15:00:00", ALICE, { client_id: "mine" })]);
  assert.deepEqual([waiting.key, waiting.status, sent.key, sent.status], ["mine", "pending", "mine", "sent"]);
});

test("only the last message of mine has ticks, and none when it is deleted", () => {
  const others = [{ read_seq: 1, delivered_seq: 1 }];
  const messages = [at(1, "12:00:00", ALICE), at(2, "12:00:01", ALICE), at(3, "12:00:02")];
  assert.deepEqual(statuses(lay(messages, { others })), ["", "sent", ""]);
  messages[1] = deleted(2, 4, { author: ALICE });
  assert.deepEqual(statuses(lay(messages, { others })), ["", "", ""]);
});

test("a failed entry shows no clock", () => {
  const entry = { client_id: "a", room: 7, user: 1, body: "hi", at: NOW, state: "failed" };
  assert.deepEqual(statuses(lay([], { pending: [entry] })), [""]);
});

test("ticks wait for everybody", () => {
  const at = (read_seq, delivered_seq) => ({ read_seq, delivered_seq });
  assert.equal(progress(5, []), "sent");
  assert.equal(progress(5, [at(5, 5), at(0, 4)]), "sent");
  assert.equal(progress(5, [at(5, 0), at(0, 5)]), "delivered");
  assert.equal(progress(5, [at(5, 5), at(6, 6)]), "read");
});

test("one to three emoji are shown large, text and digits are not", () => {
  for (const text of ["👍", "🌊🌊 🌊", "👩‍👩‍👧", "🇨🇭", "👍🏽", "❤️", "1️⃣"]) assert.ok(emojiOnly(text), text);
  for (const text of ["", "ok 👍", "🌊🌊🌊🌊", "12", "#"]) assert.ok(!emojiOnly(text), text);
});

test("the preview says who, where that is not plain", () => {
  const direct = (last_message) => preview(room({ last_message }), ALICE.id);
  assert.equal(direct(null), "No messages yet");
  assert.equal(direct(message(1, { body: "- *two* :tada:\n- lines", html: "<ul><li><em>two</em> 🎉</li>\n<li>lines</li></ul>" })), "two 🎉 lines");
  assert.equal(direct(message(1, { author: ALICE })), "You: message 1");
  assert.equal(direct(deleted(1, 2)), "Message deleted");
  assert.equal(direct(deleted(1, 2, { author: ALICE })), "You deleted a message");
  assert.equal(preview(room({ kind: "private", last_message: message(1) }), ALICE.id), "Bob: message 1");
});

test("what waits to be sent is the last word, until it is discarded or refused", () => {
  const list = (...pending) => preview(room({ last_message: message(1) }), ALICE.id, pending);
  const files = [{ kind: "picture", name: "a.png" }, { kind: "picture", name: "b.png" }];
  assert.equal(list({ state: "waiting", body: "written in\na tunnel" }), "You: written in a tunnel");
  assert.equal(list({ state: "waiting", body: "one" }, { state: "waiting", body: "", files }, { state: "failed", body: "no" }), "You: 2 photos");
  assert.deepEqual([list({ state: "failed", body: "no" }), list()], ["message 1", "message 1"]);
});

test("what the room says of what I did is not my message, and my ticks stay where they were", () => {
  const items = rows(lay([at(1, "12:00:00", ALICE), at(2, "12:00:01", ALICE, { kind: "system" })]));
  assert.deepEqual(items.map(({ mine, status }) => [mine, status]), [[true, "sent"], [false, ""]]);
});

test("the list says how far the last message has come, if it is ours", () => {
  const others = [{ user: 2, read_seq: 3, delivered_seq: 4 }];
  const of = (last_message, pending = []) => lastStatus({ last_message, others }, pending, ALICE.id);
  assert.deepEqual([3, 4, 5].map((seq) => of(at(seq, "12:00:00", ALICE))), ["read", "delivered", "sent"]);
  assert.deepEqual([null, at(3, "12:00:00"), deleted(3, 4, { author: ALICE })].map((message) => of(message)), ["", "", ""]);
  assert.equal(of(at(3, "12:00:00"), [{ state: "failed" }, { state: "waiting" }]), "pending");
});
