/** The picture of a person or a room: which part of it is shown is chosen before it is sent. Loaded where there is one. */

import { Api } from "../api.js";
import { fill, slot } from "../dom.js";
import { Failure } from "../failure.js";
import { shrink } from "../shrink.js";
import { crop } from "./cropper.js";

const BASE = "/api/";
/** Milliseconds for a large picture on a slow line. */
const PATIENCE = 120_000;

/** @param {HTMLFormElement} form which sends a file as it is, where there is no script */
export function enlivenPortrait(form) {
  const input = /** @type {HTMLInputElement} */ (form.elements.namedItem("file"));
  const save = slot(form, "portrait-save");
  if (save) save.hidden = true;
  input.addEventListener("change", async () => {
    const [file] = input.files ?? [];
    if (!file) return;
    fill(form, "portrait-problem", "");
    input.disabled = true;
    try {
      if (await send(form, file)) location.reload();
    } catch (error) {
      const { detail } = Failure.from(error);
      fill(form, "portrait-problem", detail || "The picture could not be sent. Try again when you are back online.");
    } finally {
      input.disabled = false;
      input.value = "";
    }
  });
}

/** @param {HTMLFormElement} form @param {File} file @returns {Promise<boolean>} whether it was not given up */
async function send(form, file) {
  const smaller = await shrink(file);
  const blob = smaller?.blob ?? file;
  const dialog = /** @type {HTMLDialogElement} */ (slot(document, "cropper"));
  const square = await crop(dialog, blob);
  if (square === null) return false;
  const data = new FormData();
  data.append("file", blob, smaller?.name ?? file.name);
  for (const [name, value] of Object.entries(square ?? {})) data.append(name, String(value));
  const path = (form.dataset.path ?? "").slice(BASE.length);
  await new Api(BASE).call("PUT", path, data, { timeout: PATIENCE });
  return true;
}
