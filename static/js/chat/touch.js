/** A finger that rests on something, which is what a pointer does by coming near. */

/** Whether the page is used by touch, so that nothing can wait for a pointer to come near. */
export const byTouch = () => matchMedia("(hover: none)").matches;

/** Whether one types on a screen: there Enter is the only way to a new line, and the keyboard lies over the page. */
export const byThumbs = () => matchMedia("(pointer: coarse)").matches;

/** Where a device has emoji of its own. */
export function ownEmoji() {
  const system = globalThis.navigator?.platform ?? "";
  if (byThumbs()) return "Those of your keyboard can be used meanwhile.";
  if (/^mac/i.test(system)) return "Those of your Mac come with Control, ⌘ and Space.";
  return /^win/i.test(system) ? "Those of Windows come with its key and the full stop." : "Try again when you are back online.";
}

/** A finger that rests this long (ms), and moves less than this (px), asks for more. */
const HOLD = 450;
const STILL = 10;

/**
 * Call back when a finger rests on something in `area`.
 *
 * @param {HTMLElement} area @param {(target: Element) => boolean} held answers whether that meant anything
 * @param {AbortSignal} signal
 */
export function onHold(area, held, signal) {
  let timer;
  let from = { x: 0, y: 0 };
  const stop = () => clearTimeout(timer);
  const begin = ({ pointerType, isPrimary, target, clientX: x, clientY: y }) => {
    stop();
    if (pointerType !== "touch" || !isPrimary) return;
    from = { x, y };
    timer = setTimeout(() => held(target) && swallowClick(), HOLD);
  };
  const move = ({ clientX: x, clientY: y }) => {
    if (Math.hypot(x - from.x, y - from.y) > STILL) stop();
  };
  area.addEventListener("pointerdown", begin, { signal });
  area.addEventListener("pointermove", move, { signal });
  for (const type of ["pointerup", "pointercancel", "scroll"]) area.addEventListener(type, stop, { signal, capture: true });
  signal.addEventListener("abort", stop);
}

/** The finger is lifted from what has opened under it: that is no tap. */
function swallowClick() {
  const swallow = (event) => {
    event.preventDefault();
    event.stopPropagation();
  };
  const lifted = () => {
    const over = new AbortController();
    for (const type of ["mousedown", "click"]) addEventListener(type, swallow, { capture: true, signal: over.signal });
    addEventListener("pointerdown", () => over.abort(), { capture: true, signal: over.signal });
    setTimeout(() => over.abort(), 50);
  };
  addEventListener("pointerup", lifted, { once: true });
}
