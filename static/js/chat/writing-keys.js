/** What keys are for while somebody writes, here and in the widget: the input method has some, and one sends. */

/** Whether somebody is composing a character (Chinese, Japanese, dead keys): its keys belong to the input method. @param {KeyboardEvent} event */
export function composes(event) {
  // 229 is what Safari reports for the Enter that ends a composition, after isComposing is false again.
  return event.isComposing || event.keyCode === 229;
}

/**
 * Whether a key sends: Enter, and with Shift it begins a line. Where one types with thumbs, and for who wants it so,
 * Enter begins a line, and Ctrl or ⌘ with it sends.
 *
 * @param {KeyboardEvent} event @param {boolean} linesByEnter
 */
export function sends(event, linesByEnter) {
  if (event.key !== "Enter" || composes(event) || event.shiftKey || event.altKey) return false;
  return !linesByEnter || event.ctrlKey || event.metaKey;
}
