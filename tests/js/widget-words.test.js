import assert from "node:assert/strict";
import test from "node:test";

import { finder } from "../../static/js/widget/words.js";

const find = finder({ Send: "Senden", "{n} people": "{n} Leute", "{} and {} are writing": "{} und {} schreiben", "Why? (.*)": "Warum?" });

test("words are found as they are, and with what is different each time", () => {
  assert.equal(find("Send"), "Senden");
  assert.equal(find("12 people"), "12 Leute");
  assert.equal(find("99+ people"), "99+ Leute");
  assert.equal(find("Ada and Bob are writing"), "Ada und Bob schreiben");
  assert.equal(find("Why? (.*)"), "Warum?");
});

test("what is nobody's word is not found", () => {
  for (const text of ["", "send", "Send it", "Nice people", "Why? because", "toString"]) assert.equal(find(text), undefined);
});
