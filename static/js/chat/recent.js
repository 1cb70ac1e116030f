/** Which reactions somebody used last on this device: those come first. */

import { keep, kept } from "./local-storage.js";
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
  keep(KEY, [...new Set([plain(emoji), ...recent()])].slice(0, MOST));
}

/** @returns {string[]} */
function recent() {
  const signs = kept(KEY);
  return Array.isArray(signs) ? signs.filter((each) => typeof each === "string") : [];
}
