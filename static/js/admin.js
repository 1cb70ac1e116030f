/** What scripts that are not ours leave without a name in the admin: boxes to choose from a long list, and hints. */

/** @param {Element} box of select2, which stands behind what it takes the place of */
function nameBox(box) {
  const label = /** @type {HTMLSelectElement | null} */ (box.parentElement?.querySelector("select.admin-autocomplete"))?.labels[0];
  if (!label) return;
  label.id ||= `${label.htmlFor}_label`;
  const value = box.querySelector(".select2-selection__rendered");
  for (const part of box.querySelectorAll(".select2-selection__rendered, .select2-search__field")) part.setAttribute("aria-labelledby", label.id);
  box.querySelector(".select2-selection--single")?.setAttribute("aria-labelledby", `${label.id} ${value?.id}`);
}

function nameAll() {
  document.querySelectorAll(".select2-container").forEach(nameBox);
  for (const hint of document.querySelectorAll("span.help-tooltip[aria-label]")) hint.setAttribute("role", "img");
}

// Theirs run when the page is loaded, or when jQuery says so, in the order in which they asked.
addEventListener("load", () => /** @type {any} */ (globalThis).django?.jQuery?.(nameAll));
