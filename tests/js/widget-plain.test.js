import assert from "node:assert/strict";
import test from "node:test";

import { plain, plainFrame } from "../../static/js/widget/plain.js";

const author = { id: 3, full_name: "Ada", avatar: "/avatars/3/x/" };
const ada = { ...author, avatar: null };
const link = { id: 2, author, body: "look", html: "<p>look</p>", attachments: [{ id: "x" }], preview: { url: "https://a.example" } };

test("visitors are led to nothing that they may not have", () => {
  assert.deepEqual(plain(link), { ...link, author: ada, preview: null });
});

test("the same holds for whatever way a message comes", () => {
  assert.equal(plainFrame({ type: "message", seq: 2, message: link }).message.preview, null);
  const synced = plainFrame({ type: "synced", rooms: { 7: { seq: 2, messages: [link] }, 8: { seq: 1 } } });
  assert.equal(synced.rooms[7].messages[0].author.avatar, null);
  assert.deepEqual(synced.rooms[8].seq, 1);
  const other = { type: "typing", room: 7, user: 1 };
  assert.equal(plainFrame(other), other);
});
