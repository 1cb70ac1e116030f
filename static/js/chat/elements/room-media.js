/** Pictures, voices and the microphone of the open room: what shows, plays and records comes when it is first wanted. */

import { on } from "../events.js";
import { slot } from "../dom.js";
import { late } from "./late.js";


/**
 * @typedef {object} Parts
 * @property {import("./message-composer.js").MessageComposer} composer
 * @property {import("./notices.js").Notices} notices
 * @property {(room: number, files: import("../uploads.js").Sending[]) => void} send
 */

export class RoomMedia {
  #root;
  #client;
  #composer;
  #notices;
  #send;
  #form;
  /** @type {import("./lightbox.js").Lightbox | undefined} */
  #lightbox;
  /** @type {import("./voice-recorder.js").VoiceRecorder | undefined} */
  #recorder;

  /** @param {HTMLElement} root @param {HTMLElement} main @param {import("../client.js").Client} client @param {Parts} parts @param {AbortSignal} signal */
  constructor(root, main, client, { composer, notices, send }, signal) {
    this.#root = root;
    this.#client = client;
    this.#composer = composer;
    this.#notices = notices;
    this.#send = send;
    this.#form = /** @type {HTMLFormElement} */ (slot(main, "composer"));
    const timeline = /** @type {HTMLElement} */ (slot(main, "timeline"));
    timeline.addEventListener("click", (event) => this.#clicked(event), { signal });
    timeline.addEventListener("voice-heard", ({ target }) => this.#heard(/** @type {HTMLElement} */ (target)), { signal });
    on(composer, "record", ({ room }) => this.#record(room), signal);
    const microphone = /** @type {HTMLElement | null} */ (this.#form.querySelector("[data-action=record]"));
    if (microphone) microphone.hidden = !globalThis.MediaRecorder || !navigator.mediaDevices;
  }

  /** Another room is shown. */
  leave() {
    this.#recorder?.leave();
  }

  /** @param {MouseEvent} event */
  async #clicked(event) {
    const link = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest(".picture"));
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    const log = this.#client.store.logs.get(Number(/** @type {HTMLElement} */ (link.closest("[data-room]")).dataset.room));
    if (link.dataset.key) return; // it is not sent yet
    try {
      const { pageLightbox } = await import("./page-lightbox.js");
      this.#lightbox ??= pageLightbox(this.#root);
      this.#lightbox.open(log?.messages ?? [], link);
    } catch {
      location.assign(/** @type {HTMLAnchorElement} */ (link).href);
    }
  }

  /** Tell who has sent a voice message that it was heard. @param {HTMLElement} voice */
  #heard(voice) {
    const row = /** @type {HTMLElement} */ (voice.closest(".message"));
    const log = this.#client.store.logs.get(Number(/** @type {HTMLElement} */ (row.closest("[data-room]")).dataset.room));
    const message = log?.messages.find(({ id }) => String(id) === row.dataset.id);
    const attachment = message?.attachments.find(({ id }) => id === voice.dataset.attachment);
    if (!message || !attachment || message.author.id === this.#client.me.id || attachment.played.includes(this.#client.me.id)) return;
    // Nothing is lost if it cannot be told: the mark stays, and the next time tells it.
    this.#client.api.call("PUT", `messages/${message.id}/attachments/${attachment.id}/played/`).catch(() => undefined);
  }

  /** @param {number} room */
  async #record(room) {
    if (this.#recorder) return;
    const module = await late(import("./voice-recorder.js"), this.#notices);
    if (!module) return;
    const recorder = new module.VoiceRecorder(this.#form, room);
    this.#recorder = recorder;
    on(recorder, "send", ({ room: here, file }) => this.#send(here, [file]));
    on(recorder, "keep", ({ room: left, file }) => this.#composer.keepVoice(left, file));
    on(recorder, "trouble", (sentence) => this.#composer.refuse(sentence));
    on(recorder, "over", () => (this.#recorder = undefined));
    this.#composer.refuse("");
    await recorder.start();
  }
}
