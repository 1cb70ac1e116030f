/** The service worker of this site: registered once the page has nothing better to do. */

import { trustedScript } from "./trusted.js";

export function install() {
  if (!("serviceWorker" in navigator)) return; // only on secure origins
  const register = () => navigator.serviceWorker.register(trustedScript("/worker.js"), { updateViaCache: "none" }).catch(() => undefined);
  if (globalThis.requestIdleCallback) requestIdleCallback(register, { timeout: 5_000 });
  else setTimeout(register, 2_000);
}
