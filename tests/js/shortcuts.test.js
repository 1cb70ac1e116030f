import assert from "node:assert/strict";
import test from "node:test";

import { SHORTCUTS, keyNames, shortcutOf } from "../../static/js/chat/shortcuts.js";

const HERE = { writing: false, message: false, single: true, mac: false };

function press(keys, where = {}) {
  const parts = keys === "+" ? ["+"] : keys.split("+");
  const event = { key: parts.at(-1), isComposing: false, keyCode: 0 };
  for (const [name, flag] of [["Ctrl", "ctrlKey"], ["Meta", "metaKey"], ["Alt", "altKey"], ["Shift", "shiftKey"]]) {
    event[flag] = parts.includes(name);
  }
  return shortcutOf({ ...event, ...where.event }, { ...HERE, ...where })?.act;
}

test("keys do what the table says, and Ctrl is ⌘ on a Mac", () => {
  assert.deepEqual([press("Ctrl+k"), press("Meta+k"), press("Meta+k", { mac: true }), press("Ctrl+k", { mac: true })], ["switch", undefined, "switch", undefined]);
  assert.deepEqual([press("j"), press("Shift+?"), press("Alt+Shift+ArrowUp"), press("F6")], ["newer", "help", "previousUnread", "region"]);
  assert.deepEqual([press("Alt+ArrowUp"), press("Shift+J"), press("Ctrl+Alt+k")], ["previous", undefined, undefined]);
});

test("no key alone does anything while somebody writes; those with Ctrl and Alt do", () => {
  const writing = { writing: true, message: true };
  const alone = Object.values(SHORTCUTS).flat().filter(({ act, keys }) => act && !/Mod|Alt|F6/.test(keys));
  assert.equal(alone.length > 10, true);
  for (const { keys } of alone) assert.equal(press(keys.replace("Mod", "Ctrl"), writing), undefined, keys);
  assert.deepEqual([press("Ctrl+k", writing), press("Alt+ArrowDown", writing)], ["switch", "next"]);
});

test("what is done with a message needs one", () => {
  assert.deepEqual([press("r"), press("r", { message: true }), press("+", { message: true })], [undefined, "reply", "pick"]);
});

test("keys alone can be turned off, and none is taken from an input method", () => {
  assert.deepEqual([press("j", { single: false }), press("Escape", { single: false }), press("Ctrl+k", { single: false })], [undefined, "read", "switch"]);
  assert.equal(press("Ctrl+k", { event: { isComposing: true } }), undefined);
  assert.equal(press("j", { event: { keyCode: 229 } }), undefined);
});

test("keys are named as on the keyboard", () => {
  assert.deepEqual(keyNames("Mod+K", false), ["Ctrl", "K"]);
  assert.deepEqual(keyNames("Alt+Shift+ArrowUp", true), ["⌥", "⇧", "↑"]);
  assert.deepEqual(keyNames("+", false), ["+"]);
});
