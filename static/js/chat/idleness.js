/** Our own presence: whether somebody is at this device. */

import { IDLE_AFTER } from "./protocol.js";

/**
 * Tell when the user goes idle and when they come back.
 *
 * @param {(status: "active" | "away") => void} tell
 * @param {AbortSignal} signal
 * @param {EventTarget} [target]
 * @returns {() => "active" | "away"} the status now
 */
export function watchIdleness(tell, signal, target = window, after = IDLE_AFTER) {
  /** @type {"active" | "away"} */
  let status = "active";
  let timer;
  const become = (next) => {
    if (next === status) return;
    status = next;
    tell(status);
  };
  const stir = () => {
    clearTimeout(timer);
    timer = setTimeout(() => become("away"), after);
    become("active");
  };
  for (const type of ["pointerdown", "pointermove", "keydown", "wheel", "touchstart", "focus"]) {
    target.addEventListener(type, stir, { signal, passive: true });
  }
  signal.addEventListener("abort", () => clearTimeout(timer));
  stir();
  return () => status;
}
