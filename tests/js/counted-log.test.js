import assert from "node:assert/strict";
import test from "node:test";

import { CountedLog } from "../../static/js/chat/counted-log.js";
import { LOADED_MOST } from "../../static/js/chat/log.js";
import { deleted, message, page } from "./support.js";

const reply = (seq, root) => ({ ...message(seq), thread_root: 1000 + root });
const counts = (log) => Object.fromEntries(log.replies);

test("up to the newest message replies are counted from what is there", () => {
  const log = new CountedLog({ ...page(1, 3), replies: { 1001: 7 } });
  for (const each of [reply(4, 1), reply(5, 1), reply(5, 1), reply(6, 2)]) log.put(each);
  assert.deepEqual(counts(log), { 1001: 2, 1002: 1 });
  log.put({ ...deleted(5, 7), thread_root: 1001 });
  assert.deepEqual(counts(log), { 1001: 1, 1002: 1 });
  log.put({ ...reply(5, 1), changed_seq: 8 });
  assert.deepEqual(counts(log), { 1001: 2, 1002: 1 });
});

test("of replies beyond the window it is known how many there are", () => {
  const log = new CountedLog({ ...page(10, 11, true, true), results: [message(10), reply(11, 10)], replies: { 1010: 3 } }, 13);
  assert.deepEqual(counts(log), { 1010: 3 });
  for (const each of [reply(14, 10), reply(14, 10), { ...reply(12, 10), changed_seq: 15 }]) log.put(each);
  assert.deepEqual(counts(log), { 1010: 4 });
  log.put({ ...deleted(11, 16), thread_root: 1010 });
  assert.deepEqual(counts(log), { 1010: 3 });
  log.prepend({ ...page(8, 9, true, true), replies: { 1009: 2 } }, 16);
  assert.deepEqual(counts(log), { 1009: 2, 1010: 3 });
  log.append({ results: [reply(12, 10), reply(13, 10), reply(14, 10)], has_before: true, has_after: false }, 16);
  assert.deepEqual(counts(log), { 1010: 3 });
});

test("what is let go of a long scroll stays counted", () => {
  const log = new CountedLog(page(LOADED_MOST + 1, LOADED_MOST + 2, true));
  log.put(reply(LOADED_MOST + 3, LOADED_MOST + 1));
  log.prepend({ ...page(3, LOADED_MOST, true, true), replies: {} }, 0);
  assert.equal(log.last.seq, LOADED_MOST + 2);
  assert.deepEqual(counts(log), { [1000 + LOADED_MOST + 1]: 1 });
});

test("a timeline notes at its messages how often they were answered, and where we have begun to answer", () => {
  const items = [{ kind: "day" }, { kind: "message", message: message(1) }, { kind: "message", message: reply(2, 1) }];
  const log = new CountedLog(page(1, 1));
  log.put(reply(2, 1));
  log.note(items);
  assert.deepEqual(items.map(({ replies }) => replies), [undefined, { count: 1, begun: false }, undefined]);
  log.note(items, [{ thread_root: 1001 }]);
  assert.deepEqual(items[1].replies, { count: 1, begun: true });
  log.put({ ...reply(2, 1), deleted_at: "2026-03-01T09:31:00.000Z", changed_seq: 3 });
  log.note(items, [{ thread_root: 1001 }]);
  assert.deepEqual(items[1].replies, { count: 0, begun: true });
  log.note(items);
  assert.equal(items[1].replies, undefined);
});
