import assert from "node:assert/strict";
import test from "node:test";

import { DraftSync } from "../../static/js/chat/draft-sync.js";
import { ComposerDraft } from "../../static/js/chat/elements/composer-draft.js";
import { NOTHING, draftOf } from "../../static/js/chat/drafts.js";
import { Failure } from "../../static/js/chat/failure.js";
import { ToldDrafts } from "../../static/js/chat/told-drafts.js";
import { settle } from "./support.js";

/** A server that answers when it is told to, and what is kept on the device. */
function world(kept = {}) {
  const calls = [];
  const api = {
    call(method, path, body) {
      return new Promise((resolve, reject) => calls.push({ method, path, root: body?.thread_root, body: body?.body, reply_to: body?.reply_to, resolve, reject }));
    },
  };
  const drafts = { get: (room) => draftOf(kept[room] ?? ""), drop: (room) => delete kept[room] };
  const told = [];
  return { calls, kept, told, sync: new DraftSync(api, drafts, ({ room, root }, draft) => told.push([root ?? room, draft])) };
}

test("a draft is told to the server, and kept here only until it has it", async () => {
  const { calls, kept, told, sync } = world({ 7: "well" });
  const saved = sync.save({ room: 7 }, draftOf("well"));
  assert.deepEqual([calls[0].method, calls[0].path, calls[0].body], ["PUT", "rooms/7/draft/", "well"]);
  assert.deepEqual([sync.busy({ room: 7 }), kept[7]], [true, "well"]);
  calls[0].resolve({ draft: { body: "well" } });
  await saved;
  assert.deepEqual([sync.busy({ room: 7 }), kept[7], told], [false, undefined, [[7, { body: "well" }]]]);
});

test("what another device writes is no echo, and neither is what follows it", async () => {
  const { calls, sync } = world();
  sync.save({ room: 7 }, draftOf("well"));
  calls[0].resolve({ draft: { body: "well" } });
  await settle();
  assert.deepEqual(["well", "well?", "well"].map((body) => sync.hears({ room: 7 }, draftOf(body))), [true, false, false]);
});

test("what is written while a request is under way goes in one that follows, and only the last of it", async () => {
  const { calls, kept, sync } = world({ 7: "one" });
  sync.save({ room: 7 }, draftOf("one"));
  sync.save({ room: 7 }, draftOf("two"));
  kept[7] = "three";
  sync.save({ room: 7 }, draftOf("three"));
  assert.equal(calls.length, 1);
  calls[0].resolve();
  await settle();
  assert.deepEqual([calls.length, calls[1].body, kept[7]], [2, "three", "three"]);
});

test("nothing but blanks is no draft", () => {
  const { calls, sync } = world();
  sync.save({ room: 7 }, draftOf(" \n"));
  assert.equal(calls[0].method, "DELETE");
});

test("rooms do not wait for each other", () => {
  const { calls, sync } = world();
  sync.save({ room: 7 }, draftOf("here"));
  sync.save({ room: 8 }, draftOf("there"));
  assert.deepEqual(calls.map(({ path }) => path), ["rooms/7/draft/", "rooms/8/draft/"]);
});

test("a thread has a draft of its own, beside that of its room and of other threads", async () => {
  const { calls, kept, told, sync } = world({ 7: "here", "thread-41": "there" });
  const [conversation, thread, another] = [{ room: 7 }, { room: 7, root: 41 }, { room: 7, root: 42 }];
  sync.save(conversation, draftOf("here"));
  sync.save(thread, draftOf("there"));
  sync.save(another, draftOf("elsewhere"));
  assert.deepEqual(calls.map(({ path, root, body }) => [path, root, body]), [
    ["rooms/7/draft/", undefined, "here"],
    ["rooms/7/draft/", 41, "there"],
    ["rooms/7/draft/", 42, "elsewhere"],
  ]);
  const begun = { thread_root: 41, body: "there" };
  calls[1].resolve({ draft: { body: "here" }, thread_drafts: [{ thread_root: 40, body: "?" }, begun] });
  await settle();
  assert.deepEqual([told, kept], [[[41, begun]], { 7: "here" }]);
  assert.deepEqual([conversation, thread, another].map((place) => sync.busy(place)), [true, false, true]);
  assert.deepEqual([sync.hears(thread, draftOf("there")), sync.hears(another, draftOf("there"))], [true, false]);
  sync.save(thread, draftOf(""));
  assert.deepEqual([calls[3].method, calls[3].path], ["DELETE", "rooms/7/draft/?thread_root=41"]);
  calls[3].resolve();
  await settle();
  assert.deepEqual(told[1], [41, null]);
});

