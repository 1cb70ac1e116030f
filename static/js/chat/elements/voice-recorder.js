/**
 * Records a voice message in the place of the composer's box: how loud it is, how long already, then to listen to,
 * send or throw away. Loaded when somebody first wants to speak.
 *
 * Events: `send` with `{room, file}`; `keep` with the same, where the room was left; `trouble` with a sentence;
 * `over` in any case.
 */

import { minutes } from "../attachments.js";
import { cloneTemplate, fill, slot } from "../dom.js";
import { tell } from "../events.js";
import { localUrl, releaseUrl } from "../local-urls.js";
import { LONGEST, level, recordedType, voiceFile, waveformOf } from "../voice.js";
import { enliven } from "./voice-player.js";

/** Milliseconds between two looks at how loud it is. */
const LOOK = 60;
/** What is drawn of it while it goes on. */
const DRAWN = 60;
const BITS = 32_000;

/** @type {Record<string, string>} */
const TROUBLES = {
  NotAllowedError: "Parley may not use the microphone. Allow it for this site in the browser’s settings, at the padlock in the address bar, and try again.",
  NotFoundError: "There is no microphone. Connect one and try again.",
  NotReadableError: "The microphone is in use elsewhere. Close what uses it and try again.",
};

export class VoiceRecorder extends EventTarget {
  #room;
  #form;
  #bar = cloneTemplate("t-recorder");
  #canvas = /** @type {HTMLCanvasElement} */ (slot(this.#bar, "recorder-wave"));
  /** @type {MediaRecorder | undefined} */
  #recorder;
  /** @type {MediaStream | undefined} */
  #stream;
  /** @type {AudioContext | undefined} */
  #context;
  /** @type {Blob[]} */
  #chunks = [];
  /** @type {number[]} */
  #levels = [];
  #began = 0;
  #timer;
  /** @type {{blob: Blob, sound: {duration: number, waveform: number[]}} | null} */
  #result = null;
  #key = `recording-${Date.now()}`;
  /** It was left or thrown away. */
  #over = false;

  /** @param {HTMLFormElement} form @param {number} room */
  constructor(form, room) {
    super();
    this.#form = form;
    this.#room = room;
    this.#bar.addEventListener("click", ({ target }) => this.#click(/** @type {Element} */ (target)));
    this.#bar.addEventListener("keydown", (event) => this.#pressed(event));
  }

