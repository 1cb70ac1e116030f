/** What the service worker has shown of what was pushed: one notice for each room. (The worker: `worker.js`.) */

/** @typedef {{room: number, seq: number}} News a room, and up to where it was told */

const container = globalThis.navigator?.serviceWorker;

/** @param {number} [room] @returns {Promise<Notification[]>} */
async function noticesOf(room) {
  try {
    const registration = await container?.getRegistration();
    return (await registration?.getNotifications(room ? { tag: `parley-room-${room}` } : {})) ?? [];
  } catch {
    return [];
  }
}

/** Whether somebody was told of a message by what was pushed. @param {News} message */
export async function wasPushed({ room, seq }) {
  if (!container?.controller) return false;
  return (await noticesOf(room)).some(({ data }) => data?.seq >= seq);
}

/**
 * Show what we tell ourselves as if it had been pushed: it goes when the room is read, and leads to its place.
 *
 * @param {News} message @param {string} title @param {NotificationOptions} how
 */
export async function showByWorker({ room, seq }, title, how) {
  const registration = await container?.getRegistration().catch(() => undefined);
  const data = { room, seq, path: `/rooms/${room}/?around=${seq}#m-${seq}` };
  await registration?.showNotification(title, { ...how, tag: `parley-room-${room}`, data }).catch(() => undefined);
}

/** Close the notices of what need not be told any more. @param {(news: News) => boolean} isOver */
export async function closePushed(isOver) {
  if (!container?.controller) return;
  for (const notice of await noticesOf()) if (notice.data?.room && isOver(notice.data)) notice.close();
}

/** The worker asks of what is pushed whether it was told here. @param {(news: News) => boolean | "looks"} hasTold or that somebody looks at it @param {AbortSignal} signal */
export function answerWorker(hasTold, signal) {
  const answer = (/** @type {MessageEvent} */ { data, ports }) => data?.pushed && ports[0]?.postMessage(hasTold(data.pushed));
  container?.addEventListener("message", answer, { signal });
}
