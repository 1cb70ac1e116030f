/** What can be sent, as far as this device can tell before it asks the server. Pure. */

import { weight } from "./attachment-sizes.js";

/** Of one message. */
export const FILES_MOST = 10;
/** Bytes of one file, until the server says otherwise. */
const FILE_MOST = 25 * 1024 * 1024;
/** A picture may be larger before it is made smaller; beyond this no browser should try. */
const PICTURE_MOST = 100 * 1024 * 1024;
/** Pixels of the longer side: what is larger is made smaller before it is sent. */
const LONGEST_SIDE = 2560;

/** What every browser shows and the server takes as it is. */
const PLAIN = new Set(["image/jpeg", "image/png", "image/webp"]);

/** @param {string} type @returns {import("./attachments.js").Kind} */
export function kindOf(type) {
  if (/^image\/(?!svg)/.test(type)) return "picture";
  if (type.startsWith("video/")) return "video";
  return type.startsWith("audio/") ? "sound" : "file";
}

/**
 * Why a file cannot be sent; empty where it can.
 *
 * @param {{name: string, size: number, type: string}} file @param {number} [most] bytes that the server takes
 * @param {boolean} [shrunk] a picture is as small as it gets
 */
export function refusal({ name, size, type }, most = FILE_MOST, shrunk = false) {
  if (!size) return `“${name}” is empty. Choose another file.`;
  const limit = kindOf(type) === "picture" && !shrunk ? Math.max(PICTURE_MOST, most) : most;
  if (size <= limit) return "";
  return `“${name}” has ${weight(size)}; at most ${Math.round(most / 1024 / 1024)} MB can be sent. Put it where others can get it, and send a link.`;
}

/** Of what was chosen, how much still goes with the message. @template T @param {number} there @param {T[]} chosen */
export function room(there, chosen) {
  const fitting = chosen.slice(0, Math.max(0, FILES_MOST - there));
  const left = chosen.length - fitting.length;
  const [were, them] = left === 1 ? ["one was", "it"] : [`${left} were`, "them"];
  const problem = left ? `A message has at most ${FILES_MOST} files: ${were} left out. Send ${them} in another message.` : "";
  return { fitting, problem };
}

/**
 * Whether a picture is to be drawn anew before it is sent, how large, and as what; null: it goes as it is.
 *
 * What moves would stand still afterwards, and what is small enough would only lose.
 *
 * @param {{type: string, width: number, height: number, animated: boolean}} picture
 */
export function shrinking({ type, width, height, animated }) {
  if (animated || type === "image/gif") return null;
  const longest = Math.max(width, height);
  if (longest <= LONGEST_SIDE && PLAIN.has(type)) return null;
  const share = Math.min(1, LONGEST_SIDE / longest);
  return { width: Math.round(width * share), height: Math.round(height * share) };
}

/**
 * Whether a picture moves, by its first bytes: WebP says so in its head, PNG by a chunk before the data.
 *
 * @param {Uint8Array} head the first 4 KiB are enough
 */
export function moves(head) {
  const text = String.fromCharCode(...head.subarray(0, 4096));
  if (text.startsWith("RIFF") && text.slice(8, 16) === "WEBPVP8X") return Boolean(head[20] & 2);
  if (!text.startsWith("\x89PNG")) return text.startsWith("GIF8");
  const control = text.indexOf("acTL");
  const data = text.indexOf("IDAT");
  return control > 0 && (data < 0 || control < data);
}

/** The name of a picture that was drawn anew. @param {string} name @param {string} type */
export function renamed(name, type) {
  const ending = { "image/webp": "webp", "image/jpeg": "jpg", "image/png": "png" }[type];
  return ending ? `${name.replace(/\.[^.]{1,5}$/, "")}.${ending}` : name;
}
