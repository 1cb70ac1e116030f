/**
 * What is sent with a message, in words. Pure; the server says the same (`chat/attached.py`).
 */

/**
 * @typedef {"picture" | "video" | "sound" | "voice" | "file"} Kind
 *
 * @typedef {object} Attachment
 * @property {string} id
 * @property {Kind} kind
 * @property {string} name
 * @property {string} type
 * @property {number} size bytes
 * @property {string} alt
 * @property {number | null} width
 * @property {number | null} height
 * @property {boolean} animated
 * @property {string | null} placeholder
 * @property {string} url
 * @property {string} download
 * @property {{width: number, url: string}[]} sources the smallest first
 * @property {number | null} duration seconds
 * @property {number[] | null} waveform 0 to 255
 * @property {number[]} played who has heard it
 */

/** @type {Record<Kind, [string, string]>} */
const WORDS = {
  picture: ["Photo", "photos"],
  video: ["Video", "videos"],
  sound: ["Sound", "sounds"],
  voice: ["Voice message", "voice messages"],
  file: ["File", "files"],
};

/**
 * What is attached, in a few words: "Photo", "3 photos", "Voice message, 0:12", "plan.pdf", "2 files".
 *
 * @param {Pick<Attachment, "kind" | "name" | "animated" | "duration">[]} attachments
 */
export function describe(attachments) {
  if (!attachments.length) return "";
  const [{ kind, name, animated, duration }] = attachments;
  if (attachments.length > 1) {
    const same = attachments.every((each) => each.kind === kind);
    return `${attachments.length} ${WORDS[same ? kind : "file"][1]}`;
  }
  if (kind === "file") return name;
  if (animated) return "GIF";
  return kind === "voice" && duration !== null ? `${WORDS.voice[0]}, ${minutes(duration)}` : WORDS[kind][0];
}

/** "0:12", "4:59". @param {number} seconds */
export function minutes(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
