/**
 * Choose the square of a picture that shall stand for a person or a room: drag it, make it smaller or larger, by
 * pointer, wheel or keys. Loaded when a picture was chosen.
 */

import { SMALLEST, begin, moved, sized } from "../cropping.js";

/** Pixels of what is drawn. */
const SHOWN = 320;
const STEP = 12;

/**
 * @param {HTMLDialogElement} dialog the page has it @param {Blob} file
 * @returns {Promise<import("../cropping.js").Square | null | undefined>} null: nothing was chosen; undefined: this
 *   browser cannot show the picture, so its middle is taken
 */
export async function crop(dialog, file) {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" }).catch(() => undefined);
  if (!bitmap) return undefined;
  const cropper = new Cropper(dialog, bitmap);
  try {
    return await cropper.chosen;
  } finally {
    cropper.stop();
    bitmap.close();
  }
}

class Cropper {
  #dialog;
  #bitmap;
  #canvas;
  #zoom;
  #square;
  #over = new AbortController();
  /** @type {Promise<import("../cropping.js").Square | null>} */
  chosen;

  /** @param {HTMLDialogElement} dialog @param {ImageBitmap} bitmap */
  constructor(dialog, bitmap) {
    const { signal } = this.#over;
    this.#dialog = dialog;
    this.#bitmap = bitmap;
    this.#square = begin(bitmap);
    this.#canvas = /** @type {HTMLCanvasElement} */ (dialog.querySelector("canvas"));
    this.#zoom = /** @type {HTMLInputElement} */ (dialog.querySelector("input[type=range]"));
    this.#canvas.width = this.#canvas.height = SHOWN;
    this.#zoom.value = "0";
    this.#canvas.addEventListener("pointerdown", ({ pointerId }) => this.#canvas.setPointerCapture(pointerId), { signal });
    this.#canvas.addEventListener("pointermove", (event) => event.buttons && this.#drag(event.movementX, event.movementY), { signal });
    this.#canvas.addEventListener("wheel", (event) => this.#wheel(event), { signal, passive: false });
    this.#canvas.addEventListener("keydown", (event) => this.#key(event), { signal });
    this.#zoom.addEventListener("input", () => this.#size(this.#sizeOf(Number(this.#zoom.value))), { signal });
    dialog.returnValue = "";
    dialog.showModal();
    this.chosen = new Promise((resolve) => {
      dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes" ? this.#square : null), { signal });
    });
    this.#draw();
  }

  stop() {
    this.#over.abort();
  }

  get #largest() {
    return Math.min(this.#bitmap.width, this.#bitmap.height);
  }

  /** From the slider, 0 to 100, to the side of the square. @param {number} value */
  #sizeOf(value) {
    const smallest = Math.min(SMALLEST, this.#largest);
    return this.#largest * (smallest / this.#largest) ** (value / 100);
  }

  /** @param {number} size */
  #size(size) {
    this.#square = sized(this.#square, this.#bitmap, size);
    this.#draw();
  }

  /** The picture goes with the pointer, the square the other way. @param {number} dx @param {number} dy */
  #drag(dx, dy) {
    const scale = this.#square.size / this.#canvas.clientWidth;
    this.#square = moved(this.#square, this.#bitmap, -dx * scale, -dy * scale);
    this.#draw();
  }

  /** @param {WheelEvent} event */
  #wheel(event) {
    event.preventDefault();
    this.#size(this.#square.size * (event.deltaY < 0 ? 1 / 1.1 : 1.1));
    this.#slide();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const way = /** @type {Record<string, [number, number]>} */ ({ ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] })[event.key];
    const factor = { "+": 1 / 1.2, "=": 1 / 1.2, "-": 1.2 }[event.key];
    if (way) this.#drag(...way);
    else if (factor) this.#size(this.#square.size * factor);
    else return;
    if (factor) this.#slide();
    event.preventDefault();
  }

  /** The slider follows what else has changed the size. */
  #slide() {
    const smallest = Math.min(SMALLEST, this.#largest);
    const share = smallest === this.#largest ? 0 : Math.log(this.#square.size / this.#largest) / Math.log(smallest / this.#largest);
    this.#zoom.value = String(Math.round(share * 100));
  }

  #draw() {
    const { x, y, size } = this.#square;
    const context = /** @type {CanvasRenderingContext2D} */ (this.#canvas.getContext("2d"));
    context.imageSmoothingQuality = "high";
    context.clearRect(0, 0, SHOWN, SHOWN);
    context.drawImage(this.#bitmap, x, y, size, size, 0, 0, SHOWN, SHOWN);
  }
}
