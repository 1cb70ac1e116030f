/**
 * A finger that draws a message towards the end of the line answers it, as the menu does. Loaded where one touches.
 *
 * Up and down the finger scrolls, which the browser does by itself (touch-action in message.css); only what goes
 * sideways comes here.
 */

import { cloneTemplate } from "../dom.js";

/** Beyond this (px) it is no tap any more, and the way says what was meant. */
const BEGINS = 12;
/** From here on (px) a finger that is lifted answers. */
const ENOUGH = 56;
/** What is drawn further follows with this share of the way. */
const TOUGH = 0.2;
/** So near to the edge of the screen (px) the browser goes back instead. */
const EDGE = 24;

/** How far a message follows a finger. Pure. @param {number} way px, forwards @returns {number} px */
export function follows(way) {
  return way <= ENOUGH ? Math.max(0, way) : ENOUGH + (way - ENOUGH) * TOUGH;
}

export class SwipeReply {
  #may;
  #answer;
  /** The message under the finger. @type {HTMLElement | null} */
  #row = null;
  #mark = cloneTemplate("t-swipe");
  #from = { x: 0, y: 0 };
  #drawn = false;
  #way = 0;

  /**
   * @param {HTMLElement} timeline
   * @param {{may: (row: HTMLElement) => boolean, answer: (row: HTMLElement) => unknown}} parts may: whether it can be answered
   * @param {AbortSignal} signal
   */
  constructor(timeline, { may, answer }, signal) {
    this.#may = may;
    this.#answer = answer;
    timeline.addEventListener("pointerdown", (event) => this.#begin(event), { signal });
    timeline.addEventListener("pointermove", (event) => this.#move(event), { signal });
    timeline.addEventListener("pointerup", () => this.#end(this.#enough), { signal });
    timeline.addEventListener("pointercancel", () => this.#end(false), { signal });
  }

  /** @param {PointerEvent} event */
  #begin({ pointerType, isPrimary, target, clientX: x, clientY: y }) {
    this.#end(false);
    const within = /** @type {Element} */ (target);
    const row = /** @type {HTMLElement | null} */ (within.closest(".message"));
    const own = within.closest("[role=slider], dialog, input"); // which is drawn for another reason
    if (pointerType !== "touch" || !isPrimary || !row || own || x < EDGE || x > innerWidth - EDGE || !this.#may(row)) return;
    this.#row = row;
    this.#from = { x, y };
  }

  /** @param {PointerEvent} event */
  #move({ clientX, clientY }) {
    if (!this.#row) return;
    const across = (clientX - this.#from.x) * (this.#mirrored ? -1 : 1);
    const along = Math.abs(clientY - this.#from.y);
    // A finger that has rested has opened the menu.
    if (!this.#drawn && (along > BEGINS || this.#row.querySelector("dialog[open]"))) return this.#end(false);
    if (!this.#drawn && across < BEGINS) return undefined;
    if (!this.#drawn) this.#take(this.#row);
    this.#draw(this.#row, across - BEGINS);
    return undefined;
  }

  get #mirrored() {
    return document.dir === "rtl";
  }

  get #enough() {
    return this.#drawn && this.#way >= ENOUGH;
  }

  /** @param {HTMLElement} row */
  #take(row) {
    this.#drawn = true;
    row.classList.add("message--drawn");
    row.append(this.#mark);
  }

  /** @param {HTMLElement} row @param {number} way */
  #draw(row, way) {
    const before = this.#enough;
    this.#way = way;
    row.style.setProperty("--drawn", `${follows(way) * (this.#mirrored ? -1 : 1)}px`);
    if (this.#enough === before) return;
    this.#mark.classList.toggle("swipe--enough", this.#enough);
    if (this.#enough) navigator.vibrate?.(8);
  }

  /** @param {boolean} answers */
  #end(answers) {
    const row = this.#row;
    if (row && this.#drawn) {
      row.classList.remove("message--drawn");
      row.style.removeProperty("--drawn");
      this.#mark.classList.remove("swipe--enough");
      this.#mark.remove();
    }
    this.#row = null;
    this.#drawn = false;
    this.#way = 0;
    if (row && answers) this.#answer(row);
  }
}
