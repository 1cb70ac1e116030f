/**
 * All keys there are, in one place: who listens and the help read the same table.
 *
 * A key alone never does anything while somebody writes, and can be turned off (it is in the way of who speaks to the
 * computer, or is spoken to by it). With Ctrl, ⌘ or Alt it works everywhere.
 */

import { composes } from "./writing-keys.js";

/**
 * @typedef {object} Shortcut
 * @property {string} keys "Mod+K": Mod is ⌘ on a Mac, and Ctrl elsewhere
 * @property {string} does
 * @property {string} [act] what is called; without it, the field that has the focus knows the key itself
 * @property {"message"} [on] only where a message has the focus
 */

/** @type {Record<string, Shortcut[]>} */
export const SHORTCUTS = {
  "Getting around": [
    { keys: "Mod+K", does: "Go to a conversation or a person", act: "switch" },
    { keys: "/", does: "Search messages", act: "search" },
    { keys: "Alt+ArrowUp", does: "Previous conversation", act: "previous" },
    { keys: "Alt+ArrowDown", does: "Next conversation", act: "next" },
    { keys: "Alt+Shift+ArrowUp", does: "Previous unread conversation", act: "previousUnread" },
    { keys: "Alt+Shift+ArrowDown", does: "Next unread conversation", act: "nextUnread" },
    { keys: "Mod+J", does: "First unread message", act: "firstUnread" },
    { keys: "F6", does: "Next part of the page", act: "region" },
    { keys: "Shift+F6", does: "Part of the page before", act: "regionBefore" },
    { keys: "Escape", does: "Mark the conversation as read", act: "read" },
    { keys: "Shift+Escape", does: "Mark all conversations as read", act: "readAll" },
    { keys: "?", does: "Show this list", act: "help" },
  ],
  "Messages": [
    { keys: "K", does: "Message before", act: "older" },
    { keys: "J", does: "Next message", act: "newer" },
    { keys: "Enter", does: "All that can be done with it", on: "message" },
    { keys: "R", does: "Reply", act: "reply", on: "message" },
    { keys: "E", does: "Edit", act: "edit", on: "message" },
    { keys: "+", does: "React", act: "pick", on: "message" },
    { keys: "C", does: "Copy the text", act: "copy", on: "message" },
    { keys: "U", does: "Mark unread from here", act: "unread", on: "message" },
    { keys: "Delete", does: "Delete", act: "delete", on: "message" },
  ],
  "Writing": [
    { keys: "Enter", does: "Send" },
    { keys: "Shift+Enter", does: "New line" },
    { keys: "ArrowUp", does: "Edit your last message, while nothing is written" },
    { keys: "Escape", does: "Leave a reply or an edit" },
    { keys: "Mod+B", does: "Strong" },
    { keys: "Mod+I", does: "Emphasised" },
    { keys: "Mod+E", does: "Code" },
    { keys: "@", does: "Name somebody" },
    { keys: "#", does: "Name a room" },
    { keys: ":", does: "Emoji" },
    { keys: "/", does: "Commands, at the beginning" },
  ],
};

const KEY = "parley-keys";
const MODIFIERS = new Set(["Mod", "Alt", "Shift"]);
/** @type {Record<string, string>} */
const NAMES = { ArrowUp: "↑", ArrowDown: "↓", Escape: "Esc", Delete: "Del" };
/** @type {Record<string, string>} */
const ON_A_MAC = { Mod: "⌘", Alt: "⌥", Shift: "⇧" };

const onMac = () => /mac|iphone|ipad/i.test(globalThis.navigator?.platform ?? "");

/** How a key is called on the keyboard in front of somebody. @param {string} keys @param {boolean} [mac] @returns {string[]} */
export function keyNames(keys, mac = onMac()) {
  return keys.split("+").map((part) => part || "+").filter((part, at, all) => part !== "+" || at === all.length - 1)
    .map((part) => (mac ? ON_A_MAC[part] : { Mod: "Ctrl" }[part]) ?? NAMES[part] ?? part);
}

/** Whether keys alone do something on this device. */
export function singleKeys() {
  try {
    return localStorage.getItem(KEY) !== "off";
  } catch {
    return true;
  }
}

/** @param {boolean} on */
export function setSingleKeys(on) {
  try {
    localStorage.setItem(KEY, on ? "on" : "off");
  } catch {
    // Then they stay as they are.
  }
}

/** Whether keys belong to this element, as somebody writes or chooses in it. @param {Element} element */
export function writes(element) {
  const button = element.matches("input:is([type=checkbox], [type=radio], [type=button], [type=submit])");
  return !button && element.matches("input, textarea, select, [contenteditable]");
}

/**
 * Which shortcut a key is here and now.
 *
 * @param {KeyboardEvent} event @param {{writing: boolean, message: boolean, single: boolean, mac?: boolean}} where
 *   message: one has the focus; single: keys alone are on
 * @returns {Shortcut | undefined}
 */
export function shortcutOf(event, { writing, message, single, mac = onMac() }) {
  if (composes(event)) return undefined;
  return Object.values(SHORTCUTS).flat().find(({ keys, act, on }) => {
    if (!act || (on === "message" && !message) || !pressed(event, keys, mac)) return false;
    if (event.ctrlKey || event.metaKey || event.altKey || /^F\d/.test(event.key)) return true;
    return !writing && (single || event.key.length > 1);
  });
}

/** @param {KeyboardEvent} event @param {string} keys @param {boolean} mac */
function pressed(event, keys, mac) {
  const parts = keys === "+" ? ["+"] : keys.split("+");
  const key = /** @type {string} */ (parts.at(-1));
  const wanted = new Set(parts.filter((part) => MODIFIERS.has(part)));
  const letter = key.length === 1;
  if (event.key.toLowerCase() !== key.toLowerCase()) return false;
  if ((mac ? event.metaKey : event.ctrlKey) !== wanted.has("Mod") || (mac ? event.ctrlKey : event.metaKey)) return false;
  if (event.altKey !== wanted.has("Alt")) return false;
  // Which keys need Shift for "?" and "+" depends on the keyboard; J with Shift is another key.
  return (letter && !/[a-z]/i.test(key)) || event.shiftKey === wanted.has("Shift");
}
