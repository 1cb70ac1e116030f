/** What a link in a message leads to, under the message. Its author may take it off. */

import { cloneTemplate, fill, slot } from "../dom.js";

/** @typedef {{url: string, title: string, description: string, site: string}} Preview */

/** What is shown now. @type {WeakMap<Element, string>} */
const versions = new WeakMap();

/** @returns {HTMLElement} */
export function makePreview() {
  return cloneTemplate("t-preview");
}

/** The server has drawn it: only what needs script is missing. @param {HTMLElement} card @param {Preview} preview @param {boolean} mine */
export function adoptPreview(card, preview, mine) {
  versions.set(card, JSON.stringify(preview));
  if (mine) card.append(/** @type {HTMLElement} */ (makePreview().querySelector("[data-action]")));
}

/** @param {HTMLElement | null} card @param {Preview | null | undefined} preview @param {boolean} mine */
export function fillPreview(card, preview, mine) {
  const version = JSON.stringify(preview);
  if (!card || !preview || versions.get(card) === version) return;
  versions.set(card, version);
  const link = /** @type {HTMLAnchorElement} */ (slot(card, "preview-link"));
  if (/^https?:/i.test(preview.url)) link.href = preview.url;
  fill(card, "preview-site", preview.site);
  fill(card, "preview-title", preview.title);
  fill(card, "preview-text", preview.description);
  if (!mine) card.querySelector("[data-action]")?.remove();
}
