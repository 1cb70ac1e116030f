/** Voice messages: what is recorded, in which format, and how loud it was. Pure. */

import { uuid4 } from "./uuid.js";

/** Seconds of one message. */
export const LONGEST = 300;
/** Values of a wave form as it is sent. */
const VALUES = 100;
/** What the server takes, the best first. */
const TYPES = ["audio/webm;codecs=opus", "audio/ogg;codecs=opus", "audio/mp4"];

/** @param {(type: string) => boolean} supported @returns {string | undefined} */
export function recordedType(supported) {
  return TYPES.find(supported);
}

/** How loud a moment was, 0 to 1. @param {Uint8Array} samples around 128 */
export function level(samples) {
  let sum = 0;
  for (const sample of samples) sum += ((sample - 128) / 128) ** 2;
  return Math.min(1, Math.sqrt(sum / samples.length) * 3);
}

/** The wave form of a recording: the loudest of each stretch, 0 to 255. @param {number[]} levels 0 to 1 @param {number} [most] */
export function waveformOf(levels, most = VALUES) {
  return stretches(levels, Math.min(most, levels.length)).map((loudest) => Math.round(loudest * 255));
}

/** The loudest of each of so many stretches. @param {number[]} values @param {number} count */
export function stretches(values, count) {
  return Array.from({ length: count }, (_, at) => {
    const from = Math.floor((at * values.length) / count);
    const to = Math.max(from + 1, Math.floor(((at + 1) * values.length) / count));
    return Math.max(0, ...values.slice(from, to));
  });
}

/** The bars of a wave form as the path of an SVG, 4 wide and 32 high each. @param {number[]} waveform @param {number} count */
export function bars(waveform, count) {
  const heights = stretches(waveform.length ? waveform : [0], count).map((value) => Math.max(2, Math.round((value / 255) * 28)));
  return heights.map((height, at) => `M${at * 4 + 2} ${16 - height / 2}v${height}`).join("");
}

/**
 * Where a key takes the position of a player, in seconds; null: nowhere.
 *
 * @param {string} key @param {number} now @param {number} duration
 */
export function seek(key, now, duration) {
  const steps = /** @type {Record<string, number>} */ ({ ArrowRight: 2, ArrowUp: 2, ArrowLeft: -2, ArrowDown: -2, PageUp: 10, PageDown: -10, Home: -Infinity, End: Infinity });
  return key in steps ? Math.min(duration, Math.max(0, now + steps[key])) : null;
}

/**
 * A recording as a file of a message.
 *
 * @param {Blob} blob @param {{duration: number, waveform: number[]}} sound
 * @returns {import("./uploads.js").Sending}
 */
export function voiceFile(blob, { duration, waveform }) {
  const ending = blob.type.includes("mp4") ? "m4a" : blob.type.includes("ogg") ? "ogg" : "webm";
  const known = { kind: /** @type {const} */ ("voice"), name: `voice-message.${ending}`, type: blob.type, size: blob.size };
  return { ...known, key: uuid4(), alt: "", blob, width: null, height: null, duration, waveform };
}
