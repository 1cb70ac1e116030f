/**
 * Pictures of a conversation in full size, one after the other: by arrow keys, by swiping, enlarged and moved.
 *
 * How a picture is drawn depends on the page: on ours by `page-lightbox.js`, on those of others by the widget.
 */

import { describe } from "../attachments.js";
import { cover } from "../attention.js";
import { activeIn, cloneTemplate, fill, slot } from "../dom.js";
import { WHOLE, moved, swipe, zoomed } from "../panning.js";

const STEP = 1.5;
const PAN = 60;

/**
 * @typedef {import("../attachments.js").Attachment} Attachment
 * @typedef {{attachment: Attachment, who: string}} Shown
 *
 * @typedef {object} Surface what pictures are drawn on
 * @property {HTMLElement} element
 * @property {(picture: Attachment) => void} show at once what is known of it, and the whole as soon as it is there
 * @property {() => void} clear
 */

/** @type {Record<string, string>} */
const KEYS = { "+": "in", "=": "in", "-": "out", 0: "whole", PageUp: "back", PageDown: "forth", Home: "first", End: "last" };

export class Lightbox {
  #dialog = /** @type {HTMLDialogElement} */ (cloneTemplate("t-lightbox"));
  #stage = /** @type {HTMLElement} */ (slot(this.#dialog, "stage"));
  #surface;
  #image;
  #entered;
  #left;
  /** @type {Shown[]} */
  #pictures = [];
  #at = 0;
  #view = WHOLE;
  /** @type {Map<number, {x: number, y: number}>} fingers on the stage */
  #fingers = new Map();
  #travelled = { x: 0, y: 0 };
  /** @type {HTMLElement | null} */
  #opener = null;

