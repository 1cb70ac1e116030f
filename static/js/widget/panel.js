/** The panel of the widget: one room, in a shadow of somebody else's page, drawn by the same elements as on our own. */

import { describe } from "../chat/attachments.js";
import { activeIn, cloneTemplate, copyText, fill, fillAvatar, roomAvatar, slot, takeTemplatesFrom } from "../chat/dom.js";
import { Drafts } from "../chat/drafts.js";
import { Announcer } from "../chat/elements/announcer.js";
import { MessageLog } from "../chat/elements/message-log.js";
import { drawWith } from "../chat/elements/message-attachments.js";
import { TypingLine } from "../chat/elements/typing-line.js";
import { on } from "../chat/events.js";
import { Failure } from "../chat/failure.js";
import { LIMITS } from "../chat/protocol.js";
import { trustedHTML } from "../chat/trusted.js";
import { uuid4 } from "../chat/uuid.js";
import { Composer } from "./composer.js";
import { LinkLine } from "./link-line.js";

/** @type {Promise<{sheet: CSSStyleSheet, markup: DocumentFragment}> | undefined} */
let fetched;

/** @param {string} html @param {string} css */
async function fetchLook(html, css) {
  const [markup, sheet] = await Promise.all([text(html), fetchSheet(css)]);
  const template = document.createElement("template");
  template.innerHTML = trustedHTML(markup);
  takeTemplatesFrom(template.content);
  drawWith(drawLater);
  return { sheet, markup: template.content };
}

/** @param {string} css */
async function fetchSheet(css) {
  const sheet = new CSSStyleSheet();
  // What is said in a variable is looked for at the page, wherever the sheet is from.
  sheet.replaceSync((await text(css)).replaceAll('url("/', `url("${new URL(css).origin}/`));
  return sheet;
}

/** Have a sheet as long as the widget is there. @param {ShadowRoot} root @param {CSSStyleSheet} sheet @param {AbortSignal} signal */
function adopt(root, sheet, signal) {
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  signal.addEventListener("abort", () => {
    root.adoptedStyleSheets = root.adoptedStyleSheets.filter((each) => each !== sheet);
  });
}

/** Most conversations are of words: what draws files comes with the first. @param {HTMLElement} box @param {import("./files.js").Attachment[]} shown */
async function drawLater(box, shown) {
  try {
    const { drawAttached } = await import("./files.js");
    drawAttached(box, shown, cloneTemplate);
  } catch {
    box.textContent = `📎 ${describe(shown)}`;
  }
}

/** @param {string} url */
async function text(url) {
  const response = await fetch(url, { credentials: "omit" });
  if (!response.ok) throw new Failure("closed");
  return response.text();
}

export class Panel {
  #host;
  #panel;
  #session;
  #announcer;
  #tell;
  #signal;
  #visiting;
  #room;
  /** @type {MessageLog | undefined} */
  #log;
  /** @type {import("./files.js").Files | undefined} */
  #files;
  #loadLightbox;
  /** @type {Promise<import("../chat/elements/lightbox.js").Lightbox> | undefined} */
  #lightbox;
  /** @type {Composer | undefined} */
  #composer;
  #open = false;
  /** What is sent first: trying again is the same message. @type {{client_id: string, body: string} | undefined} */
  #first;

  /** @param {HTMLElement} host @param {import("./core.js").Parts} parts @param {import("./session.js").Session} session */
  static async make(host, parts, session) {
    fetched ??= fetchLook(parts.html, parts.css);
    fetched.catch(() => (fetched = undefined));
    const { sheet, markup } = await fetched;
    const { root, signal } = parts;
    const panel = /** @type {HTMLElement} */ (document.importNode(/** @type {Element} */ (markup.querySelector("section")), true));
    const words = host.getAttribute("words");
    // Where they cannot be had, ours will do.
    if (words) await import("./words.js").then(({ speak }) => speak(panel, words, langOf(host), signal)).catch((error) => console.info("<chat-widget> words:", error));
    adopt(root, sheet, signal);
    root.prepend(panel);
    signal.addEventListener("abort", () => panel.remove());
    return new Panel(host, panel, parts, session);
  }

