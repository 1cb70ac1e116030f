/**
 * Brings voice messages to life: a wave form that is a slider, three speeds, and one voice at a time. Loaded with the
 * first of them.
 *
 * Events, from the element: `voice-heard` when it is played for the first time.
 */

import { minutes } from "../attachments.js";
import { fill, slot } from "../dom.js";
import { bars, seek } from "../voice.js";

const SPEEDS = [1, 1.5, 2];
const BARS = 40;
const SVG = "http://www.w3.org/2000/svg";

/** @type {WeakSet<Element>} */
const alive = new WeakSet();
/** Who speaks now. @type {HTMLAudioElement | null} */
let speaking = null;
/** What was chosen last holds for the next one. */
let speed = 1;

/** @param {HTMLElement} element */
export function enliven(element) {
  if (alive.has(element)) return;
  alive.add(element);
  new VoicePlayer(element);
}

class VoicePlayer {
  #element;
  #audio = new Audio();
  #play;
  #wave;
  #speed;
  #done;
  #duration;
  #heard = false;
  /** Where to go on, before anything is loaded. */
  #from = 0;

  /** @param {HTMLElement} element */
  constructor(element) {
    this.#element = element;
    this.#play = /** @type {HTMLElement} */ (slot(element, "play"));
    this.#wave = /** @type {HTMLElement} */ (slot(element, "wave"));
    this.#speed = /** @type {HTMLElement} */ (slot(element, "speed"));
    this.#duration = Number(element.dataset.duration) || 1;
    this.#done = draw(this.#wave, JSON.parse(element.dataset.waveform || "[]"));
    this.#audio.preload = "none";
    this.#play.addEventListener("click", () => this.#toggle());
    this.#speed.addEventListener("click", () => this.#faster());
    this.#wave.addEventListener("keydown", (event) => this.#key(event));
    this.#wave.addEventListener("pointerdown", (event) => this.#point(event));
    this.#wave.addEventListener("pointermove", (event) => event.buttons && this.#point(event));
    for (const type of ["play", "pause", "ended", "timeupdate", "seeked"]) this.#audio.addEventListener(type, () => this.#show());
    this.#audio.addEventListener("ended", () => (this.#from = 0));
    this.#audio.addEventListener("error", () => this.#element.classList.add("voice--broken"));
    this.#show();
  }

  get #now() {
    return this.#audio.ended ? 0 : Math.min(this.#duration, this.#audio.currentTime || this.#from);
  }

  async #toggle() {
    if (!this.#audio.paused) return this.#audio.pause();
    speaking?.pause();
    speaking = this.#audio;
    this.#element.classList.remove("voice--broken");
    if (!this.#audio.src) this.#load();
    this.#audio.playbackRate = speed;
    if (!this.#heard) this.#element.dispatchEvent(new CustomEvent("voice-heard", { bubbles: true }));
    this.#heard = true;
    await this.#audio.play().catch(() => undefined); // what went wrong the element says
  }

  #load() {
    this.#audio.src = this.#element.dataset.url ?? "";
    const from = this.#from;
    if (from) this.#audio.addEventListener("loadedmetadata", () => (this.#audio.currentTime = from), { once: true });
  }

  #faster() {
    speed = SPEEDS[(SPEEDS.indexOf(speed) + 1) % SPEEDS.length];
    this.#audio.playbackRate = speed;
    this.#show();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key === " " || event.key === "Enter") this.#toggle();
    else {
      const to = seek(event.key, this.#now, this.#duration);
      if (to === null) return;
      this.#seek(to);
    }
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {PointerEvent} event */
  #point({ clientX }) {
    const { left, width } = this.#wave.getBoundingClientRect();
    this.#seek(Math.min(1, Math.max(0, (clientX - left) / width)) * this.#duration);
  }

  /** @param {number} seconds */
  #seek(seconds) {
    this.#from = seconds;
    if (this.#audio.readyState) this.#audio.currentTime = Math.min(seconds, Math.max(0, this.#duration - 0.05));
    this.#show();
  }

  #show() {
    const now = this.#now;
    const plays = !this.#audio.paused && !this.#audio.ended;
    const whole = minutes(this.#duration);
    this.#element.classList.toggle("voice--playing", plays);
    this.#play.setAttribute("aria-label", plays ? "Pause" : `Play: voice message, ${whole}`);
    this.#play.querySelector("use")?.setAttribute("href", iconOf(this.#play, plays ? "pause" : "play"));
    this.#wave.setAttribute("aria-valuenow", String(Math.round(now)));
    this.#wave.setAttribute("aria-valuetext", `${minutes(now)} of ${whole}`);
    this.#done.style.clipPath = `inset(0 ${100 - (now / this.#duration) * 100}% 0 0)`;
    fill(this.#element, "voice-time", plays || now ? minutes(now) : whole);
    this.#speed.textContent = `${speed}×`;
    this.#speed.setAttribute("aria-label", `Speed: ${speed} times`);
  }
}

/** Another icon of the same sheet. @param {HTMLElement} button @param {string} name */
function iconOf(button, name) {
  const href = button.querySelector("use")?.getAttribute("href") ?? "";
  return href.replace(/#.*/, `#${name}`);
}

/** @param {HTMLElement} wave @param {number[]} waveform */
function draw(wave, waveform) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${BARS * 4} 32`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  const [all, done] = ["voice__bars", "voice__bars voice__bars--done"].map((name) => {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("class", name);
    path.setAttribute("d", bars(waveform, BARS));
    return path;
  });
  const over = /** @type {SVGSVGElement} */ (svg.cloneNode());
  svg.append(all);
  over.append(done);
  wave.replaceChildren(svg, over);
  return over;
}
