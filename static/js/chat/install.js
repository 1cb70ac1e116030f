/** The service worker of this site: registered once the page has nothing better to do. */

import { trustedScript } from "./trusted.js";

export function install() {
  if (!("serviceWorker" in navigator)) return; // only on secure origins
  const register = () => registerWorker().catch(() => undefined);
  if (globalThis.requestIdleCallback) requestIdleCallback(register, { timeout: 5_000 });
  else setTimeout(register, 2_000);
}

/** @returns {Promise<ServiceWorkerRegistration>} */
export function registerWorker() {
  return navigator.serviceWorker.register(trustedScript("/worker.js"), { updateViaCache: "none" });
}
