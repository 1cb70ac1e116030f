/** One file to the server, with its progress, which `fetch` does not tell. Loaded when the first file is chosen. */

import { csrfToken, failureOf } from "./api.js";
import { Failure } from "./failure.js";

/** Milliseconds without a byte, and then for the server to look at what it has. */
const STALLED = 60_000;

/**
 * @param {import("./api.js").Api} api
 * @param {import("./uploads.js").Sending} file
 * @param {{progress: (share: number) => void, signal: AbortSignal}} how
 * @returns {Promise<import("./attachments.js").Attachment>}
 * @throws {Failure}
 */
export async function upload(api, file, how) {
  let answer = await post(api.path("uploads/"), form(file), how);
  if (answer.status === 401) {
    await api.renew();
    answer = await post(api.path("uploads/"), form(file), how);
  }
  const response = new Response(answer.text, { status: answer.status, headers: answer.headers });
  if (!response.ok) throw await failureOf(response);
  return response.json();
}

/** @param {import("./uploads.js").Sending} file */
function form({ blob, name, alt, kind, duration, waveform }) {
  const data = new FormData();
  data.append("file", /** @type {Blob} */ (blob), name);
  if (alt) data.append("alt", alt);
  if (kind !== "voice") return data;
  data.append("voice", "true");
  data.append("duration", String(duration));
  data.append("waveform", JSON.stringify(waveform));
  return data;
}

/**
 * @param {string} url @param {FormData} data @param {{progress: (share: number) => void, signal: AbortSignal}} how
 * @returns {Promise<{status: number, text: string, headers: Record<string, string>}>}
 */
function post(url, data, { progress, signal }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const stop = () => request.abort();
    let timer = setTimeout(stop, STALLED);
    const over = (/** @type {() => void} */ act) => () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      act();
    };
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      clearTimeout(timer);
      timer = setTimeout(stop, STALLED);
      progress(loaded / total);
    });
    request.addEventListener("load", over(() => resolve(answerOf(request))));
    request.addEventListener("error", over(() => reject(new Failure("closed"))));
    request.addEventListener("abort", over(() => reject(new Failure("timeout"))));
    signal.addEventListener("abort", stop);
    request.open("POST", url);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRFToken", csrfToken());
    request.send(data);
  });
}

/** @param {XMLHttpRequest} request */
function answerOf(request) {
  const after = request.getResponseHeader("Retry-After");
  return { status: request.status, text: request.responseText, headers: /** @type {Record<string, string>} */ (after ? { "Retry-After": after } : {}) };
}
