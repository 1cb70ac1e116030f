/** Addresses: which place a path names, and the server's rendering of one that is not on the page yet. */

import { Failure } from "./failure.js";
import { trustedHTML } from "./trusted.js";

/**
 * @typedef {{view: "rooms" | "room", room: number}} Place
 * @typedef {{seq: number, top?: number}} Spot a message of the room; with `top`, where somebody was
 */

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

/** The thread that an address of a page names. @param {string} path @param {string} base "/rooms/" @returns {{room: number, seq: number} | null} */
export function threadOf(path, base) {
  const match = path.startsWith(base) && /^([1-9]\d{0,15})\/thread\/([1-9]\d{0,15})\/$/.exec(path.slice(base.length));
  return match ? { room: Number(match[1]), seq: Number(match[2]) } : null;
}

/** The message in a room that an address names. @param {string} search of the address @returns {Spot | null} */
export function spotOf(search) {
  const seq = Number(new URLSearchParams(search).get("around"));
  return Number.isSafeInteger(seq) && seq > 0 ? { seq } : null;
}

/** @param {string} path of a room @param {Spot | null} [spot] in it */
export function addressOf(path, spot) {
  return spot ? `${path}?around=${spot.seq}#m-${spot.seq}` : path;
}

/** The message that a permanent link names, 0 for none. @param {string} path */
export function permalinkOf(path) {
  return Number(/^\/m\/([1-9]\d{0,15})\/$/.exec(path)?.[1] ?? 0);
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
  const page = new DOMParser().parseFromString(trustedHTML(await response.text()), "text/html");
  const main = page.querySelector("parley-chat > main");
  if (!main) throw new Failure("unavailable");
  return document.adoptNode(/** @type {HTMLElement} */ (main));
}
