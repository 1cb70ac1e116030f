/**
 * One at a time, across the tabs of a browser.
 *
 * Web Locks exist only on secure origins. On plain http (a server tried out on a local network) the
 * lock holds within the tab alone; the server's idempotency covers the rest.
 */

/** @type {Map<string, Promise<unknown>>} */
const queues = new Map();

/**
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} task
 * @returns {Promise<T>}
 */
export function withLock(name, task) {
  if (globalThis.navigator?.locks) {
    return /** @type {Promise<any>} */ (navigator.locks.request(name, task));
  }
  const before = queues.get(name) ?? Promise.resolve();
  const run = before.then(task, task);
  queues.set(name, run.catch(() => undefined));
  return run;
}
