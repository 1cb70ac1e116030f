/** What is said of a module that comes when it is first wanted, and cannot be had. */

/**
 * Wait for it, and say so where it does not come: whoever tries again asks for it again.
 *
 * @template T
 * @param {Promise<T>} loading @param {import("./notices.js").Notices} notices
 * @returns {Promise<T | null>}
 */
export async function late(loading, notices) {
  try {
    return await loading;
  } catch {
    notices.alert("This cannot be loaded right now. Try again when you are back online.");
    return null;
  }
}
