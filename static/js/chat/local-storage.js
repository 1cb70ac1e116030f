/** What a browser keeps for a site at once and for good. Merely touching it throws where cookies are blocked. */

/** @returns {Storage | undefined} */
export function localStorageOrNone() {
  try {
    return globalThis.localStorage;
  } catch {
    return undefined;
  }
}

/** What is kept under a key; undefined where there is nothing, or nothing that can be read. @param {string} key @returns {any} */
export function kept(key) {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null") ?? undefined;
  } catch {
    return undefined;
  }
}

/** Keep something; a browser that keeps nothing forgets it with the page. @param {string} key @param {any} value */
export function keep(key, value) {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // As it was.
  }
}
