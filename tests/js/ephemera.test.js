import assert from "node:assert/strict";
import test from "node:test";

import { watchIdleness } from "../../static/js/chat/idleness.js";
import { Presence } from "../../static/js/chat/presence.js";
import { Receipts } from "../../static/js/chat/receipts.js";
import { Typing, typingLine } from "../../static/js/chat/typing.js";
import { withClock } from "./support.js";

test("typing lasts six seconds from the last sign of it", () =>
  withClock(async (clock) => {
    const typing = new Typing();
    let changes = 0;
    typing.addEventListener("change", () => (changes += 1));
    typing.heard(7, 2);
    await clock.tick(4_000);
    typing.heard(7, 2);
    await clock.tick(5_999);
    assert.deepEqual(typing.in(7), [2]);
    await clock.tick(1);
    assert.deepEqual([typing.in(7), typing.in(8), changes], [[], [], 3]);
  }));

test("who is writing, in words", () => {
  assert.equal(typingLine(["Grace"]), "Grace is writing");
  assert.equal(typingLine(["Grace", "Alan"]), "Grace and Alan are writing");
  assert.equal(typingLine(["Grace", "Alan", "Ada"]), "Several people are writing");
});

test("marks are gathered, the highest counts, and what cannot be sent waits", () =>
  withClock(async (clock) => {
    const sent = [];
    let open = false;
    const receipts = new Receipts((type, fields) => open && Boolean(sent.push([type, fields])));
    for (const seq of [3, 5, 4]) receipts.read(7, seq);
    await clock.tick(1_000);
    assert.deepEqual(sent, []);
    open = true;
    receipts.flush();
    receipts.delivered(7, 6);
    await clock.tick(999);
    assert.deepEqual(sent, [["room.read", { room: 7, seq: 5 }]]);
    await clock.tick(1);
    assert.deepEqual(sent[1], ["room.delivered", { room: 7, seq: 6 }]);
  }));

test("the same people are watched once for each link, and at most 200", () => {
  const sent = [];
  const presence = new Presence((_, { users }) => Boolean(sent.push(users.length)));
  presence.watch([1, 2, 2]);
  presence.watch([1, 2]);
  assert.deepEqual(sent, [2]);
  presence.resume();
  presence.watch(Array.from({ length: 300 }, (_, id) => id));
  assert.deepEqual(sent, [2, 2, 200]);
});

test("when somebody was last seen is kept when the next frame does not say", () => {
  const presence = new Presence(() => true);
  presence.put({ user: 2, status: "offline", last_seen: "2026-11-20T12:00:00Z" });
  presence.put({ user: 2, status: "active" });
  assert.deepEqual(presence.of(2), { status: "active", last_seen: "2026-11-20T12:00:00Z" });
  assert.equal(presence.of(3), undefined);
});

test("without a link nobody is known to be here, also of those whom only the page has told us of", () => {
  const presence = new Presence(() => true);
  const changed = [];
  presence.addEventListener("change", ({ detail }) => changed.push(detail.user));
  presence.watch([2, 3]);
  presence.put({ user: 2, status: "active", last_seen: "2026-11-20T12:00:00Z" });
  presence.lose();
  assert.deepEqual(changed, [2, 2, 3]);
  assert.deepEqual([presence.of(2).status, presence.of(3).status], ["unknown", "unknown"]);
  presence.put({ user: 2, status: "active" });
  assert.deepEqual(presence.of(2), { status: "active", last_seen: "2026-11-20T12:00:00Z" });
});

test("a status that somebody has given themselves ends by our own clock", () =>
  withClock(async (clock) => {
    const presence = new Presence(() => true);
    const changed = [];
    presence.addEventListener("change", ({ detail }) => changed.push(detail.user));
    const until = new Date(clock.now + 60_000).toISOString();
    presence.putStatus({ user: 2, emoji: "🍵", text: "Tea", until });
    presence.putStatus({ user: 3, emoji: "", text: "For ever", until: null });
    await clock.tick(59_000);
    assert.deepEqual([presence.statusOf(2), changed], ["🍵 Tea", [2, 3]]);
    await clock.tick(1_001);
    assert.deepEqual([presence.statusOf(2), presence.statusOf(3), changed], ["", "For ever", [2, 3, 2]]);
  }));

test("five minutes without a sign is away, the next sign is back", () =>
  withClock(async (clock) => {
    const told = [];
    const stop = new AbortController();
    const target = new EventTarget();
    const status = watchIdleness((now) => told.push(now), stop.signal, target);
    await clock.tick(299_000);
    target.dispatchEvent(new Event("keydown"));
    await clock.tick(299_999);
    assert.deepEqual([told, status()], [[], "active"]);
    await clock.tick(1);
    target.dispatchEvent(new Event("pointermove"));
    assert.deepEqual(told, ["away", "active"]);
    stop.abort();
    assert.equal(clock.timers.size, 0);
  }));
