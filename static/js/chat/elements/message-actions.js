/**
 * What can be done with one message: copy, read on from it later, delete, and for a failed one retry, copy, discard.
 *
 * There is one toolbar on the page; it moves into the message that is pointed at, focused or tapped.
 */

import { cloneTemplate, copyText, fill, slot } from "../dom.js";
import { Failure } from "../failure.js";
import { fullTime } from "../time.js";

/** What the module that comes later does. */
const LATER = new Set(["react", "reply", "edit", "save", "pin", "link", "forward"]);
const later = () => import("./message-changes.js");

export class MessageActions {
  #client;
  #notices;
  #composer;
  #limits;
  #root;
  #dialog;
  #toolbar = cloneTemplate("t-toolbar");
  /** @type {Record<string, (row: HTMLElement) => unknown>} */
  #actions = {
    copy: (row) => this.#copy(row),
    delete: (row) => this.#delete(row),
    unread: (row) => this.#markUnread(row),
    readers: (row) => this.#showReaders(row),
    retry: (row) => this.#client.outbox.retry(/** @type {string} */ (row.dataset.key)),
    discard: (row) => this.#client.outbox.discard(/** @type {string} */ (row.dataset.key)),
  };

  /**
   * @param {HTMLElement} root @param {HTMLElement} main @param {import("../client.js").Client} client
   * @param {object} parts
   * @param {import("./notices.js").Notices} parts.notices
   * @param {import("./message-composer.js").MessageComposer} parts.composer
   * @param {{edit_seconds?: number, undo_seconds?: number}} [parts.limits]
   * @param {AbortSignal} signal
   */
  constructor(root, main, client, { notices, composer, limits = {} }, signal) {
    this.#root = root;
    this.#client = client;
    this.#notices = notices;
    this.#composer = composer;
    this.#limits = limits;
    this.#dialog = /** @type {HTMLDialogElement} */ (slot(root, "confirm-delete"));
    const timeline = /** @type {HTMLElement} */ (slot(main, "timeline"));
    for (const type of ["pointerover", "focusin", "click"]) {
      timeline.addEventListener(type, (event) => this.#point(event), { signal });
    }
    timeline.addEventListener("pointerover", (event) => this.#name(event), { signal });
    timeline.addEventListener("pointerleave", () => this.#leave(timeline), { signal });
    timeline.addEventListener("click", (event) => this.#click(event), { signal });
  }

  /** @param {Event} event */
  #point(event) {
    const row = rowOf(event);
    if (!row || row.contains(this.#toolbar)) return;
    const message = this.#message(row);
    if (!message || message.deleted_at || message.kind === "system") return this.#toolbar.remove();
    fill(this.#toolbar, "toolbar-time", fullTime(message.created_at));
    slot(this.#toolbar, "picker")?.remove();
    const room = this.#client.store.rooms.get(message.room);
    const own = message.author.id === this.#client.me.id;
    const moderates = (room?.role ?? "member") !== "member";
    const age = (Date.now() - Date.parse(message.created_at)) / 1000;
    this.#offer("delete", own || moderates);
    this.#offer("unread", !own);
    this.#offer("readers", own);
    this.#offer("edit", own && !message.forwarded && age < (this.#limits.edit_seconds ?? 0));
    this.#offer("pin", room?.kind === "direct" || moderates);
    row.append(this.#toolbar);
  }

  /** @param {string} action @param {boolean} may */
  #offer(action, may) {
    const button = /** @type {HTMLElement | null} */ (this.#toolbar.querySelector(`[data-action=${action}]`));
    if (button) button.hidden = !may;
  }

  /** @param {HTMLElement} timeline */
  #leave(timeline) {
    if (!timeline.contains(document.activeElement)) this.#toolbar.remove();
  }

  /** @param {Event} event */
  #click(event) {
    const button = /** @type {Element} */ (event.target).closest("[data-action]");
    const row = rowOf(event);
    if (!row || !(button instanceof HTMLElement)) return;
    const name = button.dataset.action ?? "";
    const action = LATER.has(name) ? () => this.#later(name, row, button) : this.#actions[name];
    if (!action) return;
    event.preventDefault();
    action(row);
  }

  /** @param {string} name @param {HTMLElement} row @param {HTMLElement} button */
  async #later(name, row, button) {
    const message = this.#message(row);
    if (!message) return;
    const [client, notices, composer, root] = [this.#client, this.#notices, this.#composer, this.#root];
    const changes = await later().catch(() => notices.alert("This cannot be loaded right now. Try again."));
    await changes?.perform(name, { client, notices, composer, root, row, button, message, limits: this.#limits });
    if (button.dataset.emoji) slot(this.#toolbar, "picker")?.remove();
  }

  /** @param {Event} event */
  async #name({ target }) {
    const box = /** @type {Element} */ (target).closest("[data-slot=reactions]");
    const row = /** @type {HTMLElement | null} */ (box?.closest(".message") ?? null);
    const message = row && this.#message(row);
    if (box instanceof HTMLElement && message) (await later().catch(() => null))?.nameReactions(this.#client, message, box);
  }

  /** @param {HTMLElement} row */
  #message(row) {
    const { room } = /** @type {HTMLElement} */ (row.closest("[data-room]")).dataset;
    const log = this.#client.store.logs.get(Number(room));
    return log?.messages.find((message) => String(message.id) === row.dataset.id);
  }

  /** @param {HTMLElement} row */
  #entry(row) {
    return [...this.#client.store.pending.values()].flat().find((entry) => entry.client_id === row.dataset.key);
  }

  /** @param {HTMLElement} row */
  async #copy(row) {
    const text = (this.#message(row) ?? this.#entry(row))?.body ?? "";
    this.#notices.toast((await copyText(text)) ? "Copied" : "This browser does not let us copy. Select the text.");
  }

  /** @param {HTMLElement} row */
  async #markUnread(row) {
    const message = this.#message(row);
    const { markUnread } = await import("./mark-unread.js");
    if (message) await markUnread(this.#client, this.#notices, message);
  }

  /** @param {HTMLElement} row */
  async #showReaders(row) {
    const message = this.#message(row);
    const { showReaders } = await import("./message-readers.js");
    if (message) await showReaders(this.#root, this.#client, this.#notices, message);
  }

  /** @param {HTMLElement} row */
  async #delete(row) {
    const message = this.#message(row);
    if (!message) return;
    const own = message.author.id === this.#client.me.id;
    if (own && !(await this.#confirmed(message.body))) return;
    try {
      const changes = await later();
      if (!own && !(await changes.removeWithReason(this.#root, this.#client, message))) return;
      if (own) await this.#client.remove(message.id);
      this.#toolbar.remove();
      const [client, notices] = [this.#client, this.#notices];
      if (own) changes.offerUndo({ client, notices, message }, this.#limits.undo_seconds ?? 10);
    } catch (error) {
      const { detail } = Failure.from(error);
      this.#notices.alert(`Not deleted. ${detail || "Try again when you are back online."}`);
    }
    row.focus({ preventScroll: true });
  }

  /** @param {string} body @returns {Promise<boolean>} */
  #confirmed(body) {
    fill(this.#dialog, "confirm-delete-quote", body.length > 300 ? `${body.slice(0, 300)}…` : body);
    this.#dialog.returnValue = "";
    this.#dialog.showModal();
    return new Promise((resolve) => {
      const closed = () => {
        fill(this.#dialog, "confirm-delete-quote", "");
        resolve(this.#dialog.returnValue === "delete");
      };
      this.#dialog.addEventListener("close", closed, { once: true });
    });
  }
}

/** @param {Event} event @returns {HTMLElement | null} */
function rowOf(event) {
  return /** @type {Element} */ (event.target).closest(".message");
}
