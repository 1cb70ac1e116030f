/**
 * `<chat-widget>`: the launcher of the chat on somebody else's page. It is all that the page loads at first; the rest
 * comes when somebody opens it, or has talked here before and may have something to read.
 *
 * Whatever goes wrong here stays here: the page hears of it by the event `chat-error`, and never by an exception.
 */

/** @typedef {{core: string, html: string, css: string}} Parts the server writes PARTS above this line */
/* global PARTS */

const NAME = "chat-widget";
const ICON = "M3 4.5A2.5 2.5 0 0 1 5.5 2h9A7.5 7.5 0 0 1 22 9.5a7.5 7.5 0 0 1-7.5 7.5H9l-4.3 4A1 1 0 0 1 3 20.3zM9.5 8a1.5 1.5 0 1 0 0 3a1.5 1.5 0 0 0 0-3zM14.5 8a1.5 1.5 0 1 0 0 3a1.5 1.5 0 0 0 0-3z";
// What the page says of all its elements, even with !important, ends at the host: inside, these words are the last.
const STYLE = `
:host { all: initial !important; display: block !important; position: fixed !important; z-index: var(--chat-z-index, 2147483000) !important; inset-block-end: calc(var(--chat-inset-block-end, 20px) + env(safe-area-inset-bottom, 0px)) !important; inset-inline-end: var(--chat-inset-inline-end, 20px) !important; color-scheme: light dark !important; }
:host([hidden]) { display: none !important; }
:host([theme="light"]) { color-scheme: light !important; }
:host([theme="dark"]) { color-scheme: dark !important; }
.launcher { all: unset; box-sizing: border-box; position: relative; display: grid; place-items: center; inline-size: 56px; block-size: 56px; border-radius: var(--chat-launcher-radius, 50%); background: var(--chat-accent, light-dark(oklch(0.5 0.092 195), oklch(0.8 0.1 190))); color: var(--chat-on-accent, light-dark(white, oklch(0.2 0.03 200))); box-shadow: 0 2px 6px oklch(0 0 0 / 0.16), 0 8px 24px oklch(0 0 0 / 0.18); cursor: pointer; transition: scale 120ms; -webkit-tap-highlight-color: transparent; }
.launcher:hover { scale: 1.05; }
.launcher:active { scale: 0.95; }
.launcher:focus-visible { outline: 3px solid var(--chat-accent, light-dark(oklch(0.5 0.092 195), oklch(0.8 0.1 190))); outline-offset: 3px; }
.launcher[aria-busy="true"] svg { opacity: 0.5; }
.launcher svg { inline-size: 28px; block-size: 28px; fill: currentcolor; }
.badge { position: absolute; inset-block-start: -4px; inset-inline-end: -4px; box-sizing: border-box; min-inline-size: 22px; padding-inline: 6px; border-radius: 11px; background: var(--chat-badge, oklch(0.53 0.19 28)); color: white; font: 650 12px/22px system-ui, sans-serif; text-align: center; }
.badge:empty { display: none; }
.note:not(:empty) { position: absolute; inset-block-end: 68px; inset-inline-end: 0; box-sizing: border-box; inline-size: max-content; max-inline-size: min(280px, 100vw - 40px); padding: 10px 14px; border: 1px solid #8884; border-radius: 12px; background: Canvas; color: CanvasText; box-shadow: 0 2px 6px oklch(0 0 0 / 0.16), 0 8px 24px oklch(0 0 0 / 0.18); font: 14px/1.45 var(--chat-font, system-ui, sans-serif); overflow-wrap: anywhere; unicode-bidi: plaintext; cursor: pointer; }
[hidden] { display: none !important; }
@media (prefers-reduced-motion: reduce) { .launcher { transition: none; } }
@media print { :host { display: none !important; } }
@media (forced-colors: active) { .launcher { border: 2px solid ButtonText; } .badge { border: 1px solid ButtonText; } }
`;
const NOTE_SHOWN = 6_000;

