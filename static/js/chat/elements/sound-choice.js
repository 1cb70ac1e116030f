/** Whether messages sound on this device: those of a conversation, or all of them. Loaded where that is asked. */

import { sounds, soundsHere, wish, wishFor } from "../device.js";
import { slot } from "../dom.js";
import { chime } from "../sound.js";

/** @param {HTMLElement} card with a room, or for all */
export function enlivenSound(card) {
  const room = Number(card.dataset.room ?? 0);
  const box = /** @type {HTMLInputElement} */ (card.querySelector("input"));
  box.checked = room ? sounds(room) : soundsHere();
  box.addEventListener("change", () => {
    wishFor(room ? { sounds: { ...wish().sounds, [room]: box.checked } } : { sound: box.checked });
    if (box.checked) chime();
  });
  slot(card, "hear")?.addEventListener("click", chime);
  card.hidden = false;
}
