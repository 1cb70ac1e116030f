/** Addresses: which place a path names, and the server's rendering of one that is not on the page yet. */

import { Failure } from "./failure.js";

/** @typedef {{view: "rooms" | "room", room: number}} Place */

/**
 * @param {string} path
 * @param {string} base "/rooms/"
 * @returns {Place | null} null: not one of those that script can show
 */
export function placeOf(path, base) {
  if (path === base) return { view: "rooms", room: 0 };
  const rest = path.startsWith(base) ? path.slice(base.length) : "";
  const match = /^([1-9]\d{0,15})\/$/.exec(rest);
  return match ? { view: "room", room: Number(match[1]) } : null;
}

/**
 * The `<main>` of another page of ours.
 *
 * @param {string} path
 * @returns {Promise<HTMLElement>}
 */
export async function fetchMain(path) {
  const response = await fetch(path, { headers: { Accept: "text/html" } }).catch(() => {
    throw new Failure("closed");
  });
  if (!response.ok) throw new Failure(response.status === 404 ? "not_found" : "unavailable", "There is nothing here.");
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const main = page.querySelector("parley-chat > main");
  if (!main) throw new Failure("unavailable");
  return document.adoptNode(/** @type {HTMLElement} */ (main));
}
