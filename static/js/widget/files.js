/**
 * What the team sends, as visitors get it: thumbnails, and files to keep.
 *
 * No address of these opens anything: each is asked for with the token of the visit, whenever it is shown or kept. So it
 * is drawn on a canvas, and the policy of the page need allow no pictures of ours.
 */

import { ending, fit, weight } from "../chat/attachment-sizes.js";
import { describe } from "../chat/attachments.js";
import { fill, slot } from "../chat/dom.js";
import { on } from "../chat/events.js";
import { Failure } from "../chat/failure.js";

/** A file of many megabytes on a slow line. */
const PATIENCE = 600_000;
/** Browsers have begun to keep a file by then. */
const KEPT_AFTER = 60_000;

/** @typedef {import("../chat/attachments.js").Attachment} Attachment */

/** @typedef {(template: string) => HTMLElement} Clone of the templates, which the panel has */

/** Draw what is attached to a message, and tell the panel. @param {HTMLElement} box @param {Attachment[]} shown @param {Clone} clone */
export function drawAttached(box, shown, clone) {
  const pictures = shown.filter(({ kind }) => kind === "picture");
  const gallery = document.createElement("div");
  gallery.className = `gallery gallery--${pictures.length}`;
  gallery.append(...pictures.map((each) => picture(each, clone)));
  const others = shown.filter(({ kind }) => kind !== "picture").map((each) => file(each, clone));
  box.replaceChildren(...(pictures.length ? [gallery] : []), ...others);
  box.dispatchEvent(new Event("attached", { bubbles: true }));
}

/** @param {Attachment} each @param {Clone} clone */
function picture(each, clone) {
  const made = saver(clone("t-widget-picture"), each);
  const canvas = /** @type {HTMLCanvasElement} */ (slot(made, "image"));
  const { width, height } = fit(each.width ?? 360, each.height ?? 320);
  const sharp = each.sources.find((source) => source.width >= width * devicePixelRatio);
  canvas.style.inlineSize = `${width}px`;
  canvas.style.aspectRatio = `${width} / ${height}`;
  made.dataset.width = sharp && !each.animated ? String(sharp.width) : "";
  made.classList.toggle("picture--moving", each.animated);
  made.setAttribute("aria-label", `${each.alt || describe([each])}, enlarge`);
  return made;
}

/** @param {Attachment} each @param {Clone} clone */
function file(each, clone) {
  const made = saver(clone("t-widget-file"), each);
  fill(made, "ending", ending(each.name));
  fill(made, "name", each.name);
  fill(made, "weight", weight(each.size));
  return made;
}

/** @param {HTMLElement} made @param {Attachment} each */
function saver(made, { id, name }) {
  Object.assign(made.dataset, { attachment: id, name });
  return made;
}

export class Files {
  #api;
  #where;
  #signal;
  #timeline;
  #near;

  /** @param {HTMLElement} panel @param {import("../chat/client.js").Client} client @param {boolean} visiting visitors have a door of their own @param {AbortSignal} signal */
  constructor(panel, client, visiting, signal) {
    this.#api = client.api;
    this.#where = visiting ? "media/" : "../media/";
    this.#signal = signal;
    this.#timeline = /** @type {HTMLElement} */ (slot(panel, "timeline"));
    const seen = (/** @type {IntersectionObserverEntry[]} */ entries) => {
      for (const { isIntersecting, target } of entries) if (isIntersecting) this.#show(/** @type {HTMLElement} */ (target));
    };
    this.#near = new IntersectionObserver(seen, { root: slot(panel, "log"), rootMargin: "400px" });
    on(client.transport, "state", () => client.transport.online && this.find(), signal);
    signal.addEventListener("abort", () => this.#near.disconnect());
  }

  /** Bring a file to where the browser keeps what it downloads. @param {HTMLElement} button @throws {Failure} */
  async save(button) {
    if (button.hasAttribute("aria-busy")) return;
    button.setAttribute("aria-busy", "true");
    try {
      const { attachment = "", name = "" } = button.dataset;
      // Whatever it is, it is opened by nobody on this page.
      const kept = (await this.#fetch(attachment)).slice(0, undefined, "application/octet-stream");
      const href = URL.createObjectURL(kept);
      Object.assign(document.createElement("a"), { href, download: name }).click();
      const timer = setTimeout(() => URL.revokeObjectURL(href), KEPT_AFTER);
      this.#signal.addEventListener("abort", () => clearTimeout(timer));
    } finally {
      button.removeAttribute("aria-busy");
    }
  }

  /** @param {string} id @param {string} [width] where a small one will do @returns {Promise<ImageBitmap>} @throws {Failure} */
  async picture(id, width) {
    return createImageBitmap(await this.#fetch(id, width));
  }

  /** @param {string} id @param {string} [width] of a picture @returns {Promise<Blob>} @throws {Failure} */
  async #fetch(id, width) {
    const path = width ? `${id}/${width}` : id;
    const response = await this.#api.answer("GET", `${this.#where}${path}/`, undefined, { timeout: PATIENCE });
    return response.blob().catch(() => Promise.reject(new Failure("closed")));
  }

  /** Look out for pictures that are not drawn yet. */
  find() {
    for (const each of this.#timeline.querySelectorAll(".picture:not([data-drawn])")) {
      this.#near.unobserve(each);
      this.#near.observe(each);
    }
  }

  /** @param {HTMLElement} button */
  async #show(button) {
    this.#near.unobserve(button);
    if (button.dataset.drawn !== undefined) return;
    button.dataset.drawn = "";
    try {
      const { attachment = "", width = "" } = button.dataset;
      const bitmap = await this.picture(attachment, width);
      const canvas = /** @type {HTMLCanvasElement} */ (slot(button, "image"));
      Object.assign(canvas, { width: bitmap.width, height: bitmap.height });
      canvas.getContext("2d")?.drawImage(bitmap, 0, 0);
      bitmap.close();
      button.dataset.drawn = "yes";
    } catch (error) {
      // What cannot be had now is tried again when something changes; what is gone stays a grey field with its words.
      if (Failure.from(error).passing) delete button.dataset.drawn;
    }
  }
}