  /**
   * @param {HTMLElement} root
   * @param {object} parts
   * @param {(dialog: HTMLElement) => Surface} parts.surface
   * @param {(close: () => void) => void} [parts.entered] it is open
   * @param {() => void} [parts.left] it is closed
   */
  constructor(root, { surface, entered = () => undefined, left = () => undefined }) {
    this.#surface = surface(this.#dialog);
    this.#image = this.#surface.element;
    this.#entered = entered;
    this.#left = left;
    root.append(this.#dialog);
    this.#dialog.addEventListener("click", (event) => this.#click(event));
    this.#dialog.addEventListener("keydown", (event) => this.#key(event));
    this.#dialog.addEventListener("close", () => this.#closed());
    this.#stage.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    this.#stage.addEventListener("dblclick", (event) => this.#look(this.#view.scale > 1 ? WHOLE : zoomed(this.#view, 3, this.#from(event))));
    this.#stage.addEventListener("pointerdown", (event) => this.#down(event));
    this.#stage.addEventListener("pointermove", (event) => this.#move(event));
    for (const type of ["pointerup", "pointercancel"]) this.#stage.addEventListener(type, (event) => this.#up(/** @type {PointerEvent} */ (event)));
  }

  /** @param {import("../log.js").Message[]} messages whose pictures are shown @param {HTMLElement} opener the picture in the timeline that comes first */
  open(messages, opener) {
    this.#pictures = picturesOf(messages);
    const at = this.#pictures.findIndex(({ attachment }) => attachment.id === opener.dataset.attachment);
    if (at < 0) return;
    this.#opener = opener;
    this.#dialog.showModal();
    cover(this.#dialog);
    this.#entered(() => this.#dialog.open && this.#dialog.close());
    this.#show(at);
  }

  /** @param {number} at */
  #show(at) {
    this.#at = Math.min(this.#pictures.length - 1, Math.max(0, at));
    const { attachment, who } = this.#pictures[this.#at];
    const { alt } = attachment;
    this.#look(WHOLE);
    this.#surface.show(attachment);
    const place = this.#pictures.length > 1 ? `${this.#at + 1} of ${this.#pictures.length}` : "";
    fill(this.#dialog, "lightbox-who", who);
    fill(this.#dialog, "lightbox-place", place);
    fill(this.#dialog, "lightbox-caption", alt);
    fill(this.#dialog, "lightbox-say", [place, alt || describe([attachment]), `by ${who}`].filter(Boolean).join(", "));
    for (const [name, there] of [["back", this.#at > 0], ["forth", this.#at < this.#pictures.length - 1]]) {
      /** @type {HTMLButtonElement} */ (this.#dialog.querySelector(`[data-light=${name}]`)).hidden = !there;
    }
    if (!this.#dialog.contains(activeIn(this.#dialog))) this.#dialog.focus();
  }

  /** @param {string} name */
  #act(name) {
    const acts = /** @type {Record<string, () => void>} */ ({
      in: () => this.#look(zoomed(this.#view, STEP)),
      out: () => this.#look(zoomed(this.#view, 1 / STEP)),
      whole: () => this.#look(WHOLE),
      back: () => this.#show(this.#at - 1),
      forth: () => this.#show(this.#at + 1),
      first: () => this.#show(0),
      last: () => this.#show(Infinity),
      close: () => this.#dialog.close(),
    });
    acts[name]?.();
  }

  /** @param {Event} event */
  #click({ target }) {
    const button = /** @type {Element} */ (target).closest("[data-light]");
    if (button instanceof HTMLElement) this.#act(button.dataset.light ?? "");
    else if (target === this.#stage && !this.#travelled.x && !this.#travelled.y) this.#dialog.close();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const { key, ctrlKey, metaKey, altKey } = event;
    if (ctrlKey || metaKey || altKey) return;
    const way = /** @type {Record<string, [number, number]>} */ ({ ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] })[key];
    if (way && this.#view.scale > 1) this.#pan(way[0] * PAN, way[1] * PAN);
    else if (key === "ArrowLeft" || key === "ArrowRight") this.#act((key === "ArrowLeft") === (document.dir !== "rtl") ? "back" : "forth");
    else if (key in KEYS) this.#act(KEYS[key]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {WheelEvent} event */
  #wheel(event) {
    event.preventDefault();
    this.#look(zoomed(this.#view, event.deltaY < 0 ? 1.15 : 1 / 1.15, this.#from(event)));
  }

  /** @param {PointerEvent} event */
  #down(event) {
    if (event.button) return;
    this.#stage.setPointerCapture(event.pointerId);
    if (!this.#fingers.size) this.#travelled = { x: 0, y: 0 };
    this.#fingers.set(event.pointerId, this.#from(event));
  }

  /** @param {PointerEvent} event */
  #move(event) {
    const before = this.#fingers.get(event.pointerId);
    if (!before) return;
    const now = this.#from(event);
    const [dx, dy] = [now.x - before.x, now.y - before.y];
    const other = [...this.#fingers].find(([id]) => id !== event.pointerId)?.[1];
    this.#fingers.set(event.pointerId, now);
    if (other) {
      const [was, is] = [before, now].map(({ x, y }) => Math.hypot(x - other.x, y - other.y));
      return this.#look(zoomed(this.#view, is / (was || 1), { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 }));
    }
    this.#travelled = { x: this.#travelled.x + dx, y: this.#travelled.y + dy };
    if (this.#view.scale > 1) this.#pan(dx, dy);
  }

  /** @param {PointerEvent} event */
  #up({ pointerId, pointerType, type }) {
    const { x, y } = this.#travelled;
    const last = this.#fingers.delete(pointerId) && !this.#fingers.size;
    if (!last || type === "pointercancel" || pointerType === "mouse" || this.#view.scale > 1) return;
    const meant = swipe(document.dir === "rtl" ? -x : x, y);
    if (meant === "close") this.#dialog.close();
    else if (meant === "back" ? this.#at > 0 : meant && this.#at < this.#pictures.length - 1) this.#act(/** @type {string} */ (meant));
  }

  /** @param {number} dx @param {number} dy */
  #pan(dx, dy) {
    this.#look(this.#view, dx, dy);
  }

  /** @param {import("../panning.js").View} view @param {number} [dx] @param {number} [dy] */
  #look(view, dx = 0, dy = 0) {
    const image = { width: this.#image.offsetWidth, height: this.#image.offsetHeight };
    const stage = { width: this.#stage.clientWidth, height: this.#stage.clientHeight };
    this.#view = view.scale > 1 ? moved(view, dx, dy, image, stage) : WHOLE;
    const { scale, x, y } = this.#view;
    this.#image.style.transform = scale === 1 ? "" : `translate(${x}px, ${y}px) scale(${scale})`;
    this.#dialog.classList.toggle("lightbox--near", scale > 1);
  }

  /** Where something is, from the middle of the stage. @param {{clientX: number, clientY: number}} event */
  #from({ clientX, clientY }) {
    const { left, top, width, height } = this.#stage.getBoundingClientRect();
    return { x: clientX - left - width / 2, y: clientY - top - height / 2 };
  }

  #closed() {
    cover(this.#dialog);
    this.#fingers.clear();
    this.#surface.clear();
    this.#left();
    this.#opener?.focus({ preventScroll: true });
  }
}

/** In their order, with who has sent them. @param {import("../log.js").Message[]} messages @returns {Shown[]} */
function picturesOf(messages) {
  return messages.filter(({ deleted_at }) => !deleted_at).flatMap(({ attachments, author }) =>
    attachments.filter(({ kind }) => kind === "picture").map((attachment) => ({ attachment, who: author.full_name })));
}
