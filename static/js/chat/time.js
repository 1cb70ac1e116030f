/**
 * Times as people read them, in the viewer's zone; one timer for everything that ages on screen.
 *
 * Every function takes `zone` so that tests can stand anywhere; the default is the browser's.
 */

/** Day before month, as our pages write it: that of all our words, whatever the page around a widget says its own is. */
const LANGUAGE = "en-GB";

/** Making a formatter is slow, using one is not. @type {Map<string, Intl.DateTimeFormat>} */
const formatters = new Map();

/** @param {string} language @param {Intl.DateTimeFormatOptions} options */
function formatter(language, options) {
  const key = language + JSON.stringify(options);
  let made = formatters.get(key);
  if (!made) formatters.set(key, (made = new Intl.DateTimeFormat(language, options)));
  return made;
}

/** @typedef {string | number | Date} Moment */

/** "2026-11-20". @param {Moment} moment @param {string} [zone] */
export function dayKey(moment, zone) {
  const options = { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" };
  return formatter("en-CA", /** @type {any} */ (options)).format(new Date(moment));
}

/** Whole calendar days between two moments. @param {Moment} moment @param {Moment} now @param {string} [zone] */
function daysAgo(moment, now, zone) {
  return Math.round((Date.parse(dayKey(now, zone)) - Date.parse(dayKey(moment, zone))) / 86_400_000);
}

/** @param {Moment} moment @param {Moment} now @param {string} [zone] */
function sameYear(moment, now, zone) {
  return dayKey(moment, zone).slice(0, 4) === dayKey(now, zone).slice(0, 4);
}

/** "14:05". @param {Moment} moment @param {string} [zone] */
export function clock(moment, zone) {
  return formatter(LANGUAGE, { timeZone: zone, hour: "2-digit", minute: "2-digit" }).format(new Date(moment));
}

/** "Thursday 12 November 2026, 14:05". @param {Moment} moment @param {string} [zone] */
export function fullTime(moment, zone) {
  const date = { timeZone: zone, weekday: "long", day: "numeric", month: "long", year: "numeric" };
  const day = formatter(LANGUAGE, /** @type {any} */ (date)).format(new Date(moment)).replace(",", "");
  return `${day}, ${clock(moment, zone)}`;
}

/** Moments that the server wrote in its own zone, in the reader's. @param {ParentNode} root */
export function localTimes(root) {
  const moments = /** @type {NodeListOf<HTMLTimeElement>} */ (root.querySelectorAll("time[data-slot=moment]"));
  for (const time of moments) time.textContent = fullTime(time.dateTime);
  clocks(root);
}

/** What time it is now where somebody lives. @param {ParentNode} root */
export function clocks(root) {
  const shown = /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("time[data-zone]"));
  for (const time of shown) time.textContent = clock(Date.now(), time.dataset.zone);
}

/** "Europe/Lisbon": where this browser is; empty where it does not say. */
export function ownZone() {
  return Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
}

/** Today, Yesterday, "Thursday 12 November", "Tuesday 4 November 2025". @param {Moment} moment @param {Moment} now @param {string} [zone] */
export function dayLabel(moment, now, zone) {
  const ago = daysAgo(moment, now, zone);
  if (ago === 0) return "Today";
  if (ago === 1) return "Yesterday";
  const year = sameYear(moment, now, zone) ? undefined : "numeric";
  const options = { timeZone: zone, weekday: "long", day: "numeric", month: "long", year };
  return formatter(LANGUAGE, /** @type {any} */ (options)).format(new Date(moment)).replace(",", "");
}

/** For a row of the list: "14:05", "Thu", "4 Nov", "4 Nov 2025". @param {Moment} moment @param {Moment} now @param {string} [zone] */
export function shortTime(moment, now, zone) {
  const ago = daysAgo(moment, now, zone);
  if (ago <= 0) return clock(moment, zone);
  let options = { timeZone: zone, day: "numeric", month: "short", year: "numeric" };
  if (ago < 7) options = /** @type {any} */ ({ timeZone: zone, weekday: "short" });
  else if (sameYear(moment, now, zone)) options = /** @type {any} */ ({ timeZone: zone, day: "numeric", month: "short" });
  return formatter(LANGUAGE, /** @type {any} */ (options)).format(new Date(moment));
}

/** "Last seen today at 14:05". @param {Moment} moment @param {Moment} now @param {string} [zone] */
export function lastSeen(moment, now, zone) {
  const label = dayLabel(moment, now, zone);
  const day = label === "Today" || label === "Yesterday" ? label.toLowerCase() : `on ${label}`;
  return `Last seen ${day} at ${clock(moment, zone)}`;
}

/** @type {Set<() => void>} */
const listeners = new Set();
let timer;

/**
 * Call back at every full minute: relative times age, and at midnight Today becomes Yesterday.
 *
 * @param {() => void} callback
 * @param {AbortSignal} signal
 */
export function everyMinute(callback, signal) {
  listeners.add(callback);
  signal.addEventListener("abort", () => {
    listeners.delete(callback);
    if (listeners.size) return;
    clearTimeout(timer);
    timer = undefined;
  });
  timer ??= setTimeout(tick, 60_000 - (Date.now() % 60_000));
}

function tick() {
  timer = listeners.size ? setTimeout(tick, 60_000 - (Date.now() % 60_000)) : undefined;
  for (const listener of [...listeners]) listener();
}
