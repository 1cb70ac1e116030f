import assert from "node:assert/strict";
import test from "node:test";

import { frameWithoutFiles, withoutFiles } from "../../static/js/widget/files.js";

const author = { id: 3, full_name: "Ada", avatar: "/avatars/3/x/" };
const ada = { ...author, avatar: null };
const plain = { id: 1, author, body: "hello", html: "<p>hello</p>", attachments: [] };
const photo = { id: 2, author, body: "look", html: "<p>look</p>", attachments: [{ name: "boat.jpg", url: "/files/1/" }] };

test("visitors read what was attached, and are led to nothing that they may not have", () => {
  assert.deepEqual(withoutFiles(plain), { ...plain, author: ada });
  assert.deepEqual(withoutFiles(photo), { id: 2, author: ada, body: "look\n📎 boat.jpg", html: "", attachments: [] });
  assert.equal(withoutFiles({ ...photo, body: "" }).body, "📎 boat.jpg");
});

test("the same holds for whatever way a message comes", () => {
  assert.deepEqual(frameWithoutFiles({ type: "message", seq: 2, message: photo }).message.attachments, []);
  const synced = frameWithoutFiles({ type: "synced", rooms: { 7: { seq: 2, messages: [photo] }, 8: { seq: 1 } } });
  assert.deepEqual(synced.rooms[7].messages[0].attachments, []);
  assert.deepEqual(synced.rooms[8].seq, 1);
  const other = { type: "typing", room: 7, user: 1 };
  assert.equal(frameWithoutFiles(other), other);
});
