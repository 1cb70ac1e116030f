import assert from "node:assert/strict";
import test from "node:test";

import { Failure } from "../../static/js/chat/failure.js";
import { Outbox } from "../../static/js/chat/outbox.js";
import { memoryStorage } from "../../static/js/chat/storage.js";
import { settle, withClock } from "./support.js";

/** A server that answers each send as the test says. */
function server() {
  const calls = [];
  const send = (entry) =>
    new Promise((resolve, reject) => {
      calls.push({ ...entry, ok: () => resolve({ body: entry.body }), fail: (...args) => reject(new Failure(...args)) });
    });
  return { calls, send };
}

function outboxWith(storage = memoryStorage(), parts = {}) {
  const { calls, send } = server();
  const outbox = new Outbox({ storage, send, user: Math.random(), random: () => 1, ...parts });
  return { outbox, calls, storage };
}

test("an entry is stored before its first try", () =>
  withClock(async (clock) => {
    const order = [];
    const storage = memoryStorage();
    const put = storage.put;
    storage.put = (entry) => put(entry).then(() => order.push("stored"));
    const send = async () => order.push("sent");
    const outbox = new Outbox({ storage, send, user: 1 });
    await outbox.add(7, "hello");
    await clock.tick(0);
    assert.deepEqual(order, ["stored", "sent"]);
  }));

test("one entry of a room is under way at a time, in order; other rooms do not wait", () =>
  withClock(async (clock) => {
    const { outbox, calls, storage } = outboxWith();
    await outbox.add(7, "one");
    await outbox.add(7, "two");
    await outbox.add(8, "elsewhere");
    await clock.tick(0);
    assert.deepEqual(calls.map(({ body }) => body), ["one", "elsewhere"]);
    calls[0].ok();
    await clock.tick(0);
    assert.deepEqual(calls.map(({ body }) => body), ["one", "elsewhere", "two"]);
    calls[1].ok();
    calls[2].ok();
    await clock.tick(0);
    assert.deepEqual(await storage.all(), []);
  }));

test("a fault of the link is retried silently with the same client_id, and holds its place", () =>
  withClock(async (clock) => {
    const { outbox, calls } = outboxWith();
    const states = [];
    outbox.addEventListener("entry", ({ detail }) => states.push(detail.state));
    await outbox.add(7, "one");
    await outbox.add(7, "two");
    await clock.tick(0);
    calls[0].fail("timeout");
    await clock.tick(499);
    assert.equal(calls.length, 1);
    await clock.tick(1);
    assert.equal(calls[1].client_id, calls[0].client_id);
    calls[1].fail("unavailable", "Later.", 3);
    await clock.tick(2_999);
    assert.equal(calls.length, 2);
    await clock.tick(1);
    calls[2].ok();
    await clock.tick(0);
    assert.deepEqual(calls.map(({ body }) => body), ["one", "one", "one", "two"]);
    assert.deepEqual(states, ["waiting", "waiting"]);
  }));

test("when the link is back nothing waits for its timer", () =>
  withClock(async (clock) => {
    const { outbox, calls } = outboxWith();
    await outbox.add(7, "one");
    await clock.tick(0);
    calls[0].fail("unavailable", "", 60);
    await clock.tick(0);
    outbox.flushAll();
    await clock.tick(0);
    assert.equal(calls.length, 2);
    calls[1].fail("unavailable", "", 90);
    await clock.tick(60_000);
    assert.equal(calls.length, 2, "the first timer is over and done with");
    await clock.tick(30_000);
    assert.equal(calls.length, 3);
  }));

