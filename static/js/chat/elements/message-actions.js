/**
 * What can be done with one message: copy, read on from it later, delete, and for a failed one retry, copy, discard.
 *
 * There is one toolbar on the page; it moves into the message that is pointed at or focused. The rest is in a menu,
 * which opens from the toolbar, by Enter on a message, or under a finger that rests on one.
 */

import { cloneTemplate, copyText, fill, once, slot } from "../dom.js";
import { on } from "../events.js";
import { Failure } from "../failure.js";
import { gist, quoteOf } from "../log.js";
import { byTouch, onHold } from "../touch.js";
import { late } from "./late.js";
import { actionable, offer, offered } from "./message-offers.js";

/**
 * @typedef {import("../log.js").Message} Message
 * @typedef {Pick<import("./message-composer.js").MessageComposer, "enter" | "edits" | "about">} Composer
 */

/** How far (px) the toolbar reaches beyond a text, and keeps away from the picture of its author. */
const OVERHANG = 40;
const GUTTER = 44;

/** What the module that comes later does. */
const LATER = new Set(["react", "edit", "save", "remind", "pin", "link", "forward", "report", "remove-preview"]);
const later = () => import("./message-changes.js");

export class MessageActions {
  #client;
  #notices;
  #composer;
  #limits;
  #pickEmoji;
  #find;
  #openThread;
  #visit;
  #root;
  #dialog;
  #toolbar = cloneTemplate("t-toolbar");
  /** @type {import("./message-menu.js").MessageMenu | undefined} */
  #menu;
  /** @type {Record<string, (row: HTMLElement, button: HTMLElement) => unknown>} */
  #actions = {
    pick: () => this.#pick(),
    more: (row, button) => this.#open(row, button),
    all: (row, button) => this.#reactWithAny(row, button),
    copy: (row) => this.#copy(row),
    delete: (row) => this.#delete(row),
    reply: (row) => this.#reply(row),
    unread: (row) => this.#markUnread(row),
    readers: (row) => this.#showReaders(row),
    thread: (row) => this.#thread(row),
    retry: (row) => this.#client.outbox.retry(/** @type {string} */ (row.dataset.key)),
    discard: (row) => this.#discard(row),
  };

  /**
   * @param {HTMLElement} root @param {HTMLElement} main @param {import("../client.js").Client} client
   * @param {object} parts
   * @param {import("./notices.js").Notices} parts.notices
   * @param {Composer} parts.composer
   * @param {{edit_seconds?: number, undo_seconds?: number}} [parts.limits]
   * @param {(at: Element, chosen: (emoji: string) => unknown) => unknown} parts.pickEmoji among all there are
   * @param {(message: Message) => unknown} [parts.openThread] that it is in, or begins
   * @param {(message: Message) => unknown} [parts.visit] goes to where a message stands
   * @param {(id: number) => Message | undefined} [parts.find] where rows are not only of what is loaded of the room
   * @param {AbortSignal} signal
   */
  constructor(root, main, client, { notices, composer, limits = {}, pickEmoji, openThread, visit, find }, signal) {
    this.#root = root;
    this.#client = client;
    this.#notices = notices;
    this.#composer = composer;
    this.#limits = limits;
    this.#pickEmoji = pickEmoji;
    this.#openThread = openThread;
    this.#visit = visit;
    this.#find = find;
    this.#dialog = /** @type {HTMLDialogElement} */ (slot(root, "confirm-delete"));
    const timeline = /** @type {HTMLElement} */ (slot(main, "timeline"));
    timeline.addEventListener("focusin", () => import("./message-keyboard.js").then(({ helpAt }) => helpAt(timeline, signal), () => null), { signal, once: true });
    for (const type of ["pointerover", "focusin"]) {
      timeline.addEventListener(type, (event) => {
        this.#point(rowOf(event));
        this.#name(event);
      }, { signal });
    }
    on(client.store, "log", once(() => this.#look(timeline)), signal);
    timeline.addEventListener("pointerleave", () => this.#leave(timeline), { signal });
    const resized = new ResizeObserver(() => this.#stand());
    resized.observe(timeline);
    signal.addEventListener("abort", () => resized.disconnect());
    timeline.addEventListener("click", (event) => this.#click(event), { signal });
    timeline.addEventListener("keydown", (event) => this.#key(event), { signal });
    timeline.addEventListener("contextmenu", (event) => byTouch() && this.#held(event.target) && event.preventDefault(), { signal });
    onHold(timeline, (target) => this.#held(target), signal);
    if (byTouch()) this.#swipes(timeline, signal);
  }

  /** @param {HTMLElement} timeline @param {AbortSignal} signal */
  async #swipes(timeline, signal) {
    const may = (/** @type {HTMLElement} */ row) => {
      const message = this.#message(row);
      return actionable(message) && offered("reply", message, this.#where(message));
    };
    const module = await import("./swipe-reply.js").catch(() => null); // the menu does the same
    if (module) new module.SwipeReply(timeline, { may, answer: (row) => this.#reply(row) }, signal);
  }

  /** @param {HTMLElement | null} row that is pointed at @param {boolean} [byKey] */
  #point(row, byKey = false) {
    if (!row || (byTouch() && !byKey) || row.contains(this.#toolbar)) return;
    const message = this.#message(row);
    if (!actionable(message)) return this.#toolbar.remove();
    this.#offer(this.#toolbar, message);
    this.#pick(false);
    row.append(this.#toolbar);
    this.#place(row);
  }

  /** What is under a pointer that rests may have been sent only now, or deleted. @param {HTMLElement} timeline */
  #look(timeline) {
    const row = /** @type {HTMLElement | null} */ (this.#toolbar.isConnected ? this.#toolbar.closest(".message") : null);
    const message = row && this.#message(row);
    if (row && !actionable(message ?? undefined)) this.#toolbar.remove();
    else if (message) this.#offer(this.#toolbar, message);
    if (!this.#toolbar.isConnected) this.#point(timeline.querySelector(".message:hover"));
  }

  /** The timeline is laid out anew, as where something opens beside it: nobody may be at the toolbar any more. */
  #stand() {
    const row = /** @type {HTMLElement | null} */ (this.#toolbar.isConnected ? this.#toolbar.closest(".message") : null);
    if (row?.matches(":hover, :focus-within")) this.#place(row);
    else this.#toolbar.remove();
  }

  /** Above the corner of what is said, where the eye is; below it where there is no room. @param {HTMLElement} row */
  #place(row) {
    const [outer, body] = [row, saidIn(row)].map((node) => node.getBoundingClientRect());
    const log = /** @type {Element} */ (row.closest(".log")).getBoundingClientRect();
    const [width, height] = [this.#toolbar.offsetWidth, this.#toolbar.offsetHeight];
    const free = document.dir === "rtl" ? body.left - outer.left : outer.right - body.right;
    const end = Math.min(free - OVERHANG, outer.width - width - GUTTER);
    this.#toolbar.style.insetInlineEnd = `${Math.max(0, end)}px`;
    this.#toolbar.classList.toggle("toolbar--below", outer.top - height < log.top);
  }

  /** Show in a toolbar or a menu what can be done, and no more. @param {HTMLElement} bar @param {Message} message */
  #offer(bar, message) {
    offer(bar, message, this.#where(message));
  }

  /** @param {Message} message */
  #where(message) {
    const { rooms, logs } = this.#client.store;
    const room = rooms.get(message.room);
    const log = /** @type {import("../counted-log.js").CountedLog | undefined} */ (logs.get(message.room));
    const answered = message.thread_root || log?.replies?.has(message.id);
    const threaded = Boolean(this.#client.threads && this.#openThread && answered);
    return { room, threaded, me: this.#client.me.id, editSeconds: this.#limits.edit_seconds ?? 0 };
  }

  /** More emoji, or no longer: then who was among them is at the message again. @param {boolean} [shown] */
  #pick(shown) {
    const picker = /** @type {HTMLElement} */ (slot(this.#toolbar, "picker"));
    const within = picker.contains(document.activeElement);
    picker.hidden = !(shown ?? picker.hidden);
    this.#toolbar.querySelector("[data-action=pick]")?.setAttribute("aria-expanded", String(!picker.hidden));
    if (!picker.hidden) /** @type {HTMLElement} */ (picker.firstElementChild).focus();
    else if (within) this.#toolbar.closest(".message")?.focus({ preventScroll: true });
  }

  /** @param {HTMLElement} row @param {Element} [at] the button that the menu opens at */
  async #open(row, at) {
    const module = await late(import("./message-menu.js"), this.#notices);
    const message = this.#message(row);
    if (module && actionable(message) && !row.matches(".message--drawn")) (this.#menu ??= new module.MessageMenu()).open(row, message, (menu) => this.#offer(menu, message), at);
  }

  /** A finger rested here. @param {EventTarget | null} target */
  #held(target) {
    const row = /** @type {HTMLElement | null} */ (/** @type {Element} */ (target).closest(".message"));
    const link = /** @type {Element} */ (target).closest("a:not(.picture, .file), button, dialog, [role=slider]");
    if (!row || link || !actionable(this.#message(row))) return false;
    this.#open(row);
    return true;
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const { key, target } = event;
    if (key !== "Enter" || !(target instanceof HTMLElement) || !target.matches(".message")) return;
    event.preventDefault();
    this.#open(target, target.querySelector("[data-action=more]") ?? undefined);
  }

  /** Do what a key asks for, if it can be done with this message. @param {HTMLElement} row @param {string} name @returns {boolean} */
  act(row, name) {
    const message = this.#message(row);
    if (!actionable(message)) return false;
    this.#point(row, true);
    const button = /** @type {HTMLElement} */ (this.#toolbar.querySelector(`[data-action=${name}]`) ?? this.#toolbar);
    if (!offered(name, message, this.#where(message))) return false;
    this.#perform(name, row, button);
    return true;
  }

  /** @param {HTMLElement} row @param {HTMLElement} button */
  #reactWithAny(row, button) {
    this.#pickEmoji(button, (emoji) => {
      button.dataset.emoji = emoji;
      this.#later("react", row, button).finally(() => delete button.dataset.emoji);
    });
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
    if (this.#perform(button.dataset.action ?? "", row, button)) event.preventDefault();
  }

  /** @param {string} name @param {HTMLElement} row @param {HTMLElement} button */
  #perform(name, row, button) {
    const action = LATER.has(name) ? () => this.#later(name, row, button) : this.#actions[name];
    action?.(row, button);
    return Boolean(action);
  }

  /** @param {string} name @param {HTMLElement} row @param {HTMLElement} button */
  async #later(name, row, button) {
    const message = this.#message(row);
    if (!message) return;
    const [client, notices, composer, root] = [this.#client, this.#notices, this.#composer, this.#root];
    const changes = await late(later(), notices);
    await changes?.perform(name, { client, notices, composer, root, row, button, message, limits: this.#limits, visit: this.#visit });
    if (button.dataset.emoji) this.#pick(false);
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
    if (this.#find) return this.#find(Number(row.dataset.id));
    const { room } = /** @type {HTMLElement} */ (row.closest("[data-room]")).dataset;
    const log = this.#client.store.logs.get(Number(room));
    return log?.messages.find((message) => String(message.id) === row.dataset.id);
  }

  /** @param {HTMLElement} row */
  #entry(row) {
    return [...this.#client.store.pending.values()].flat().find((entry) => entry.client_id === row.dataset.key);
  }

  /** @param {HTMLElement} row */
  #thread(row) {
    const message = this.#message(row);
    if (message) this.#openThread?.(message);
  }

  /** @param {HTMLElement} row of what is not sent */
  #discard(row) {
    const entry = this.#entry(row);
    if (!entry) return;
    const { client_id, room, body, quote, files } = entry;
    this.#client.outbox.discard(client_id);
    this.#notices.toast("Not sent", { label: "Undo", act: () => this.#client.send(room, body, quote, files) });
  }

  /** At once: what is written next is the answer. @param {HTMLElement} row */
  #reply(row) {
    const message = this.#message(row);
    if (message) this.#composer.enter({ reply: quoteOf(message) });
  }

  /** @param {HTMLElement} row */
  async #copy(row) {
    const text = (this.#message(row) ?? this.#entry(row))?.body ?? "";
    this.#notices.toast((await copyText(text)) ? "Copied" : "This browser does not let us copy. Select the text.");
  }

  /** @param {HTMLElement} row */
  async #markUnread(row) {
    const message = this.#message(row);
    const module = await late(import("./mark-unread.js"), this.#notices);
    if (message) await module?.markUnread(this.#client, this.#notices, message);
  }

  /** @param {HTMLElement} row */
  async #showReaders(row) {
    const message = this.#message(row);
    const module = await late(import("./message-readers.js"), this.#notices);
    if (message) await module?.showReaders(this.#root, this.#client, this.#notices, message);
  }

  /** @param {HTMLElement} row */
  async #delete(row) {
    const message = this.#message(row);
    if (!message) return;
    const own = message.author.id === this.#client.me.id;
    if (own && !(await this.#confirmed(gist(message)))) return;
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

  /** @param {string} text @returns {Promise<boolean>} */
  #confirmed(text) {
    fill(this.#dialog, "confirm-delete-quote", text);
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

/** Where the eye is: at the text, or at what was sent without one. @param {HTMLElement} row @returns {Element} */
function saidIn(row) {
  const bare = row.matches(".message--bare") ? slot(row, "attachments")?.firstElementChild : null;
  return bare ?? slot(row, "body") ?? row;
}
