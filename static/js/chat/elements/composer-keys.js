/** What keys and the clipboard mean to somebody who writes: marking text up, putting a link behind words. */

import { insertText } from "../text-input.js";
import { composes } from "../writing-keys.js";

/** Marks by key, with Ctrl or ⌘. @type {Record<string, string>} */
const MARKS = { b: "**", i: "_", e: "`" };
const ADDRESS = /^https?:\/\/\S+$/;

/** Mark what is selected as strong, emphasised or code. @param {HTMLTextAreaElement} area @param {KeyboardEvent} event @returns {boolean} whether it did */
export function format(area, event) {
  const { ctrlKey, metaKey, altKey, shiftKey, key } = event;
  const mark = shiftKey ? key.toLowerCase() === "c" && "`" : MARKS[key.toLowerCase()];
  if (!(ctrlKey || metaKey) || altKey || !mark || composes(event)) return false;
  const { selectionStart: start, selectionEnd: end, value } = area;
  const text = value.slice(start, end);
  const marked = value.slice(start - mark.length, start) === mark && value.slice(end, end + mark.length) === mark;
  if (marked) insertText(area, text, start - mark.length, end + mark.length);
  else insertText(area, mark + text + mark, start, end);
  const from = marked ? start - mark.length : start + mark.length;
  area.setSelectionRange(from, from + text.length);
  return true;
}

/** An address that is pasted over words becomes their link. @param {HTMLTextAreaElement} area @param {ClipboardEvent} event @returns {boolean} whether it did */
export function pasteLink(area, { clipboardData }) {
  const address = clipboardData?.getData("text/plain").trim() ?? "";
  const text = area.value.slice(area.selectionStart, area.selectionEnd);
  if (!text.trim() || text.includes("\n") || ADDRESS.test(text) || !ADDRESS.test(address)) return false;
  insertText(area, `[${text.replace(/[\\[\]]/g, "\\$&")}](${address.replaceAll("(", "%28").replaceAll(")", "%29")})`);
  return true;
}
