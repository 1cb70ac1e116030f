/** Makes pictures smaller before they travel: as WebP, or JPEG where the browser writes none. Loaded when first used. */

import { moves, renamed, shrinking } from "./choosing.js";

const HEAD = 4096;
const QUALITY = 0.85;

/**
 * @param {File} file a picture
 * @returns {Promise<{blob: Blob, name: string, width: number, height: number} | null>} null where this browser cannot
 *   read it: the server gets what there is
 */
export async function shrink(file) {
  // The orientation that a camera noted is applied here; what is drawn anew has none.
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" }).catch(() => null);
  if (!bitmap) return null;
  const { width, height } = bitmap;
  try {
    const animated = moves(new Uint8Array(await file.slice(0, HEAD).arrayBuffer()));
    const wanted = shrinking({ type: file.type, width, height, animated });
    const blob = wanted && (await redrawn(bitmap, wanted));
    // What was only to be written anew may have been smaller as it was.
    if (!wanted || !blob) return { blob: file, name: file.name, width, height };
    return { blob, name: renamed(file.name, blob.type), ...wanted };
  } finally {
    bitmap.close();
  }
}

/** @param {ImageBitmap} bitmap @param {{width: number, height: number}} size @returns {Promise<Blob | null>} */
async function redrawn(bitmap, { width, height }) {
  const canvas = canvasOf(width, height);
  const context = /** @type {OffscreenCanvasRenderingContext2D | null} */ (canvas.getContext("2d"));
  if (!context) return null;
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, width, height);
  const webp = await written(canvas, "image/webp");
  // Who cannot write WebP answers with a PNG, which is large; only JPEG has no transparency.
  return webp?.type === "image/webp" ? webp : written(canvas, "image/jpeg");
}

/** @param {number} width @param {number} height @returns {OffscreenCanvas | HTMLCanvasElement} */
function canvasOf(width, height) {
  if (globalThis.OffscreenCanvas) return new OffscreenCanvas(width, height);
  return Object.assign(document.createElement("canvas"), { width, height });
}

/** @param {OffscreenCanvas | HTMLCanvasElement} canvas @param {string} type @returns {Promise<Blob | null>} */
function written(canvas, type) {
  if ("convertToBlob" in canvas) return canvas.convertToBlob({ type, quality: QUALITY }).catch(() => null);
  return new Promise((resolve) => canvas.toBlob(resolve, type, QUALITY));
}
