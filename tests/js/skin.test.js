import assert from "node:assert/strict";
import test from "node:test";

import { plain, toned } from "../../static/js/chat/skin.js";

const DARK = "\u{1F3FF}";

test("what has a skin gets the one that was chosen, and nothing else changes", () => {
  assert.equal(toned("👍", DARK), "👍🏿");
  assert.equal(toned("👍🏻", DARK), "👍🏿");
  assert.equal(toned("✌️", DARK), "✌🏿");
  assert.equal(toned("🤷‍♀️", DARK), "🤷🏿‍♀️");
  for (const bare of ["🎉", "❤️", "😀", "1️⃣", "🇨🇭"]) assert.equal(toned(bare, DARK), bare);
  assert.equal(toned("👍🏿", ""), "👍🏿");
});

test("without its colour an emoji is one and the same for everybody", () => {
  assert.deepEqual(["👍🏿", "👍", "🤷🏿‍♀️"].map(plain), ["👍", "👍", "🤷‍♀️"]);
});
