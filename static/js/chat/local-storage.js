/** What a browser keeps for a site at once and for good. Merely touching it throws where cookies are blocked. */

/** @returns {Storage | undefined} */
export function localStorageOrNone() {
  try {
    return globalThis.localStorage;
  } catch {
    return undefined;
  }
}
