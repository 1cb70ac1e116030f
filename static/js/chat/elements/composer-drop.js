/** What comes from elsewhere: dragged onto a room, which takes it all over and says so while it hovers, or pasted. */

import { insertText } from "../text-input.js";
import { pasteLink } from "./composer-keys.js";

/**
 * @param {HTMLElement} main @param {HTMLTextAreaElement} area where text goes
 * @param {(files: File[]) => void} take
 * @param {AbortSignal} signal
 */
export function watchDrops(main, area, take, signal) {
  const offer = (/** @type {DragEvent} */ event) => {
    const types = event.dataTransfer?.types ?? [];
    const own = event.target === area && !types.includes("Files"); // the browser knows where in the text
    if (own || !area.checkVisibility() || !(types.includes("Files") || types.includes("text/plain"))) return false;
    event.preventDefault();
    return true;
  };
  const over = (/** @type {DragEvent} */ event) => {
    const taken = offer(event);
    main.classList.toggle("room--dropping", taken);
    main.classList.toggle("room--files", taken && Boolean(event.dataTransfer?.types.includes("Files")));
  };
  const end = () => main.classList.remove("room--dropping", "room--files");
  const drop = (/** @type {DragEvent} */ event) => {
    end();
    if (!offer(event) || !event.dataTransfer) return;
    const files = [...event.dataTransfer.files];
    if (files.length) return void take(files);
    const text = event.dataTransfer.getData("text/plain");
    if (text) insertText(area, text);
  };
  main.addEventListener("dragover", over, { signal });
  main.addEventListener("drop", drop, { signal });
  main.addEventListener("dragleave", ({ relatedTarget }) => main.contains(/** @type {Node | null} */ (relatedTarget)) || end(), { signal });
}

/**
 * Files that are pasted where somebody writes. Of what is text as well, as from a spreadsheet, the text is meant.
 *
 * @param {HTMLTextAreaElement} area @param {(files: File[]) => void} take @param {AbortSignal} signal
 */
export function watchPastes(area, take, signal) {
  const paste = (/** @type {ClipboardEvent} */ event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    const text = event.clipboardData?.types.includes("text/plain");
    if (files.length && !text) take(files);
    if ((files.length && !text) || pasteLink(area, event)) event.preventDefault();
  };
  area.addEventListener("paste", paste, { signal });
}
