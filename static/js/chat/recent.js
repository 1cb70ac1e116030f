/** Which reactions somebody used last on this device: those come first. */

import { plain } from "./skin.js";

const KEY = "parley-reactions";
/** As many as a line of the picker takes. */
const MOST = 9;

/** Without the colour of their skin, which is chosen for all of them. @param {string[]} emoji @returns {string[]} the same, with those used last before the others */
export function oftenFirst(emoji) {
  return [...new Set([...recent(), ...emoji])];
}

/** @param {string} emoji that has just been used */
export function used(emoji) {
  try {
    localStorage.setItem(KEY, JSON.stringify([...new Set([plain(emoji), ...recent()])].slice(0, MOST)));
  } catch {
    // Then they stay in their own order.
  }
}

/** @returns {string[]} */
function recent() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept.filter((each) => typeof each === "string") : [];
  } catch {
    return [];
  }
}
