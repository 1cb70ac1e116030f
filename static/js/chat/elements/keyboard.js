/** Listens for the keys of `shortcuts.js`, and calls what they do. */

import { shortcutOf, singleKeys, writes } from "../shortcuts.js";

/** @typedef {Record<string, (row: HTMLElement | null) => unknown>} Actions by name; false: there was nothing to do */

/** @param {HTMLElement} root @param {Actions} actions @param {AbortSignal} signal */
export function watchKeys(root, actions, signal) {
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || root.querySelector("dialog[open]")) return;
    const target = event.target instanceof Element ? event.target : document.body;
    const row = /** @type {HTMLElement | null} */ (target.closest(".message"));
    // Esc writes nothing: what the box has no use for is for the conversation.
    const writing = writes(target) && !(event.key === "Escape" && target.matches("[data-slot=composer] textarea"));
    const shortcut = shortcutOf(event, { writing, message: Boolean(row), single: singleKeys() });
    const action = shortcut?.act && actions[shortcut.act];
    if (action && action(row) !== false) event.preventDefault();
  }, { signal });
}
