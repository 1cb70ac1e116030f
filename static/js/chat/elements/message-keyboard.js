/** For who comes to messages by keys, or hears them. Loaded when a message first has the focus. */

import { activeIn, slot } from "../dom.js";

/** @param {HTMLElement} timeline @param {AbortSignal} signal */
export function helpAt(timeline, signal) {
  const own = ({ target }) => (target instanceof HTMLElement && target.matches(".message") ? target : null);
  timeline.addEventListener("focusin", (event) => nameRow(own(event)), { signal });
  timeline.addEventListener("focusout", (event) => own(event)?.removeAttribute("aria-label"), { signal });
  timeline.addEventListener("keydown", along, { signal });
  nameRow(own({ target: activeIn(timeline) }));
}

/** What is heard of a message as long as it has the focus: who says what, what is around it, and when. @param {HTMLElement | null} row */
function nameRow(row) {
  if (!row) return;
  const said = (/** @type {string} */ name) => (slot(row, name)?.innerText ?? "").replace(/\s+/g, " ").trim();
  const named = [...row.querySelectorAll("[data-slot=attachments] img[alt], [data-slot=reactions] [aria-label]")];
  const around = [said("attachments"), ...named.map((node) => node.getAttribute("alt") ?? node.ariaLabel), said("marks"), said("failure-text")];
  const parts = [said("quote"), said("body"), ...around, slot(row, "time")?.textContent, slot(row, "status-text")?.textContent];
  row.ariaLabel = `${slot(row, "author")?.textContent}: ${parts.filter(Boolean).join(", ")}`;
}

/** From button to button of the toolbar. @param {KeyboardEvent} event */
function along(event) {
  const { key, target } = event;
  const toolbar = target instanceof Element && target.closest("[role=toolbar]");
  if (!toolbar || !["ArrowLeft", "ArrowRight"].includes(key)) return;
  const buttons = /** @type {HTMLElement[]} */ ([...toolbar.querySelectorAll("button")]).filter((button) => button.checkVisibility());
  const step = (key === "ArrowRight") === (document.dir !== "rtl") ? 1 : -1;
  buttons.at((buttons.indexOf(/** @type {HTMLElement} */ (target)) + step) % buttons.length)?.focus();
  event.preventDefault();
}