test("a server that asks to slow down is not asked again before its time, and the user is told", () =>
  withClock(async (clock) => {
    const { outbox, calls } = outboxWith();
    const told = [];
    outbox.addEventListener("slowed", ({ detail }) => told.push(detail.detail));
    await outbox.add(7, "one");
    await clock.tick(0);
    calls[0].fail("rate_limited", "Slowly.", 5);
    await clock.tick(0);
    assert.deepEqual(told, ["Slowly."]);
    await outbox.add(7, "two");
    outbox.flushAll();
    await clock.tick(4_999);
    assert.equal(calls.length, 1);
    await clock.tick(1);
    assert.deepEqual(calls.map(({ body }) => body), ["one", "one"]);
  }));

test("a refusal keeps the text, lets the next one go, and waits for the user", () =>
  withClock(async (clock) => {
    const { outbox, calls, storage } = outboxWith();
    const { client_id } = await outbox.add(7, "too much");
    await outbox.add(7, "fine");
    await clock.tick(0);
    calls[0].fail("too_long", "At most 10,000 characters.");
    await clock.tick(0);
    calls[1].ok();
    await clock.tick(60_000);
    const [left] = await storage.all();
    assert.deepEqual([left.body, left.state, left.detail], ["too much", "failed", "At most 10,000 characters."]);
    assert.equal(calls.length, 2);

    outbox.retry(client_id);
    await clock.tick(0);
    assert.equal(calls[2].client_id, client_id);
    calls[2].fail("too_long");
    await clock.tick(0);
    await outbox.discard(client_id);
    assert.deepEqual(await storage.all(), []);
  }));

test("a server that breaks at one message again and again does not hold up the rest", () =>
  withClock(async (clock) => {
    const { outbox, calls, storage } = outboxWith();
    await outbox.add(7, "poison");
    await outbox.add(7, "next");
    for (let n = 0; n < 5; n += 1) {
      await clock.tick(30_000);
      calls[n].fail("internal");
      await clock.tick(0);
    }
    assert.equal(calls.at(-1).body, "next");
    assert.equal((await storage.all())[0].state, "failed");
  }));

test("what an earlier page left is shown and sent, once, in its order", () =>
  withClock(async (clock) => {
    const first = outboxWith();
    await first.outbox.add(7, "one");
    await first.outbox.add(7, "two");

    const { outbox, calls } = outboxWith(first.storage);
    const shown = [];
    outbox.addEventListener("entry", ({ detail }) => shown.push(detail.body));
    await outbox.load();
    outbox.flushAll();
    await clock.tick(0);
    calls[0].ok();
    await clock.tick(0);
    calls[1].ok();
    await clock.tick(0);
    assert.deepEqual(shown, ["one", "two"]);
    assert.deepEqual(calls.map(({ body }) => body), ["one", "two"]);
  }));

test("two tabs with one storage send an entry once", () =>
  withClock(async (clock) => {
    const { calls, send } = server();
    const storage = memoryStorage();
    const tabs = [1, 2].map(() => new Outbox({ storage, send, user: 11 }));
    await tabs[0].add(7, "once");
    await tabs[1].load();
    tabs.forEach((tab) => tab.flushAll());
    await clock.tick(0);
    calls[0].ok();
    await clock.tick(60_000);
    await settle();
    assert.equal(calls.length, 1);
  }));

test("another tab's sending and discarding is seen here", () =>
  withClock(async () => {
    const { outbox, storage } = outboxWith();
    const gone = [];
    outbox.addEventListener("gone", ({ detail }) => gone.push(detail.body));
    const entry = await outbox.add(7, "one");
    await storage.remove(entry.client_id);
    await outbox.load();
    assert.deepEqual(gone, ["one"]);
  }));

test("an entry added after the flush looked for the last time is not forgotten", () =>
  withClock(async (clock) => {
    const storage = memoryStorage();
    const all = storage.all;
    storage.all = async () => {
      const found = await all();
      await new Promise((resolve) => setTimeout(resolve, 10));
      return found;
    };
    const { outbox, calls } = outboxWith(storage);
    outbox.flush(7);
    await clock.tick(5);
    await outbox.add(7, "late");
    await clock.tick(100);
    assert.deepEqual(calls.map(({ body }) => body), ["late"]);
  }));

