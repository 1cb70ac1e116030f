/**
 * What is sent with a message, in words and sizes. Pure; the server says and measures the same (`chat/attached.py`).
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

/** A picture alone is drawn within these (px). */
const WIDEST = 360;
const HIGHEST = 320;
/** One among others is at most so wide. */
const IN_GALLERY = 240;

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

/**
 * How large a picture is drawn that stands alone; its form is kept.
 *
 * @param {number} width @param {number} height
 */
export function fit(width, height) {
  const share = Math.min(1, WIDEST / width, HIGHEST / height);
  return { width: Math.max(1, Math.round(width * share)), height: Math.max(1, Math.round(height * share)) };
}

/**
 * The attributes of the element for a picture.
 *
 * @param {Pick<Attachment, "width" | "height" | "url" | "sources" | "animated">} picture @param {boolean} alone
 */
export function look({ width, height, url, sources, animated }, alone) {
  const drawn = width && height ? fit(width, height) : { width: WIDEST, height: HIGHEST };
  const all = animated ? [] : [...sources.filter((each) => each.width < (width ?? 0)), ...(width ? [{ width, url }] : [])];
  return {
    ...drawn,
    src: all.find((each) => each.width >= drawn.width)?.url ?? url,
    srcset: all.length > 1 ? all.map((each) => `${each.url} ${each.width}w`).join(", ") : "",
    sizes: all.length > 1 ? `${alone ? drawn.width : IN_GALLERY}px` : "",
  };
}

/** "0:12", "4:59". @param {number} seconds */
export function minutes(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** "640 B", "12 KB", "3.4 MB". @param {number} bytes */
export function weight(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 999_500) return `${Math.round(bytes / 1000)} KB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** The last part of a name, for its picture: "PDF"; "FILE" where there is none. @param {string} name */
export function ending(name) {
  return /\.([a-z\d]{1,5})$/i.exec(name)?.[1].toUpperCase() ?? "FILE";
}
