/** What somebody has chosen for this device alone: whether it notifies, and whether it shows what was written. */

import { keep, kept } from "./local-storage.js";

const KEY = "parley-notices";

/**
 * @typedef {object} Wish
 * @property {boolean} on
 * @property {boolean} text whether notifications show what was written
 * @property {Record<number, boolean>} [sounds] by conversation, where somebody has said whether it sounds
 */

/** @returns {Wish} */
export function wish() {
  return { on: false, text: true, ...kept(KEY) };
}

/** @param {Partial<Wish>} changes */
export function wishFor(changes) {
  keep(KEY, { ...wish(), ...changes });
}

/** @returns {NotificationPermission | "unsupported"} what the browser allows */
export function permission() {
  return globalThis.Notification && globalThis.isSecureContext ? Notification.permission : "unsupported";
}

/** Whether this device notifies now. */
export function notifiesHere() {
  return permission() === "granted" && wish().on;
}

/** Whether messages of a conversation sound here: unless somebody said otherwise, where this device notifies. @param {number} room */
export function sounds(room) {
  return wish().sounds?.[room] ?? notifiesHere();
}

/** Whether this device calls somebody in any way. */
export function callsHere() {
  return notifiesHere() || Object.values(wish().sounds ?? {}).includes(true);
}
