/** What is attached to a message, on the page: drawn anew where it has changed, and how far it is on its way. */

import { localUrl } from "../local-urls.js";

/**
 * @typedef {import("../attachments.js").Attachment & {key?: string}} Shown key: of one that is on its way
 * @typedef {import("../uploads.js").Sending} Sending
 */

/** @type {WeakMap<Element, string>} what a box shows now */
const versions = new WeakMap();

/** How it is drawn: on our own pages by `attachment-drawing.js`, on pages of others, which show none of our pictures, by the widget. @type {(box: HTMLElement, shown: Shown[], entry: import("../outbox.js").Entry | null) => void} */
let way = () => undefined;

/** @param {typeof way} other */
export function drawWith(other) {
  way = other;
}

/**
 * @param {HTMLElement} row @param {import("../timeline.js").MessageItem} item
 * @param {HTMLElement | null} box the part of the row for it, if there is anything
 * @param {number} me
 */
export function fillAttachments(row, { message, entry, mine }, box, me) {
  row.classList.toggle("message--bare", Boolean(box) && !(message ?? entry).body.trim());
  if (!box) return;
  const shown = message ? message.attachments : entry.files.map(local);
  const version = JSON.stringify([...shown.map(({ id, key, alt, url }) => [id, key, alt, url]), entry?.state]);
  if (versions.get(box) !== version) way(box, shown, entry);
  versions.set(box, version);
  for (const each of shown) if (each.kind === "voice") hear(box, each, mine ? each.played.length > 0 : each.played.includes(me), mine);
}

/** Whether it was heard: by us, or what is ours by anybody. @param {HTMLElement} box @param {Shown} each @param {boolean} heard @param {boolean} mine */
function hear(box, { id }, heard, mine) {
  const found = /** @type {HTMLElement | null} */ (box.querySelector(`[data-slot=voice][data-attachment="${id}"]`));
  if (!found) return;
  found.classList.toggle("voice--new", !heard && !mine);
  found.classList.toggle("voice--heard", heard && mine);
}

/** The server has drawn a message like this: it is not drawn again. @param {HTMLElement} box @param {Shown[]} attachments */
export function adoptAttachments(box, attachments) {
  versions.set(box, JSON.stringify([...attachments.map(({ id, key, alt, url }) => [id, key, alt, url]), undefined]));
  enliven(box);
}

/** A few pixels, until the picture is there. @param {string} src */
export function shade(src) {
  return Object.assign(document.createElement("img"), { className: "picture__before", alt: "", src });
}

/** Let what has been recorded be heard; the player comes with the first of it. @param {ParentNode} box */
export async function enliven(box) {
  const found = /** @type {HTMLElement[]} */ ([...box.querySelectorAll("[data-slot=voice]")]);
  if (!found.length) return;
  const player = await import("./voice-player.js").catch(() => null);
  if (player) found.forEach(player.enliven);
}

/** How much of each file on its way has left. @type {Map<string, number>} */
const shares = new Map();

/** @param {HTMLElement} timeline @param {{key: string, share: number}} progress */
export function showShare(timeline, { key, share }) {
  shares.set(key, share);
  const bar = /** @type {HTMLProgressElement | null} */ (timeline.querySelector(`[data-slot=share][data-keys~="${key}"]`));
  const keys = bar?.dataset.keys?.split(" ") ?? [];
  if (bar) bar.value = keys.reduce((sum, each) => sum + (shares.get(each) ?? 0), 0) / keys.length;
}

/** A file as an attachment, from what this device has of it. @param {Sending} file @returns {Shown} */
function local({ key, id, attachment, blob, name, type, size, kind, alt, width, height, duration, waveform }) {
  const url = blob ? localUrl(key, blob) : (attachment?.url ?? "");
  const known = { id: id ?? "", key, name, type, size, kind, alt, width, height, duration, waveform, url };
  return { animated: type === "image/gif", placeholder: null, sources: [], download: url, played: [], ...known };
}
