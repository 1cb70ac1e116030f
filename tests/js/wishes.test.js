import assert from "node:assert/strict";
import test from "node:test";

import { Wishes } from "../../static/js/chat/wishes.js";

test("everybody who is shown in any tab is watched, and the server is told once", () => {
  const wishes = new Wishes();
  wishes.put("a", { users: [1, 2] });
  wishes.put("b", { users: [2, 3] });
  const [{ type, users }] = wishes.news();
  assert.equal(type, "presence.watch");
  assert.deepEqual(users.sort(), [1, 2, 3]);
  wishes.put("a", { users: [2, 1] });
  assert.deepEqual(wishes.news(), [], "the same people in another order");
  wishes.drop("b");
  assert.deepEqual(wishes.news(), [{ type: "presence.watch", users: [2, 1] }]);
});

test("beyond the limit the tab that moved last comes first", () => {
  const wishes = new Wishes();
  wishes.put("a", { users: Array.from({ length: 200 }, (_, at) => at + 1) });
  wishes.put("b", { users: [900, 901] });
  assert.equal(wishes.users.length, 200);
  assert.deepEqual(wishes.users.slice(0, 3), [900, 901, 1]);
});

test("somebody is here while they use any tab", () => {
  const wishes = new Wishes();
  wishes.put("a", {});
  wishes.put("b", { status: "away" });
  assert.deepEqual(wishes.news(), []);
  wishes.put("a", { status: "away" });
  assert.deepEqual(wishes.news(), [{ type: "presence.set", status: "away" }]);
  wishes.put("b", { status: "active" });
  assert.deepEqual(wishes.news(), [{ type: "presence.set", status: "active" }]);
  wishes.drop("b");
  assert.deepEqual(wishes.news(), [{ type: "presence.set", status: "away" }]);
});

test("a new socket is told everything again", () => {
  const wishes = new Wishes();
  wishes.put("a", { users: [1], status: "away" });
  assert.equal(wishes.news().length, 2);
  wishes.renew();
  assert.equal(wishes.news().length, 2);
});

test("a mark that another tab has made already is not made again, until the socket is a new one", () => {
  const wishes = new Wishes();
  const read = (seq, room = 7) => wishes.advances({ type: "room.read", room, seq });
  assert.deepEqual([read(4), read(4), read(3), read(5), read(1, 8)], [true, false, false, true, true]);
  assert.ok(wishes.advances({ type: "room.delivered", room: 7, seq: 4 }));
  wishes.renew();
  assert.ok(read(4));
});