const at = (/** @type {string} */ path) => new URL(path, import.meta.url).href;
const sheet = new CSSStyleSheet();
sheet.replaceSync(STYLE);

/** @param {string} name @param {Record<string, string>} attributes @param {Element[]} children */
function make(name, attributes, ...children) {
  const node = name === "svg" || name === "path" ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return /** @type {HTMLElement} */ (node);
}

class ChatWidget extends HTMLElement {
  static observedAttributes = ["open", "label", "site", "room", "token", "words"];
  #root = this.attachShadow({ mode: "open" });
  #badge = make("span", { class: "badge", part: "badge", "aria-hidden": "true" });
  #note = make("div", { class: "note", part: "note", role: "status" });
  #button = make("button", { class: "launcher", part: "launcher", type: "button", "aria-expanded": "false" },
    make("svg", { viewBox: "0 0 26 26", "aria-hidden": "true" }, make("path", { d: ICON, "fill-rule": "evenodd" })), this.#badge);
  #unread = 0;
  #tries = 0;
  /** @type {AbortController | null} while we are in the page */
  #here = null;
  /** @type {Promise<any> | null} what the core makes of us */
  #view = null;
  /** @type {unknown} a token, or what gives one */
  #identity;
  #noted = 0;
  /** @type {Map<Function, EventListener>} */
  #listeners = new Map();

  constructor() {
    super();
    this.#root.adoptedStyleSheets = [sheet];
    this.#root.append(this.#note, this.#button);
    this.#button.addEventListener("click", () => this.toggle());
    this.#note.addEventListener("click", () => this.open());
    this.#name();
  }

