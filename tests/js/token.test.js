import assert from "node:assert/strict";
import test from "node:test";

import { tokenAt } from "../../static/js/chat/token.js";

/** The token where "|" stands. */
function at(text) {
  const token = tokenAt(text.replace("|", ""), text.indexOf("|"));
  return token && `${token.kind} ${token.query} ${token.start}`;
}

test("each sign begins a token at the beginning, after a space and after a bracket", () => {
  assert.equal(at("@gr|"), "person gr 0");
  assert.equal(at("hello @|"), "person  6");
  assert.equal(at("(#tide|)"), "room tide 1");
  assert.equal(at("well :ta|"), "emoji ta 5");
  assert.equal(at("a\n@É|"), "person É 2");
  assert.equal(at("/to|"), "command to 0");
});

test("addresses, times, numbers and half a face are no tokens", () => {
  for (const text of ["me@here|", "10:30|", "C#|", "a/b|", " /topic|", ":D|", ":-)|", "https:|", "@a b|", "/usr/bin|"]) {
    assert.equal(at(text), null, text);
  }
});

test("only what stands before the caret counts", () => {
  assert.equal(at("@gr|ace"), "person gr 0");
  assert.equal(at("|@grace"), null);
  assert.equal(at(`${"x ".repeat(4000)}@ada|`), "person ada 8000");
});

test("nothing is proposed in code", () => {
  assert.equal(at("`a @gr|"), null);
  assert.equal(at("`a` @gr|"), "person gr 4");
  assert.equal(at("```\n@gr|"), null);
  assert.equal(at("```\nx\n```\n@gr|"), "person gr 10");
});
