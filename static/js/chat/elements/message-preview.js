/** What a link in a message leads to, under the message. Its author may take it off. */

import { cloneTemplate, fill, slot } from "../dom.js";
import { shade } from "./message-attachments.js";

/**
 * @typedef {{url: string, width: number, height: number, placeholder: string | null, wide: boolean}} Picture
 * @typedef {{url: string, title: string, description: string, site: string, picture?: Picture | null}} Preview
 */

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
  draw(card, link, preview.picture);
  if (!mine) card.querySelector("[data-action]")?.remove();
}

/** Its size is known before it is here: nothing moves. @param {HTMLElement} card @param {HTMLElement} link @param {Picture | null | undefined} picture */
function draw(card, link, picture) {
  card.classList.toggle("preview--wide", Boolean(picture?.wide));
  slot(link, "preview-frame")?.remove();
  if (!picture) return;
  const frame = Object.assign(document.createElement("span"), { className: "preview__frame" });
  frame.dataset.slot = "preview-frame";
  const image = document.createElement("img");
  const { url, width, height, placeholder } = picture;
  Object.assign(image, { className: "preview__picture", alt: "", width, height, loading: "lazy", decoding: "async", src: url });
  frame.append(...(placeholder ? [shade(placeholder)] : []), image);
  link.prepend(frame);
}
