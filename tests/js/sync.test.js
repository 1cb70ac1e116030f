import assert from "node:assert/strict";
import test from "node:test";

import { Catchup, place, questions } from "../../static/js/chat/sync.js";
import { withClock } from "./support.js";

test("what we have is old, what follows is next, beyond that is a gap", () => {
  assert.equal(place(41, { prev: 40, seq: 41 }), "old");
  assert.equal(place(41, { prev: 41, seq: 42 }), "next");
  assert.equal(place(41, { prev: 42, seq: 43 }), "gap");
});

test("a replay skips numbers: prev decides, not the distance", () => {
  assert.equal(place(41, { prev: 41, seq: 47 }), "next");
  assert.equal(place(41, { prev: 12, seq: 47 }), "next");
});

test("after a connection only rooms whose log differs are asked for", () => {
  const known = new Map([[1, 10], [2, 20], [3, 30]]);
  const rooms = [{ id: 1, last_seq: 10 }, { id: 2, last_seq: 25 }, { id: 3, last_seq: 5 }, { id: 4, last_seq: 9 }];
  assert.deepEqual(questions(known, rooms), { 2: 20, 3: 30 });
});

test("frames of a room that is being synced wait and come back in order", async () => {
  await withClock(async () => {
    const asked = [];
    const catchup = new Catchup((rooms) => asked.push(rooms));
    catchup.begin({ 7: 41 });
    catchup.begin({ 7: 41, 9: 3 });
    assert.deepEqual(asked, [{ 7: 41 }, { 9: 3 }]);
    for (const seq of [44, 42, 43, 43]) catchup.hold({ room: 7, seq });
    assert.ok(catchup.has(7));
    assert.deepEqual(catchup.finish(7).map(({ seq }) => seq), [42, 43, 44]);
    assert.ok(!catchup.has(7));
  });
});

test("a question without an answer is asked again, and given up after three times", async () => {
  await withClock(async (clock) => {
    const asked = [];
    const catchup = new Catchup((rooms) => asked.push(rooms));
    catchup.begin({ 7: 41 });
    await clock.tick(60_000);
    assert.deepEqual(asked, [{ 7: 41 }, { 7: 41 }, { 7: 41 }]);
    assert.ok(!catchup.has(7));
  });
});
