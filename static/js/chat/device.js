/** What somebody has chosen for this device alone: whether it notifies, and whether it shows what was written. */

import { keep, kept } from "./local-storage.js";

const KEY = "parley-notices";
/** What this device has told the server of how it is reached while no page is open (`push.js`). */
export const PUSHED = "parley-push";

/**
 * @typedef {object} Wish
 * @property {boolean} on
 * @property {boolean} text whether notifications show what was written
 * @property {boolean} [sound] whether messages sound, where somebody has said so
 * @property {Record<number, boolean>} [sounds] the same by conversation, where somebody has said whether it sounds
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

/** Whether this device is also told while no page is open. */
export function pushesHere() {
  return notifiesHere() && Boolean(kept(PUSHED));
}

/** Whether messages sound here: unless somebody said otherwise, where this device notifies. */
export function soundsHere() {
  return wish().sound ?? notifiesHere();
}

/** Whether those of a conversation do, which may have a choice of its own. @param {number} room */
export function sounds(room) {
  return wish().sounds?.[room] ?? soundsHere();
}

/** Whether this device calls somebody in any way. */
export function callsHere() {
  return notifiesHere() || soundsHere() || Object.values(wish().sounds ?? {}).includes(true);
}
