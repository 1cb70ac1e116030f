/** Where a picture stands that is enlarged and moved under a finger or a pointer. Pure. */

/** @typedef {{scale: number, x: number, y: number}} View x, y: px from the middle */
/** @typedef {{width: number, height: number}} Size */

/** @type {Readonly<View>} */
export const WHOLE = Object.freeze({ scale: 1, x: 0, y: 0 });
export const LARGEST = 8;

/**
 * Enlarge by a factor; the point under the finger stays there.
 *
 * @param {View} view @param {number} factor @param {{x: number, y: number}} [at] from the middle of the stage
 */
export function zoomed({ scale, x, y }, factor, at = { x: 0, y: 0 }) {
  const next = Math.min(LARGEST, Math.max(1, scale * factor));
  const by = next / scale;
  return next === 1 ? WHOLE : { scale: next, x: at.x - (at.x - x) * by, y: at.y - (at.y - y) * by };
}

/** Moved, but no further than its edge reaches the stage's. @param {View} view @param {number} dx @param {number} dy @param {Size} image as drawn at scale 1 @param {Size} stage @returns {View} */
export function moved({ scale, x, y }, dx, dy, image, stage) {
  const most = (/** @type {number} */ drawn, /** @type {number} */ room) => Math.max(0, (drawn * scale - room) / 2);
  const within = (/** @type {number} */ value, /** @type {number} */ limit) => Math.min(limit, Math.max(-limit, value));
  return { scale, x: within(x + dx, most(image.width, stage.width)), y: within(y + dy, most(image.height, stage.height)) };
}

/** What a finger meant that moved over a whole picture. @param {number} dx @param {number} dy @returns {"back" | "forth" | "close" | null} */
export function swipe(dx, dy) {
  if (dy > 90 && dy > Math.abs(dx) * 1.5) return "close";
  if (Math.abs(dx) < 60 || Math.abs(dx) < Math.abs(dy) * 1.5) return null;
  return dx > 0 ? "back" : "forth";
}
