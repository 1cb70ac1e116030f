/** Changing what stands in a text field so that the browser can undo it. */

/**
 * @param {HTMLTextAreaElement | HTMLInputElement} field @param {string} text
 * @param {number} [start] @param {number} [end] what it replaces; the selection unless given
 */
export function insertText(field, text, start = field.selectionStart ?? 0, end = field.selectionEnd ?? start) {
  field.focus({ preventScroll: true });
  field.setSelectionRange(start, end);
  // The only way in that the browser can undo. Where it is gone, the text goes in all the same.
  if (document.execCommand("insertText", false, text)) return;
  field.setRangeText(text, start, end, "end");
  field.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertText", data: text }));
}
