/**
 * How attachments are drawn on our own pages: pictures together, everything else below them.
 *
 * A picture that is still on its way is shown from this device. When the message is stored the element stays, and
 * changes its source only once the stored picture is there: nothing flickers, nothing moves.
 */

import { ending, look, weight } from "../attachment-sizes.js";
import { describe, minutes } from "../attachments.js";
import { cloneTemplate, fill, slot } from "../dom.js";
import { releaseUrl } from "../local-urls.js";
import { enliven, shade } from "./message-attachments.js";

/** @typedef {import("./message-attachments.js").Shown} Shown */

/** @param {HTMLElement} box @param {Shown[]} shown @param {import("../outbox.js").Entry | null} entry */
export function draw(box, shown, entry) {
  const pictures = shown.filter(({ kind }) => kind === "picture");
  const before = [...box.querySelectorAll(".picture")];
  const parts = pictures.map((each, at) => picture(each, pictures.length === 1, /** @type {HTMLElement | undefined} */ (before[at])));
  const others = shown.filter(({ kind }) => kind !== "picture").map(other);
  box.replaceChildren(...gallery(box, parts), ...others, ...progress(entry));
}

/** @param {HTMLElement} box @param {HTMLElement[]} parts */
function gallery(box, parts) {
  if (!parts.length) return [];
  const made = slot(box, "gallery") ?? document.createElement("div");
  made.className = `gallery gallery--${parts.length}`;
  made.dataset.slot = "gallery";
  made.replaceChildren(...parts);
  return [made];
}

/** @param {Shown} each @param {boolean} alone @param {HTMLElement | undefined} before where it was shown from this device */
function picture(each, alone, before) {
  const link = /** @type {HTMLAnchorElement} */ (before ?? cloneTemplate("t-picture"));
  const image = /** @type {HTMLImageElement} */ (slot(link, "image"));
  const { width, height, src, srcset, sizes } = look(each, alone);
  const { key } = link.dataset;
  link.href = each.url;
  link.dataset.attachment = each.id;
  link.classList.toggle("picture--moving", each.animated);
  if (each.key) link.dataset.key = each.key;
  Object.assign(image, { width, height, alt: each.alt || describe([each]) });
  if (key && !each.key) {
    swap(image, { src, srcset, sizes }, () => releaseUrl(key));
    delete link.dataset.key;
    return link;
  }
  Object.assign(image, { sizes, srcset, src });
  if (each.placeholder && !before) image.before(shade(each.placeholder));
  return link;
}

/** Show a stored picture in the place of the one from this device as soon as it can be drawn. @param {HTMLImageElement} image @param {{src: string, srcset: string, sizes: string}} stored @param {() => void} done */
async function swap(image, stored, done) {
  const next = Object.assign(new Image(), stored);
  // If it cannot be had now, the one from this device is as good, as long as the page is there.
  const ready = await next.decode().then(() => true, () => false);
  if (!ready) return;
  Object.assign(image, stored);
  done();
}

/** @type {Record<string, (each: Shown) => HTMLElement>} */
const OTHERS = { video: clip, sound: clip, voice, file };

/** @param {Shown} each */
function other(each) {
  const made = OTHERS[each.kind](each);
  made.dataset.attachment = each.id;
  return made;
}

/** @param {Shown} each */
function clip(each) {
  const made = cloneTemplate(`t-${each.kind}`);
  const media = /** @type {HTMLMediaElement} */ (slot(made, "media"));
  media.src = each.url;
  media.setAttribute("aria-label", each.name);
  return named(made, /** @type {HTMLElement} */ (slot(made, "link")), each);
}

/** @param {Shown} each */
function file(each) {
  const made = cloneTemplate("t-file");
  fill(made, "ending", ending(each.name));
  return named(made, made, each);
}

/** @param {HTMLElement} made @param {HTMLElement} link @param {Shown} each */
function named(made, link, { name, size, download }) {
  fill(made, "name", name);
  fill(made, "weight", weight(size));
  link.setAttribute("href", download);
  return made;
}

/** @param {Shown} each */
function voice(each) {
  const made = cloneTemplate("t-voice");
  const seconds = each.duration ?? 0;
  const time = minutes(seconds);
  Object.assign(made.dataset, { url: each.url, duration: String(seconds), waveform: JSON.stringify(each.waveform ?? []) });
  slot(made, "play")?.setAttribute("aria-label", `Play: ${describe([each])}`);
  slot(made, "wave")?.setAttribute("aria-valuemax", String(Math.round(seconds)));
  slot(made, "wave")?.setAttribute("aria-valuetext", `0:00 of ${time}`);
  fill(made, "voice-time", time);
  queueMicrotask(() => enliven(made.parentElement ?? made));
  return made;
}

/** How far it is on its way; and the way to let go of it. @param {import("../outbox.js").Entry | null} entry */
function progress(entry) {
  if (entry?.state !== "waiting") return [];
  const made = cloneTemplate("t-sending");
  /** @type {HTMLElement} */ (slot(made, "share")).dataset.keys = entry.files.map(({ key }) => key).join(" ");
  return [made];
}