test("what could not be said is said when the server is back", async () => {
  const { calls, kept, sync } = world({ 7: "well" });
  sync.save({ room: 7 }, draftOf("well"));
  calls[0].reject(new Failure("closed"));
  await settle();
  assert.deepEqual([sync.busy({ room: 7 }), kept[7]], [true, "well"]);
  sync.resume();
  assert.equal(calls[1].body, "well");
  sync.resume();
  assert.equal(calls.length, 2);
});

test("what the server will never take stays on the device, and is not said again", async () => {
  const { calls, kept, sync } = world({ 7: "x".repeat(10_001) });
  sync.save({ room: 7 }, draftOf(kept[7]));
  calls[0].reject(new Failure("too_long"));
  await settle();
  sync.resume();
  assert.deepEqual([calls.length, sync.busy({ room: 7 }), kept[7].length], [1, false, 10_001]);
});

test("what a draft answers goes with it, and is a change like another word", async () => {
  const { calls, sync } = world({ 7: "well" });
  sync.save({ room: 7 }, draftOf("well", 41));
  assert.equal(calls[0].reply_to, 41);
  calls[0].resolve({ draft: { body: "well", reply_to: 41 } });
  await settle();
  assert.deepEqual([sync.hears({ room: 7 }, draftOf("well", 41)), sync.hears({ room: 7 }, draftOf("well"))], [true, false]);
});

test("where the message that it answers is gone the text is kept without it", async () => {
  const { calls, sync } = world({ 7: "well" });
  sync.save({ room: 7 }, draftOf("well", 41));
  calls[0].reject(new Failure("not_found"));
  await settle();
  assert.deepEqual([calls[1].body, calls[1].reply_to], ["well", null]);
  calls[1].reject(new Failure("not_found"));
  await settle();
  assert.deepEqual([calls.length, sync.busy({ room: 7 })], [2, false]);
});

globalThis.addEventListener ??= () => undefined; // node has none

/** What a browser keeps, and a page of it in which somebody writes. */
function browser() {
  const items = new Map();
  const storage = { getItem: (key) => items.get(key) ?? null, setItem: (key, item) => items.set(key, item), removeItem: (key) => items.delete(key) };
  const page = () => {
    const [told, box] = [[], { text: "" }];
    const drafts = new ToldDrafts(1, /** @type {any} */ (storage));
    const draft = new ComposerDraft(drafts, () => draftOf(box.text), (change) => told.push(change), new AbortController().signal);
    const write = (text) => {
      box.text = text;
      draft.later();
      draft.save();
    };
    return { told, drafts, draft, write };
  };
  return { items, page };
}

test("what was sent is no draft in a later page either, though the server has not heard that it is none", () => {
  const { items, page } = browser();
  const [before, place] = [page(), { room: 7 }];
  const [half, whole, other] = ["half", "half a sentence", "of another device"].map((body) => draftOf(body));
  before.draft.begin(place, half);
  before.write("half a sentence");
  before.draft.forget();
  for (const draft of [half, whole]) {
    const after = page();
    assert.deepEqual(after.draft.begin(place, draft), NOTHING);
    assert.deepEqual(after.told, [{ place, draft: NOTHING }], "and the server is told again");
    assert.equal(after.draft.begin(place, other).body, "of another device");
  }
  before.drafts.drop(7); // as soon as it has heard
  assert.deepEqual([page().draft.begin(place, half).body, items.size], ["half", 0]);

  before.draft.begin(place, half);
  before.write("");
  assert.deepEqual(page().draft.begin(place, half), NOTHING);
});

test("what the server tells of a room of which it has not heard the last is old", () => {
  const { draft, write } = browser().page();
  const [place, old] = [{ room: 7 }, draftOf("half")];
  draft.begin(place, NOTHING);
  assert.deepEqual(draft.begin(place, old, true), NOTHING);
  write("half a sentence");
  assert.equal(draft.begin(place, old, true).body, "half a sentence");
});
