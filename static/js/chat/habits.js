/** How somebody is used to write and read, on this device. */

const KEY = "parley-habits";

/**
 * lines: Enter begins a new line, and Ctrl or ⌘ with it sends; manual: what was seen stays unread until one says so.
 *
 * @typedef {"lines" | "manual"} Habit
 */

/** @returns {Partial<Record<Habit, boolean>>} */
function habits() {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}");
  } catch {
    return {};
  }
}

/** @param {Habit} name */
export function habit(name) {
  return habits()[name] === true;
}

/** @param {Habit} name @param {boolean} on */
export function setHabit(name, on) {
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...habits(), [name]: on }));
  } catch {
    // A browser that keeps nothing keeps to what it was.
  }
}
