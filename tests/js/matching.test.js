import assert from "node:assert/strict";
import test from "node:test";

import { fold, rank, score } from "../../static/js/chat/matching.js";

const found = (query, names) => rank(names, query, (name) => [name]);

test("accents and case do not count, and letters that Unicode keeps whole are taken apart", () => {
  assert.deepEqual(["Émile", "ŁÓDŹ", "Straße", "Ærø", "ﬁ"].map(fold), ["emile", "lodz", "strasse", "aero", "fi"]);
  assert.deepEqual(found("lodz", ["Paris", "Łódź"]), ["Łódź"]);
  assert.deepEqual(found("ÉMI", ["emile"]), ["emile"]);
});

test("the whole name comes before its beginning, a later word, initials, the inside, and scattered letters", () => {
  const names = ["Rug hall", "Tough", "Gordon Hall", "Old ghost", "Ghost", "gh"];
  assert.deepEqual(found("gh", names), ["gh", "Ghost", "Old ghost", "Gordon Hall", "Tough"]);
  assert.deepEqual(found("tden", ["Tide engine", "Tea"]), ["Tide engine"]);
});

test("what fits equally well keeps its order, and every word has to fit", () => {
  assert.deepEqual(found("an", ["Anna", "Andrew", "Ann"]), ["Anna", "Andrew", "Ann"]);
  assert.deepEqual(found("ho gr", ["Grace Hopper", "Grace Kelly"]), ["Grace Hopper"]);
  assert.deepEqual(found("  ", ["b", "a"]), ["b", "a"]);
});

test("letters that stand in another order do not fit", () => {
  assert.equal(score("kate", ["Tide engine"]), 0);
  assert.equal(score("xyz", ["xylophone zither"]) > 0, true);
  assert.equal(score("enti", ["Tide engine"]), 0);
});
