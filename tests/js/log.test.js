import assert from "node:assert/strict";
import test from "node:test";

import { LOADED_MOST, Log, excerpt } from "../../static/js/chat/log.js";
import { deleted, message, page } from "./support.js";

const seqs = (log) => log.messages.map(({ seq }) => seq);

test("a log is complete up to the newest change on its page, or to what was committed before", () => {
  const changed = { results: [message(1), deleted(2, 9), message(3)], has_before: false, has_after: false };
  assert.equal(new Log(changed).seq, 9);
  assert.equal(new Log(changed, 12).seq, 12);
});

test("messages stand in the order of seq whatever the order of arrival", () => {
  const log = new Log(page(1, 2));
  for (const seq of [5, 3, 4]) assert.equal(log.put(message(seq)), "added");
  assert.deepEqual(seqs(log), [1, 2, 3, 4, 5]);
});

test("a later state replaces an earlier one, never the other way round", () => {
  const log = new Log(page(1, 3));
  assert.equal(log.put(deleted(2, 4)), "changed");
  assert.equal(log.put(message(2)), "none");
  assert.equal(log.messages[1].body, "");
});

test("what lies outside the window stays outside", () => {
  const log = new Log(page(10, 12, true, true));
  assert.equal(log.put(message(3)), "none");
  assert.equal(log.put(message(13)), "none");
  assert.deepEqual(seqs(log), [10, 11, 12]);
});

test("an older page joins at the beginning and lowers what is known for sure", () => {
  const log = new Log(page(10, 12, true));
  log.seq = 20;
  log.prepend(page(5, 9, true), 15);
  assert.deepEqual(seqs(log), [5, 6, 7, 8, 9, 10, 11, 12]);
  assert.ok(log.hasBefore);
  assert.equal(log.seq, 15);
});

test("a long scroll back lets go of the newest, a long scroll forward of the oldest", () => {
  const back = new Log(page(301, 500, true));
  back.prepend(page(101, 300, true), 500);
  assert.equal(back.messages.length, LOADED_MOST);
  assert.equal(back.first.seq, 101);
  assert.ok(back.hasAfter);

  const forward = new Log(page(1, 200, false, true));
  forward.append(page(201, 400), 400);
  assert.equal(forward.messages.length, LOADED_MOST);
  assert.equal(forward.last.seq, 400);
  assert.ok(forward.hasBefore && !forward.hasAfter);
});

test("what a message says of the one it answers follows that one, seen or not", () => {
  const quote = { id: 1, seq: 1, author: message(1).author, excerpt: "old", deleted: false };
  const log = new Log({ results: [{ ...message(5), reply_to: quote }], has_before: true, has_after: false });
  assert.equal(log.put({ ...message(1), id: 1, changed_seq: 6, html: "<p>a <em>new</em> &amp; b</p>" }), "none");
  assert.equal(log.messages[0].reply_to.excerpt, "a new & b");
  log.put({ ...deleted(1, 7), id: 1 });
  assert.deepEqual([log.messages[0].reply_to.excerpt, log.messages[0].reply_to.deleted], ["", true]);
});

test("a state that came too late changes no quote", () => {
  const quote = { id: 1, seq: 1, author: message(1).author, excerpt: "new", deleted: false };
  const held = { ...message(1), id: 1, changed_seq: 9, html: "<p>new</p>" };
  const log = new Log({ results: [held, { ...message(5), reply_to: quote }], has_before: false, has_after: false });
  log.put({ ...message(1), id: 1, changed_seq: 2, html: "<p>old</p>" });
  assert.equal(log.messages[1].reply_to.excerpt, "new");
});

test("an excerpt is one line of plain text, as the server makes it", () => {
  assert.equal(excerpt("<p>a &lt;b&gt; &amp; <em>c</em>d<br>\ne</p>"), "a <b> & cd e");
  assert.equal([...excerpt(`<p>${"😀".repeat(200)}</p>`)].length, 140);
});

test("a window covers what lies between its ends, and all beyond an end where there is no more", () => {
  const middle = new Log(page(10, 20, true, true));
  assert.deepEqual([9, 10, 15, 20, 21].map((seq) => middle.covers(seq)), [false, true, true, true, false]);
  const whole = new Log(page(10, 20));
  assert.deepEqual([1, 99].map((seq) => whole.covers(seq)), [true, true]);
  assert.equal(new Log(page(1, 0)).covers(3), true);
});
