/**
 * Being told while no page is open: the browser subscribes at the push service of its maker, and the server hears where
 * that is. What comes from there the service worker shows.
 *
 * A subscription can change by itself, and the server's key may: so a page that opens looks, and says it anew.
 */

import { notifiesHere, PUSHED, wish } from "./device.js";
import { registerWorker } from "./install.js";
import { keep, kept } from "./local-storage.js";
import { withLock } from "./locks.js";

/** Milliseconds after which the server is told anew what it should know already. */
const FRESH = 24 * 3_600_000;

/** Milliseconds that the service worker may take to be there. */
const INSTALLING = 30_000;

/** @typedef {import("./api.js").Api} Api */

/** Whether this browser can be told while no page is open. */
const able = () => "serviceWorker" in navigator && "PushManager" in globalThis;

/**
 * Have this device told while no page is open, where the browser, its maker and the operator of the server let it.
 *
 * @param {Api} api @returns {Promise<boolean>} whether it is
 */
export function subscribe(api) {
  return withLock(PUSHED, async () => {
    if (!able() || !notifiesHere()) return false;
    try {
      const { pushManager } = await activeRegistration();
      const { key } = await api.call("GET", "users/me/push/");
      if (!key) {
        keep(PUSHED, null); // the operator wants none any more: what was told the server is worth nothing
        return false;
      }
      const { endpoint, keys } = (await subscription(pushManager, key)).toJSON();
      const { text } = wish();
      await api.call("PUT", "users/me/push/", { endpoint, p256dh: keys?.p256dh, auth: keys?.auth, text });
      keep(PUSHED, { endpoint, text, at: Date.now() });
      return true;
    } catch {
      return false; // a private window, no way to the push service, or to ours: there is a next page
    }
  });
}

/** Have it told while a page is open only. @param {Api} api */
export function unsubscribe(api) {
  return withLock(PUSHED, async () => {
    keep(PUSHED, null);
    if (!able()) return;
    const registration = await navigator.serviceWorker.getRegistration().catch(() => undefined);
    const theirs = await registration?.pushManager.getSubscription().catch(() => null);
    await Promise.allSettled([theirs?.unsubscribe(), api.call("DELETE", "users/me/push/")]);
  });
}

/** A page has opened: say it anew where something may have changed since. @param {Api} api */
export async function renew(api) {
  if (!able() || !notifiesHere()) return;
  const told = kept(PUSHED);
  const { pushManager } = await navigator.serviceWorker.ready;
  const now = await pushManager.getSubscription().catch(() => null);
  const same = now && told?.endpoint === now.endpoint && told.text === wish().text && told.at > Date.now() - FRESH;
  if (!same) await subscribe(api);
}

/** @returns {Promise<ServiceWorkerRegistration>} of a worker that runs; one that cannot be installed never will */
async function activeRegistration() {
  await registerWorker();
  const late = new Promise((_, fail) => setTimeout(fail, INSTALLING));
  return /** @type {any} */ (Promise.race([navigator.serviceWorker.ready, late]));
}

/** The subscription of this browser under a key of the server's. @param {PushManager} manager @param {string} key in base64url */
async function subscription(manager, key) {
  const theirs = await manager.getSubscription();
  if (theirs && base64url(theirs.options.applicationServerKey) === key) return theirs;
  await theirs?.unsubscribe(); // it was made for another key, and hears nothing from this one
  return manager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
}

/** @param {ArrayBuffer | null} raw */
function base64url(raw) {
  const text = btoa(String.fromCharCode(...new Uint8Array(raw ?? new ArrayBuffer(0))));
  return text.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
