/** The list of keys and commands, drawn from where they are declared. Loaded when first asked for. */

import { commands } from "../commands.js";
import { cloneTemplate, slot } from "../dom.js";
import { SHORTCUTS, keyNames, setSingleKeys, singleKeys } from "../shortcuts.js";

/** @param {HTMLElement} root */
export function showHelp(root) {
  const dialog = /** @type {HTMLDialogElement} */ (cloneTemplate("t-help"));
  const lists = /** @type {HTMLElement} */ (slot(dialog, "help-lists"));
  for (const [title, shortcuts] of Object.entries(SHORTCUTS)) {
    lists.append(section(title, shortcuts.map(({ keys, does }) => [keyNames(keys), does])));
  }
  lists.append(section("Commands", commands.map(({ name, takes, does }) => [[`/${name}${takes ? ` ${takes}` : ""}`], does])));
  const box = /** @type {HTMLInputElement} */ (slot(dialog, "help-single"));
  box.checked = singleKeys();
  box.addEventListener("change", () => setSingleKeys(box.checked));
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());
  root.append(dialog);
  dialog.showModal();
}

/** @param {string} title @param {[string[], string][]} rows keys, and what they do */
function section(title, rows) {
  const part = document.createElement("section");
  const heading = document.createElement("h3");
  heading.className = "help__title";
  heading.textContent = title;
  const list = document.createElement("dl");
  list.className = "help__list";
  for (const [keys, does] of rows) {
    const term = document.createElement("dt");
    term.append(...keys.map((key) => Object.assign(document.createElement("kbd"), { className: "key", textContent: key })));
    list.append(term, Object.assign(document.createElement("dd"), { textContent: does }));
  }
  part.append(heading, list);
  return part;
}