  connectedCallback() {
    this.#here = new AbortController();
    if (this.hasAttribute("open")) this.#show();
    else if (this.#isBack()) (globalThis.requestIdleCallback ?? setTimeout)(() => this.#return());
  }

  disconnectedCallback() {
    this.#end();
    this.#here = null;
    this.#say("");
  }

  /** @param {string} name @param {string | null} before @param {string | null} now */
  attributeChangedCallback(name, before, now) {
    this.#name();
    if (!this.#here || before === now) return;
    if (name === "open") {
      this.#tell(now === null ? "close" : "open", {});
      this.#show(true);
    } else if (name !== "label") this.#again();
  }

  open() {
    this.toggleAttribute("open", true);
  }

  close() {
    this.toggleAttribute("open", false);
  }

  toggle() {
    this.toggleAttribute("open");
  }

  /** Say who is here: a token of the page's own server, or a function that fetches one each time it is asked. @param {string | (() => string | Promise<string>) | null} token null: nobody any more */
  identify(token) {
    this.#identity = token;
    if (this.#here) this.#again();
  }

  /** @param {string} type such as "message" @param {(detail: any) => void} listener */
  on(type, listener) {
    const heard = (/** @type {any} */ event) => listener(event.detail);
    this.#listeners.set(listener, heard);
    this.addEventListener(`chat-${type}`, heard);
  }

  /** @param {string} type @param {(detail: any) => void} listener */
  off(type, listener) {
    this.removeEventListener(`chat-${type}`, this.#listeners.get(listener) ?? null);
    this.#listeners.delete(listener);
  }

  /** How many messages wait to be read. */
  get unread() {
    return this.#unread;
  }

  #name() {
    const waits = this.#unread ? ", " + this.#own("{n} unread").replace("{n}", /** @type {string} */ (this.#badge.textContent)) : "";
    this.#button.setAttribute("aria-label", (this.getAttribute("label") ?? this.#own("Chat")) + waits);
  }

  /** What the page says in its own words for these of ours. @param {string} text */
  #own(text) {
    try {
      return JSON.parse(this.getAttribute("words") ?? "")[text] ?? text;
    } catch {
      return text;
    }
  }

  /** @param {string} text beside the button, for a moment */
  #say(text) {
    this.#note.textContent = text;
    clearTimeout(this.#noted);
    if (text) this.#noted = setTimeout(() => this.#say(""), NOTE_SHOWN);
  }

  /** @param {boolean} [asked] somebody wants it just now: else the focus stays where they are */
  async #show(asked) {
    const wanted = this.hasAttribute("open");
    const here = this.#here;
    this.#button.setAttribute("aria-expanded", String(wanted));
    if (!wanted && !this.#view) return;
    this.#button.setAttribute("aria-busy", "true");
    try {
      const view = await this.#wake();
      if (here !== this.#here || !here) return;
      this.#button.hidden = this.hasAttribute("open");
      if (this.#button.hidden) this.#say("");
      await (this.#button.hidden ? view.open(asked) : view.close());
    } catch {
      if (here === this.#here) this.#tell("error", { code: "unreachable", message: "The chat cannot be reached right now. Try again in a moment." });
    } finally {
      this.#button.removeAttribute("aria-busy");
    }
  }

  /** Somebody is back, who may have something to read, or to send: in silence, as often as it takes. */
  #return(wait = 2_000) {
    const here = this.#here;
    if (!here || this.#view) return;
    this.#wake().catch(() => setTimeout(() => here === this.#here && this.#return(Math.min(wait * 2, 60_000)), wait));
  }

  /** @returns {Promise<any>} */
  #wake() {
    const { signal } = /** @type {AbortController} */ (this.#here);
    const parts = {
      origin: new URL(import.meta.url).origin,
      html: at(PARTS.html),
      css: at(PARTS.css),
      root: this.#root,
      site: this.getAttribute("site") ?? "",
      room: Number(this.getAttribute("room")) || 0,
      token: this.#token,
      signal,
      tell: (/** @type {string} */ type, /** @type {any} */ detail) => this.#tell(type, detail),
    };
    // A module that could not be had is not asked for a second time under the same address.
    const again = this.#tries++ ? `?${this.#tries}` : "";
    this.#view ??= import(at(PARTS.core) + again).then(({ attach }) => attach(this, parts));
    this.#view.then(() => (this.#tries = 0), () => (this.#view = null));
    return this.#view;
  }

  /** Somebody else is here, or it is about another place. */
  #again() {
    this.#end();
    this.connectedCallback();
  }

  #end() {
    this.#button.hidden = false;
    this.#here?.abort();
    this.#view = null;
    this.#tell("unread", { count: 0 });
  }

  /** @param {string} type @param {any} detail */
  #tell(type, detail) {
    if (type === "leave") return this.close();
    if (type === "error") this.#fail(detail);
    if (type === "note") return this.hasAttribute("open") || this.#say(detail);
    if (type === "unread") {
      if (detail.count === this.#unread) return;
      this.#unread = detail.count;
      this.#badge.textContent = detail.count > 99 ? "99+" : detail.count || "";
      this.#name();
    }
    if (type === "focus") return this.#button.focus({ preventScroll: true });
    this.dispatchEvent(new CustomEvent(`chat-${type}`, { detail, bubbles: true, composed: true }));
  }

  /** @param {{code: string, message: string}} detail */
  #fail(detail) {
    console.info(`<${NAME}> ${detail.code}: ${detail.message}`);
    if (this.hasAttribute("open")) {
      this.#say(this.#own(detail.message));
      this.close();
    }
  }

  get #token() {
    return this.#identity === undefined ? this.getAttribute("token") : this.#identity;
  }

  /** Whether this browser has talked here before: as itself, or as whom the page now says that it is. */
  #isBack() {
    const site = this.getAttribute("site") ?? "";
    try {
      const kept = localStorage.getItem(`parley-widget-${site}`);
      return kept && (kept !== "{}" || !site || this.#token);
    } catch {
      return false;
    }
  }
}

if (!customElements.get(NAME)) customElements.define(NAME, ChatWidget);
