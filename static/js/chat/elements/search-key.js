/** The key of search, "/": from anywhere but a field into the one on this page, or the one above the conversations. */

/** @param {HTMLElement} root @param {AbortSignal} signal */
export function watchSearchKey(root, signal) {
  addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const target = /** @type {Element} */ (event.target);
    if (target.closest("input, textarea, select, [contenteditable], dialog")) return;
    const fields = /** @type {HTMLInputElement[]} */ ([...root.querySelectorAll("[data-slot=search]")]);
    const field = fields.filter((each) => each.checkVisibility()).pop();
    if (!field) return;
    event.preventDefault();
    field.select();
  }, { signal });
}
