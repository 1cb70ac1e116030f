/** All emoji, to be looked at and found by name: beside a button, or as a sheet. Loaded when first asked for. */

import { cloneTemplate, fill, slot } from "../dom.js";
import { EMOJI } from "../emoji.js";
import { rank } from "../matching.js";
import { oftenFirst, used } from "../recent.js";
import { TONES, chooseTone, tone, toned } from "../skin.js";
import { byTouch } from "../touch.js";
import { Combobox } from "./combobox.js";

/** Where nothing is typed, what people look for most comes first, behind what they used last. */
const FIRST = ["👍", "❤️", "😂", "🎉", "😄", "😉", "😍", "🤔", "🙏", "👀", "🔥", "✅", "👋", "🙌", "💪", "😢", "😮", "🤷"];

export class EmojiPicker {
  #dialog = /** @type {HTMLDialogElement} */ (cloneTemplate("t-emoji"));
  #input = /** @type {HTMLInputElement} */ (this.#dialog.querySelector("input"));
  #combobox;
  /** @type {(emoji: string) => unknown} */
  #chosen = () => undefined;

  /** @param {HTMLElement} root @param {AbortSignal} signal */
  constructor(root, signal) {
    root.append(this.#dialog);
    const list = /** @type {HTMLElement} */ (slot(this.#dialog, "emoji"));
    this.#combobox = new Combobox(this.#input, list, { always: true, grid: true }, signal);
    this.#combobox.addEventListener("choose", (event) => this.#choose(/** @type {CustomEvent} */ (event).detail));
    this.#combobox.addEventListener("active", (event) => this.#name(/** @type {CustomEvent} */ (event).detail));
    this.#input.addEventListener("input", () => this.#show());
    this.#input.addEventListener("keydown", (event) => event.key !== "Escape" && this.#combobox.key(event));
    this.#dialog.addEventListener("click", ({ target }) => target === this.#dialog && this.#dialog.close());
    this.#tones();
  }

  /** One choice for all that have a skin, kept on this device. */
  #tones() {
    const box = /** @type {HTMLElement} */ (slot(this.#dialog, "tones"));
    for (const [name, value] of Object.entries(TONES)) {
      const label = cloneTemplate("t-tone");
      const radio = /** @type {HTMLInputElement} */ (label.querySelector("input"));
      Object.assign(radio, { value, checked: value === tone() });
      radio.setAttribute("aria-label", name);
      label.title = name;
      fill(label, "tone", toned("✋", value));
      box.append(label);
    }
    box.addEventListener("change", ({ target }) => {
      chooseTone(/** @type {HTMLInputElement} */ (target).value);
      this.#show();
    });
  }

  /** @param {Element} at the button that it opens at @param {(emoji: string) => unknown} chosen */
  open(at, chosen) {
    if (this.#dialog.open) return;
    this.#chosen = chosen;
    this.#input.value = "";
    this.#dialog.classList.toggle("menu--sheet", byTouch());
    this.#dialog.showModal();
    this.#show();
    // A keyboard would hide what there is to look at.
    if (byTouch()) this.#input.blur();
    else this.#place(at.getBoundingClientRect());
  }

  /** Above the button where there is room, as that stands at the bottom most of the time. @param {DOMRect} button */
  #place(button) {
    const { offsetWidth: width, offsetHeight: height, style } = this.#dialog;
    const above = button.top - 8 - height;
    style.top = `${above > 8 ? above : Math.max(8, Math.min(button.bottom + 8, innerHeight - height - 8))}px`;
    style.left = `${Math.min(Math.max(8, button.right - width), innerWidth - width - 8)}px`;
  }

  #show() {
    const fitting = rank([...EMOJI], this.#input.value, ([name]) => [name.replaceAll("_", " "), name]);
    /** @type {Map<string, string>} each sign once, by its first name */
    const signs = new Map();
    for (const [name, sign] of fitting) if (!signs.has(sign)) signs.set(sign, name);
    const all = [...signs.keys()];
    const order = this.#input.value.trim() ? all : oftenFirst([...new Set([...FIRST, ...all])]).filter((sign) => signs.has(sign));
    this.#combobox.show(order.map((sign) => option(toned(sign), signs.get(sign) ?? "")));
    if (!signs.size) this.#name(null);
  }

  /** @param {HTMLElement | null} chosen */
  #name(chosen) {
    // What is chosen is heard from the list itself.
    slot(this.#dialog, "emoji-name")?.setAttribute("aria-hidden", String(chosen !== null));
    fill(this.#dialog, "emoji-name", chosen ? `:${chosen.dataset.key}:` : "No emoji has this name.");
  }

  /** @param {HTMLElement} chosen */
  #choose(chosen) {
    const sign = chosen.textContent ?? "";
    this.#dialog.close();
    used(sign);
    this.#chosen(sign);
  }
}

/** @param {string} sign @param {string} name */
function option(sign, name) {
  const made = document.createElement("div");
  made.className = "picker__one";
  made.dataset.key = name;
  made.setAttribute("aria-label", name.replaceAll("_", " "));
  made.textContent = sign;
  return made;
}