  /** @param {HTMLElement} host @param {HTMLElement} panel @param {import("./core.js").Parts} parts @param {import("./session.js").Session} session */
  constructor(host, panel, { site, room, root, css, tell, signal }, session) {
    this.#host = host;
    this.#panel = panel;
    this.#session = session;
    this.#announcer = new Announcer(panel, signal);
    this.#loadLightbox = async () => {
      const [{ visitorLightbox }, sheet] = await Promise.all([import("./lightbox.js"), fetchSheet(`${css}&part=later`)]);
      adopt(root, sheet, signal);
      return visitorLightbox(panel, /** @type {import("./files.js").Files} */ (this.#files));
    };
    this.#tell = tell;
    this.#signal = signal;
    this.#visiting = Boolean(site);
    this.#room = room;
    // The words of the panel are English, unless the page gives its own; what people write is more likely in its language.
    const lang = langOf(host);
    for (const each of panel.querySelectorAll("[data-slot=timeline], textarea")) /** @type {HTMLElement} */ (each).lang = lang;
    const words = host.getAttribute("greeting");
    if (words) Object.assign(/** @type {HTMLElement} */ (slot(panel, "start-text")), { textContent: words, lang });
    panel.addEventListener("click", (event) => this.#clicked(event), { signal });
    panel.addEventListener("keydown", (event) => this.#key(event), { signal });
    for (const type of ["resize", "scroll"]) globalThis.visualViewport?.addEventListener(type, () => this.#fit(), { signal });
    on(session, "ready", () => this.#begin(), signal);
    if (session.client) this.#begin();
  }

  /** @param {boolean} [asked] somebody wants it just now, and the focus goes along */
  open(asked) {
    if (this.#open) return;
    this.#open = true;
    this.#panel.hidden = this.#panel.inert = false;
    this.#fit();
    if (this.#session.client) this.#enter();
    if (!asked) return;
    if (this.#composer) this.#composer.focus();
    else /** @type {HTMLElement} */ (this.#panel.querySelector("[data-action=close]")).focus({ preventScroll: true });
  }

  close() {
    if (!this.#open) return;
    this.#open = false;
    const within = this.#panel.contains(activeIn(this.#panel));
    this.#log?.leave();
    this.#dialog?.close();
    this.#panel.hidden = this.#panel.inert = true;
    if (within) this.#tell("focus", {});
  }

  /** We know who we are: bring the panel to life. */
  #begin() {
    const client = /** @type {import("../chat/client.js").Client} */ (this.#session.client);
    this.#room = this.#session.roomFor(this.#room) ?? 0;
    const signal = this.#signal;
    this.#log = new MessageLog(this.#panel, client, signal);
    const typing = new TypingLine(this.#panel, client, signal);
    new LinkLine(this.#panel, client, signal);
    this.#panel.addEventListener("attached", () => this.#attached(), { signal });
    this.#composer = new Composer(this.#panel, {
      room: this.#room,
      limit: this.#session.limits?.body ?? LIMITS.body,
      placeholder: this.#host.getAttribute("placeholder") || "Write a message",
      drafts: new Drafts(client.me.id),
      send: (body) => this.#send(body),
      typed: () => this.#room && client.typed(this.#room),
    }, signal);
    typing.show(this.#room);
    // It may begin on another device as well.
    on(client.store, "rooms", () => this.#session.settle([...client.store.rooms.keys()][0]), signal);
    on(this.#session, "room", () => {
      this.#room = /** @type {number} */ (this.#session.room);
      this.#composer?.moveTo(this.#room);
      typing.show(this.#room);
      if (this.#open) this.#enter();
    }, signal);
    on(client.store, "rooms", () => this.#head(), signal);
    on(client, "left", (room) => room === this.#room && this.#gone(), signal);
    on(client, "arrived", (message) => this.#announce(message), signal);
    if (this.#open) this.#enter();
    // Who waits on the button beside it goes on from there; who is elsewhere on the page by now stays.
    if (this.#panel.contains(activeIn(this.#panel))) this.#composer.focus();
  }

  /** @param {string} body @returns {Promise<void> | void} a promise where it makes the conversation */
  #send(body) {
    if (!this.#room) return this.#start(body);
    this.#session.client?.send(this.#room, body);
    this.#log?.toEnd();
    return undefined;
  }

  /** Send what makes the conversation of one's own. @param {string} body @throws {Failure} */
  async #start(body) {
    if (this.#first?.body !== body) this.#first = { client_id: uuid4(), body };
    const { api } = /** @type {import("../chat/client.js").Client} */ (this.#session.client);
    this.#session.settle((await api.call("POST", "conversation/", this.#first)).room);
  }

  /** Load the room, as often as it takes, and show it. */
  async #enter() {
    const client = /** @type {import("../chat/client.js").Client} */ (this.#session.client);
    if (!this.#room) return this.#invite();
    try {
      await client.open(this.#room);
      if (!this.#open) return;
      this.#head();
      this.#log?.show(this.#room);
    } catch (error) {
      const { code, detail, passing } = Failure.from(error);
      if (!passing && !this.#signal.aborted) this.#tell("error", { code, message: detail });
      else on(client.transport, "state", () => client.transport.online && this.#open && this.#enter(), AbortSignal.any([this.#signal, AbortSignal.timeout(60_000)]));
    }
  }

  /** Nothing is written yet in the conversation of one's own. */
  #invite() {
    this.#name(this.#session.name ?? "", 0);
    /** @type {HTMLElement} */ (slot(this.#panel, "start")).hidden = false;
  }

  /** @param {string} name @param {number} id whose colour is shown */
  #name(name, id) {
    fill(this.#panel, "room-name", name);
    fill(this.#panel, "start-name", name);
    if (this.#session.name && !this.#host.getAttribute("greeting")) fill(this.#panel, "start-text", "Write to us. Nobody but you and the team reads it.");
    fillAvatar(this.#panel, { ...roomAvatar(/** @type {any} */ ({ id, name })), user: undefined, avatar: null });
  }

  #head() {
    const room = this.#session.client?.store.rooms.get(this.#room);
    if (!room) return;
    const { name } = this.#session;
    this.#name(name || room.name, name ? 0 : room.id);
    const people = room.member_count;
    fill(this.#panel, "room-sub", name ? "" : room.topic || (people > 2 ? `${people} people` : ""));
    const closed = room.may_write ? "" : "Nothing can be written here now.";
    fill(this.#panel, "closed", closed);
    /** @type {HTMLElement} */ (slot(this.#panel, "closed")).hidden = !closed;
    /** @type {HTMLElement} */ (slot(this.#panel, "composer")).hidden = Boolean(closed);
  }

  #gone() {
    this.#log?.leave();
    this.#tell("error", { code: "removed", message: "You are no longer in this conversation." });
  }

  /** @param {import("../chat/log.js").Message} message */
  #announce(message) {
    if (this.#open && message.room === this.#room) this.#announcer.arrived(message);
  }

  /** @param {MouseEvent} event */
  async #clicked(event) {
    const target = /** @type {Element} */ (event.target);
    const button = /** @type {HTMLElement | null} */ (target.closest("[data-action]"));
    const action = button?.dataset.action;
    const row = /** @type {HTMLElement | null} */ (target.closest(".message"));
    const outbox = this.#session.client?.outbox;
    const key = row?.dataset.key ?? "";
    if (action === "close") this.#tell("leave", {});
    else if (action === "save" && button) this.#save(button);
    else if (action === "enlarge" && button) this.#enlarge(button).catch(() => this.#miss(button));
    else if (action === "retry") outbox?.retry(key);
    else if (action === "discard") outbox?.discard(key);
    else if (action === "copy" && row) copyText(slot(row, "body")?.textContent ?? "");
    // Ways to our own pages lead nowhere here; a quote leads to what it quotes.
    const link = /** @type {HTMLAnchorElement | null} */ (target.closest("a[href]"));
    if (!link || link.target) return;
    event.preventDefault();
    const seq = Number(link.dataset.seq);
    if (link.matches(".quote") && seq && this.#session.client) {
      await this.#session.client.open(this.#room, seq).catch(() => undefined);
      this.#log?.pointAt(seq);
    }
  }

  async #attached() {
    const { Files } = await import("./files.js");
    const client = /** @type {import("../chat/client.js").Client} */ (this.#session.client);
    if (this.#signal.aborted) return;
    this.#files ??= new Files(this.#panel, client, this.#visiting, this.#signal);
    this.#files.find();
  }

  /** @param {HTMLElement} button */
  async #save(button) {
    try {
      await this.#files?.save(button);
    } catch {
      this.#miss(button);
    }
  }

  /** @param {HTMLElement} button of what cannot be had */
  #miss(button) {
    this.#announcer.say("The file cannot be had right now.");
    button.classList.add("widget__missing");
  }

  /** @param {HTMLElement} button a picture */
  async #enlarge(button) {
    this.#lightbox ??= this.#loadLightbox();
    this.#lightbox.catch(() => (this.#lightbox = undefined));
    const lightbox = await this.#lightbox;
    const log = this.#session.client?.store.logs.get(this.#room);
    if (log && this.#open) lightbox.open(log.messages, button);
  }

  /** What is open over the conversation. @returns {HTMLDialogElement | null} */
  get #dialog() {
    return this.#panel.querySelector("dialog[open]");
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    // What is pressed in here is not for the shortcuts of the page.
    event.stopPropagation();
    if (this.#dialog) return;
    if (event.key !== "Escape" || event.isComposing || event.defaultPrevented) return;
    event.preventDefault();
    this.#tell("leave", {});
  }

  /**
   * Where the keyboard of a phone takes half of the screen, all stays in what is left of it, to which iOS moves the page;
   * enlarged by two fingers it is as high as before. A page that is zoomed by its own sheet zooms our pixels, too.
   */
  #fit() {
    const { height, scale, offsetTop } = globalThis.visualViewport ?? {};
    if (!height) return;
    const zoom = /** @type {any} */ (this.#panel).currentCSSZoom || 1;
    const set = (/** @type {string} */ name, /** @type {number} */ px) => this.#panel.style.setProperty(name, `${px / zoom}px`);
    set("--chat-height", height * scale);
    set("--chat-top", scale > 1 ? 0 : offsetTop);
  }
}

/** @param {HTMLElement} host @returns {string} the language of the page around it */
function langOf(host) {
  return /** @type {HTMLElement | null} */ (host.closest("[lang]"))?.lang ?? "";
}
