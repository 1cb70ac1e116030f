/** The list of keys and commands, drawn from where they are declared. Loaded when first asked for. */

import { commands } from "../commands.js";
import { cloneTemplate, slot } from "../dom.js";
import { habit, setHabit } from "../habits.js";
import { SHORTCUTS, keyNames, setSingleKeys, singleKeys } from "../shortcuts.js";

/** @param {HTMLElement} root */
export function showHelp(root) {
  const dialog = /** @type {HTMLDialogElement} */ (cloneTemplate("t-help"));
  list(dialog);
  const box = /** @type {HTMLInputElement} */ (slot(dialog, "help-single"));
  box.checked = singleKeys();
  box.addEventListener("change", () => setSingleKeys(box.checked));
  for (const name of /** @type {import("../habits.js").Habit[]} */ (["lines", "manual"])) {
    const choice = /** @type {HTMLInputElement} */ (slot(dialog, `help-${name}`));
    choice.checked = habit(name);
    choice.addEventListener("change", () => {
      setHabit(name, choice.checked);
      list(dialog);
    });
  }
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());
  root.append(dialog);
  dialog.showModal();
}

/** All that there is, as it is for somebody with these habits. @param {HTMLElement} dialog */
function list(dialog) {
  const enter = /** @type {Record<string, string>} */ (habit("lines") ? { "Enter": "Mod+Enter", "Shift+Enter": "Enter" } : {});
  const parts = Object.entries(SHORTCUTS).map(([title, shortcuts]) =>
    section(title, shortcuts.map(({ keys, does }) => [keyNames((title === "Writing" && enter[keys]) || keys), does])));
  const written = commands.map(({ name, takes, does }) => /** @type {[string[], string]} */ ([[["/" + name, takes].join(" ").trim()], does]));
  slot(dialog, "help-lists")?.replaceChildren(...parts, section("Commands", written));
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