  async start() {
    try {
      this.#stream = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true } });
    } catch (error) {
      return this.#end(TROUBLES[/** @type {Error} */ (error).name] ?? "The microphone cannot be used right now. Try again.");
    }
    const mimeType = recordedType((type) => MediaRecorder.isTypeSupported(type));
    if (this.#over || !mimeType) return this.#end(mimeType ? "" : "This browser cannot record in a format that others can hear.");
    this.#recorder = new MediaRecorder(this.#stream, { mimeType, audioBitsPerSecond: BITS });
    this.#recorder.addEventListener("dataavailable", ({ data }) => data.size && this.#chunks.push(data));
    this.#recorder.addEventListener("stop", () => this.#stopped());
    this.#listen(this.#stream);
    this.#form.classList.add("composer--recording");
    slot(this.#form, "recording")?.replaceChildren(this.#bar);
    this.#began = Date.now();
    this.#recorder.start(1000);
    this.#button("stop").focus();
  }

  /** Another room is shown: what was said stays with this one. */
  leave() {
    if (this.#over) return;
    if (this.#result) return this.#hand("keep");
    this.#finish().then(() => this.#result && this.#hand("keep"));
  }

  /** @param {MediaStream} stream */
  #listen(stream) {
    this.#context = new AudioContext();
    const analyser = this.#context.createAnalyser();
    analyser.fftSize = 1024;
    this.#context.createMediaStreamSource(stream).connect(analyser);
    const samples = new Uint8Array(analyser.fftSize);
    this.#timer = setInterval(() => {
      analyser.getByteTimeDomainData(samples);
      this.#levels.push(level(samples));
      this.#draw();
      if (this.#seconds >= LONGEST) this.#finish();
    }, LOOK);
  }

  get #seconds() {
    return (Date.now() - this.#began) / 1000;
  }

  #draw() {
    fill(this.#bar, "recorder-time", minutes(this.#seconds));
    const { width, height } = this.#canvas;
    const context = /** @type {CanvasRenderingContext2D} */ (this.#canvas.getContext("2d"));
    context.clearRect(0, 0, width, height);
    context.fillStyle = getComputedStyle(this.#canvas).color;
    this.#levels.slice(-DRAWN).forEach((loud, at, { length }) => {
      const tall = Math.max(3, loud * height);
      context.fillRect(width - (length - at) * (width / DRAWN), (height - tall) / 2, width / DRAWN / 2, tall);
    });
  }

  /** @returns {Promise<void>} */
  #finish() {
    const { resolve, promise } = deferred();
    if (!this.#recorder || this.#recorder.state === "inactive") resolve();
    else {
      this.#recorder.addEventListener("stop", () => resolve(), { once: true });
      this.#recorder.stop();
    }
    return promise;
  }

  #stopped() {
    const duration = Math.min(LONGEST, Math.round(this.#seconds * 10) / 10);
    this.#silence();
    if (this.#over) return;
    const blob = new Blob(this.#chunks, { type: /** @type {MediaRecorder} */ (this.#recorder).mimeType.split(";")[0] });
    this.#result = { blob, sound: { duration, waveform: waveformOf(this.#levels) } };
    this.#review(blob, this.#result.sound);
  }

  /** @param {Blob} blob @param {{duration: number, waveform: number[]}} sound */
  #review(blob, { duration, waveform }) {
    const player = cloneTemplate("t-voice");
    Object.assign(player.dataset, { url: localUrl(this.#key, blob), duration: String(duration), waveform: JSON.stringify(waveform) });
    slot(player, "wave")?.setAttribute("aria-valuemax", String(Math.round(duration)));
    enliven(player);
    slot(this.#bar, "recorder-live")?.replaceWith(player);
    this.#button("stop").hidden = true;
    this.#button("send").focus();
  }

  /** @param {Element} target */
  #click(target) {
    const button = /** @type {HTMLElement | null} */ (target.closest("[data-record]"));
    const acts = /** @type {Record<string, () => void>} */ ({
      cancel: () => this.#end(""),
      stop: () => void this.#finish(),
      send: () => void this.#finish().then(() => this.#result && this.#hand("send")),
    });
    acts[button?.dataset.record ?? ""]?.();
  }

  /** Nothing that was said is lost by a key: Esc only stops. @param {KeyboardEvent} event */
  #pressed(event) {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    this.#finish();
  }

  /** @param {"send" | "keep"} how */
  #hand(how) {
    const { blob, sound } = /** @type {any} */ (this.#result);
    this.#end("");
    tell(this, how, { room: this.#room, file: voiceFile(blob, sound) });
  }

  /** @param {string} trouble */
  #end(trouble) {
    this.#over = true;
    if (this.#recorder?.state === "recording") this.#recorder.stop();
    this.#silence();
    releaseUrl(this.#key);
    this.#bar.remove();
    this.#form.classList.remove("composer--recording");
    if (trouble) tell(this, "trouble", trouble);
    tell(this, "over");
  }

  /** The light at the microphone goes out. */
  #silence() {
    clearInterval(this.#timer);
    this.#stream?.getTracks().forEach((track) => track.stop());
    if (this.#context?.state !== "closed") this.#context?.close();
  }

  /** @param {string} name @returns {HTMLElement} */
  #button(name) {
    return /** @type {HTMLElement} */ (this.#bar.querySelector(`[data-record=${name}]`));
  }
}

function deferred() {
  /** @type {any} */
  const made = {};
  made.promise = new Promise((resolve) => (made.resolve = resolve));
  return made;
}
