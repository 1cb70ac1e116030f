/** Two soft notes, made here: there is no file to fetch. */

/** Frequency (Hz), and when it begins (s). */
const NOTES = [[659.3, 0], [880, 0.11]];
const LASTS = 0.45;
const LOUD = 0.12;
/** Milliseconds: of a burst one hears the first. */
const EVERY = 2_000;

/** @type {AudioContext | undefined} */
let context;
let last = -Infinity;

/** Play it. @returns {boolean} whether it can be heard here: a browser lets no page sound that nobody has touched yet */
export function chime() {
  if (!navigator.userActivation?.hasBeenActive || !globalThis.AudioContext) return false;
  if (Date.now() - last < EVERY) return true;
  last = Date.now();
  context ??= new AudioContext();
  context.resume();
  for (const [frequency, from] of NOTES) note(context, frequency, context.currentTime + from);
  return true;
}

/** @param {AudioContext} audio @param {number} frequency @param {number} at */
function note(audio, frequency, at) {
  const tone = new OscillatorNode(audio, { frequency, type: "sine" });
  const volume = new GainNode(audio, { gain: 0 });
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(LOUD, at + 0.015);
  volume.gain.exponentialRampToValueAtTime(0.0001, at + LASTS);
  tone.connect(volume).connect(audio.destination);
  tone.start(at);
  tone.stop(at + LASTS);
}
