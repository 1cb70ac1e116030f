/** Addresses of bytes that are on this device only: one for each file, until its stored twin is shown. */

/** @type {Map<string, string>} by key of the file */
const urls = new Map();

/** @param {string} key @param {Blob} blob */
export function localUrl(key, blob) {
  const known = urls.get(key);
  if (known) return known;
  const made = URL.createObjectURL(blob);
  urls.set(key, made);
  return made;
}

/** Nobody shows it any more. @param {string} key */
export function releaseUrl(key) {
  const known = urls.get(key);
  if (known) URL.revokeObjectURL(known);
  urls.delete(key);
}
