import assert from "node:assert/strict";
import test from "node:test";

import { readThrough } from "../../static/js/chat/elements/thread-reading.js";
import { Log } from "../../static/js/chat/log.js";
import { ALICE, deleted, message } from "./support.js";

const log = (messages, has_before = false) => new Log({ results: messages, has_before, has_after: false });
const read = (messages, seen, from = 0) => readThrough(log(messages), new Set(seen), from, ALICE.id);

test("what was seen in a thread is read, as far as nothing unread stands between", () => {
  const [own, gone, joined] = [message(3, { author: ALICE }), deleted(4, 6), message(5, { kind: "system" })];
  assert.equal(read([message(1), message(2)], [2]), 0);
  assert.equal(read([message(1), message(2)], [1, 2]), 2);
  assert.equal(read([message(1), message(2)], [2], 1), 2);
  assert.equal(read([message(2), own, gone, joined, message(7), message(8), message(9)], [2, 7, 9]), 7);
});

test("where what is unread is not loaded, nobody knows what stands between", () => {
  const window = log([message(8), message(9)], true);
  assert.equal(readThrough(window, new Set([8, 9]), 5, ALICE.id), 0);
  assert.equal(readThrough(window, new Set([9]), 8, ALICE.id), 9);
  assert.equal(readThrough(undefined, new Set([9]), 8, ALICE.id), 0);
});
