/**
 * The lightbox of our own pages, where pictures have addresses. Loaded when the first is opened.
 *
 * What the timeline shows already is shown at once, and the whole picture as soon as it is there. The Back button
 * closes it, as it is a place of its own in the history.
 */

import { describe } from "../attachments.js";
import { slot } from "../dom.js";
import { Lightbox } from "./lightbox.js";

/** @param {HTMLElement} root */
export function pageLightbox(root) {
  let leaving = new AbortController();
  const entered = (/** @type {() => void} */ close) => {
    history.pushState({ ...history.state, lightbox: true }, "");
    leaving = new AbortController();
    // Who goes from place to place takes no notice: we stay where we are.
    root.dataset.over = "lightbox";
    // Back was pressed, or we have taken our own place out of the history.
    const away = () => {
      delete root.dataset.over;
      leaving.abort();
      close();
    };
    addEventListener("popstate", away, { signal: leaving.signal });
  };
  const left = () => leaving.signal.aborted || history.back();
  return new Lightbox(root, { surface: (dialog) => imageIn(dialog, root), entered, left });
}

/** @param {HTMLElement} dialog @param {HTMLElement} root @returns {import("./lightbox.js").Surface} */
function imageIn(dialog, root) {
  const image = /** @type {HTMLImageElement} */ (slot(dialog, "lightbox-image"));
  const [download, original] = ["download", "original"].map((name) => /** @type {HTMLAnchorElement} */ (slot(dialog, `lightbox-${name}`)));
  let looked = "";
  return {
    element: image,
    async show({ id, url, download: file, width, height, sources, placeholder, ...picture }) {
      looked = id;
      const known = /** @type {HTMLImageElement | null} */ (root.querySelector(`.picture[data-attachment="${id}"] [data-slot=image]`))?.currentSrc;
      const alt = picture.alt || describe([picture]);
      Object.assign(image, { src: known || sources.at(-1)?.url || placeholder || url, alt, width: width ?? 0, height: height ?? 0 });
      download.href = file;
      original.href = url;
      const ready = await Object.assign(new Image(), { src: url }).decode().then(() => true, () => false);
      if (ready && looked === id) image.src = url;
    },
    clear() {
      looked = "";
      image.removeAttribute("src");
    },
  };
}
