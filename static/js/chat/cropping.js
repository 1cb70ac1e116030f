/** The square of a picture that shall stand for somebody, in the picture's own pixels. Pure. */

/** @typedef {{x: number, y: number, size: number}} Square */
/** @typedef {{width: number, height: number}} Picture */

/** Pixels: a smaller part of a picture would only be blurred. */
export const SMALLEST = 64;

/** The largest there is, in the middle. @param {Picture} picture @returns {Square} */
export function begin({ width, height }) {
  const size = Math.min(width, height);
  return { x: Math.floor((width - size) / 2), y: Math.floor((height - size) / 2), size };
}

/** @param {Square} square @param {Picture} picture @param {number} dx pixels @param {number} dy @returns {Square} */
export function moved({ x, y, size }, { width, height }, dx, dy) {
  const within = (/** @type {number} */ value, /** @type {number} */ most) => Math.round(Math.min(most, Math.max(0, value)));
  return { x: within(x + dx, width - size), y: within(y + dy, height - size), size };
}

/** Another size around the same middle. @param {Square} square @param {Picture} picture @param {number} size @returns {Square} */
export function sized(square, picture, size) {
  const largest = Math.min(picture.width, picture.height);
  const next = Math.round(Math.min(largest, Math.max(Math.min(SMALLEST, largest), size)));
  const by = (square.size - next) / 2;
  return moved({ ...square, size: next }, picture, by, by);
}
