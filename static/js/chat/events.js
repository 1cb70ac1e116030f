/** Our own events: what happened is the name, what it is about is the detail. */

/** @param {EventTarget} target @param {string} type @param {unknown} [detail] */
export function tell(target, type, detail) {
  target.dispatchEvent(new CustomEvent(type, { detail }));
}

/**
 * @param {EventTarget} target
 * @param {string} type
 * @param {(detail: any) => unknown} listener hears what it is about
 * @param {AbortSignal} [signal] ends it
 */
export function on(target, type, listener, signal) {
  target.addEventListener(type, (event) => listener(/** @type {CustomEvent} */ (event).detail), { signal });
}
