/** How large attachments are, to look at and to load. Pure; the server measures the same (`chat/attached.py`). */

/** @typedef {import("./attachments.js").Attachment} Attachment */

/** A picture alone is drawn within these (px). */
const WIDEST = 360;
const HIGHEST = 320;
/** One among others is at most so wide. */
const IN_GALLERY = 240;

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
