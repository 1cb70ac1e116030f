/** In the settings of a conversation: whether its messages sound on this device. Loaded where they are shown. */

import { sounds, wish, wishFor } from "../device.js";
import { slot } from "../dom.js";
import { chime } from "../sound.js";

/** @param {HTMLElement} card */
export function enlivenSound(card) {
  const room = Number(card.dataset.room);
  const box = /** @type {HTMLInputElement} */ (card.querySelector("input"));
  box.checked = sounds(room);
  box.addEventListener("change", () => {
    wishFor({ sounds: { ...wish().sounds, [room]: box.checked } });
    if (box.checked) chime();
  });
  slot(card, "hear")?.addEventListener("click", chime);
  card.hidden = false;
}
