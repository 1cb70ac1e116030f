/** The lightbox in the widget, where pictures have no addresses: drawn as its thumbnails are. Loaded when the first is opened. */

import { describe } from "../chat/attachments.js";
import { slot } from "../chat/dom.js";
import { Lightbox } from "../chat/elements/lightbox.js";

/** @param {HTMLElement} panel @param {import("./files.js").Files} files */
export function visitorLightbox(panel, files) {
  return new Lightbox(panel, { surface: (dialog) => canvasIn(dialog, panel, files) });
}

/** @param {HTMLElement} dialog @param {HTMLElement} panel @param {import("./files.js").Files} files @returns {import("../chat/elements/lightbox.js").Surface} */
function canvasIn(dialog, panel, files) {
  const canvas = /** @type {HTMLCanvasElement} */ (slot(dialog, "lightbox-image"));
  const save = /** @type {HTMLElement} */ (slot(dialog, "lightbox-download"));
  let looked = "";
  return {
    element: canvas,
    async show({ id, name, width, height, ...picture }) {
      looked = id;
      canvas.setAttribute("aria-label", picture.alt || describe([{ name, ...picture }]));
      Object.assign(save.dataset, { attachment: id, name });
      const known = /** @type {HTMLCanvasElement | null} */ (panel.querySelector(`.picture[data-attachment="${id}"] canvas`));
      draw(canvas, known, width ?? known?.width ?? 1, height ?? known?.height ?? 1);
      // Where it cannot be had now, the thumbnail is better than nothing.
      const whole = await files.picture(id).catch(() => null);
      if (whole && looked === id) draw(canvas, whole, whole.width, whole.height);
      whole?.close();
    },
    clear() {
      looked = "";
      draw(canvas, null, 1, 1);
    },
  };
}

/** @param {HTMLCanvasElement} canvas @param {CanvasImageSource | null} what @param {number} width @param {number} height */
function draw(canvas, what, width, height) {
  Object.assign(canvas, { width, height });
  if (what) canvas.getContext("2d")?.drawImage(what, 0, 0, width, height);
}