const picture = (key, fields = {}) => ({ key, name: `${key}.webp`, kind: "picture", alt: "", blob: new Blob([key]), ...fields });

/** What is read is another object than what was stored, as in a database. */
function copyingStorage() {
  const { all, put, remove } = memoryStorage();
  return { all: async () => (await all()).map((entry) => ({ ...entry })), put: (entry) => put({ ...entry }), remove };
}

test("files are uploaded before the message goes, and not again when it is tried again", () =>
  withClock(async (clock) => {
    const uploads = [];
    const upload = async ({ key }) => (uploads.push(key), { id: `id-${key}`, alt: "" });
    const { outbox, calls, storage } = outboxWith(copyingStorage(), { upload });
    await outbox.add(7, "", undefined, [picture("a"), picture("b", { id: "id-b" })]);
    await outbox.add(7, "after");
    await clock.tick(0);
    assert.deepEqual(uploads, ["a"]);
    assert.deepEqual(calls.map(({ files, body }) => files?.map(({ id }) => id) ?? body), [["id-a", "id-b"]]);
    calls[0].fail("closed");
    await clock.tick(0);
    assert.equal((await storage.all())[0].files[0].id, "id-a", "a page that comes after this one uploads nothing");
    await clock.tick(30_000);
    assert.equal(calls[1].client_id, calls[0].client_id);
    calls[1].ok();
    await clock.tick(0);
    assert.deepEqual([uploads.length, calls[2].body], [1, "after"]);
  }));

test("a message with a refused file fails with its sentence, and keeps what was uploaded", () =>
  withClock(async (clock) => {
    const upload = async ({ key }) => {
      if (key === "bad") throw new Failure("broken_picture", "This picture is broken.");
      return { id: `id-${key}`, alt: "" };
    };
    const { outbox, calls, storage } = outboxWith(memoryStorage(), { upload });
    await outbox.add(7, "look", undefined, [picture("a"), picture("bad")]);
    await clock.tick(0);
    const [left] = await storage.all();
    assert.deepEqual([left.state, left.detail, left.body, left.files.map(({ id }) => id)], ["failed", "This picture is broken.", "look", ["id-a", undefined]]);
    assert.equal(calls.length, 0);
  }));

test("uploads that were collected meanwhile are done anew, once, for the same message", () =>
  withClock(async (clock) => {
    let count = 0;
    const upload = async () => ({ id: `again-${++count}`, alt: "" });
    const { outbox, calls, storage } = outboxWith(memoryStorage(), { upload });
    const lost = [];
    outbox.addEventListener("lost", ({ detail }) => lost.push(detail.client_id));
    const { client_id } = await outbox.add(7, "", undefined, [picture("a", { id: "old" })]);
    await clock.tick(0);
    calls[0].fail("attachment_gone", "It is gone.");
    await clock.tick(0);
    assert.deepEqual([lost, calls[1].client_id, calls[1].files[0].id], [[client_id], client_id, "again-1"]);
    calls[1].fail("attachment_gone", "It is gone.");
    await clock.tick(0);
    assert.deepEqual([count, (await storage.all())[0].state], [1, "failed"]);
  }));

test("what is let go of while its files are on their way is never sent", () =>
  withClock(async (clock) => {
    let finish;
    const upload = () => new Promise((resolve) => (finish = resolve));
    const { outbox, calls, storage } = outboxWith(memoryStorage(), { upload });
    const { client_id } = await outbox.add(7, "", undefined, [picture("a")]);
    await outbox.add(7, "next");
    await clock.tick(0);
    await outbox.discard(client_id);
    finish({ id: "late", alt: "" });
    await clock.tick(0);
    assert.deepEqual(calls.map(({ body }) => body), ["next"]);
    assert.equal((await storage.all()).length, 1);
  }));
