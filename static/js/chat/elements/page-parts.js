/** Parts that only some pages have: each is served useful as it is, and its script comes where there is one. */

import { slot } from "../dom.js";

/** @type {Record<string, (part: any) => Promise<void>>} by their slot */
const PARTS = {
  portrait: async (part) => (await import("./portrait.js")).enlivenPortrait(part),
  readers: async (part) => (await import("./message-readers.js")).localReaders(part),
  sound: async (part) => (await import("./sound-choice.js")).enlivenSound(part),
};

/** @param {ParentNode} page */
export function enlivenParts(page) {
  for (const [name, enliven] of Object.entries(PARTS)) {
    const part = slot(page, name);
    if (part) attempt(part, enliven);
  }
}

/**
 * Without a network a part stays as it was served, until there is one again, or somebody turns to it.
 *
 * @param {HTMLElement} part @param {(part: any) => Promise<void>} enliven
 */
async function attempt(part, enliven) {
  try {
    await enliven(part);
  } catch {
    const failed = new AbortController();
    const again = () => {
      failed.abort();
      attempt(part, enliven);
    };
    part.addEventListener("focusin", again, { signal: failed.signal });
    addEventListener("online", again, { signal: failed.signal });
  }
}
