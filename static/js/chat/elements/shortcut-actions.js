/** What the keys of `shortcuts.js` do. */

import { waiting } from "../rooms.js";
import { late } from "./late.js";
import { nextRegion } from "./regions.js";

/**
 * @param {object} parts
 * @param {HTMLElement} parts.root
 * @param {import("../client.js").Client} parts.client
 * @param {import("./notices.js").Notices} parts.notices
 * @param {() => number} parts.room the one that is open, 0 for none
 * @param {() => import("./room-pane.js").RoomPane | undefined} parts.pane
 * @param {() => Pick<import("./room-pane.js").RoomPane, "act" | "step"> | undefined} parts.focused the pane, or a thread that has the focus
 * @param {(room: number) => unknown} parts.go
 * @param {AbortSignal} signal
 * @returns {import("./keyboard.js").Actions & {switch: () => unknown, help: () => unknown}}
 */
export function shortcutActions({ root, client, notices, room, pane, focused, go }, signal) {
  const { store } = client;
  /** @type {Promise<import("./switcher.js").Switcher> | undefined} */
  let switcher;
  const openSwitcher = () => {
    switcher ??= import("./switcher.js").then(({ Switcher }) => new Switcher(root, client, { go, room }, signal));
    switcher.catch(() => (switcher = undefined));
    late(switcher.then((loaded) => loaded.open()), notices);
  };

  /** @param {1 | -1} by @param {boolean} [unread] */
  const step = (by, unread) => {
    const all = store.ordered();
    const at = all.findIndex(({ id }) => id === room());
    const ahead = by > 0 ? all.slice(at + 1) : all.slice(0, at < 0 ? 0 : at).reverse();
    const next = ahead.find((each) => !unread || waiting(each, store.badge(each)) > 0);
    return next ? go(next.id) : false;
  };

  /** @param {number} id */
  const read = (id) => {
    const found = store.rooms.get(id);
    if (!found?.unread) return false;
    store.held.delete(id);
    return client.read(id, found.last_seq);
  };

  const readAll = () => {
    const count = [...store.rooms.keys()].filter(read).length;
    if (count) notices.toast(count === 1 ? "1 conversation is read" : `${count} conversations are read`);
    return count > 0;
  };

  const on = (/** @type {string} */ name) => (/** @type {HTMLElement | null} */ row) => row !== null && focused()?.act(row, name);
  return {
    switch: openSwitcher,
    search: () => search(root),
    previous: () => step(-1),
    next: () => step(1),
    previousUnread: () => step(-1, true),
    nextUnread: () => step(1, true),
    firstUnread: () => (room() ? pane()?.toUnread() : step(1, true)),
    region: () => nextRegion(root, 1),
    regionBefore: () => nextRegion(root, -1),
    read: () => room() > 0 && read(room()) && pane()?.undivide(),
    readAll,
    help: () => late(import("./keyboard-help.js").then(({ showHelp }) => showHelp(root)), notices),
    older: () => room() > 0 && focused()?.step(-1),
    newer: () => room() > 0 && focused()?.step(1),
    ...Object.fromEntries(["reply", "edit", "pick", "copy", "unread", "delete"].map((name) => [name, on(name)])),
  };
}

/** Into the field on this page, or the one above the conversations. @param {HTMLElement} root */
function search(root) {
  const fields = /** @type {HTMLInputElement[]} */ ([...root.querySelectorAll("[data-slot=search]")]);
  const field = fields.filter((each) => each.checkVisibility()).pop();
  field?.select();
  return Boolean(field);
}
