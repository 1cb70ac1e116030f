/** What time it is for the server: on a device whose clock is wrong, what ends at a time would end at another. */

/** So far (ms) clocks may differ, and words be on their way. */
const CLOSE = 60_000;

let ahead = 0;

/** The server has said what time it is. @param {string} now */
export function setServerTime(now) {
  const difference = Date.parse(now) - Date.now();
  ahead = Math.abs(difference) > CLOSE ? difference : 0;
}

/** Milliseconds since 1970. */
export function serverTime() {
  return Date.now() + ahead;
}
