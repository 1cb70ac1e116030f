/** The parts of the page, for who goes from one to the next by F6. */

const REGIONS = ["[data-slot=search]", ".row[aria-current], .row", "[data-slot=log]", "[data-slot=composer] textarea", "[data-slot=toast] button", "[data-slot=thread-log]", "[data-slot=thread-composer] textarea", "main"];

/** @param {HTMLElement} root @param {1 | -1} by */
export function nextRegion(root, by) {
  const regions = REGIONS.map((selector) => /** @type {HTMLElement | null} */ (root.querySelector(selector.split(", ")[0]) ?? root.querySelector(selector)));
  const shown = /** @type {HTMLElement[]} */ (regions.filter((region) => region?.checkVisibility()));
  // A page that is no conversation is one part; in a conversation the timeline and the box are.
  const parts = shown.filter((region) => region.tagName !== "MAIN" || !root.querySelector("[data-slot=log]")?.checkVisibility());
  const at = parts.findIndex((region) => region.contains(document.activeElement) || region.parentElement?.closest(".rooms__list")?.contains(document.activeElement));
  const next = at < 0 ? (by > 0 ? 0 : parts.length - 1) : (at + by + parts.length) % parts.length;
  parts[next]?.focus();
}
