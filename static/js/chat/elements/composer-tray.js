/**
 * The files beside what is being written, each a tile: its picture, how far it is, and what can be done about it.
 * Loaded when the first file is chosen, or left from before.
 *
 * The tiles are one stop of the Tab key; arrows go from one to the next, Delete takes one away.
 *
 * Events: `change`.
 */

import { ending, weight } from "../attachment-sizes.js";
import { describe } from "../attachments.js";
import { arrange, cloneTemplate, fill, slot } from "../dom.js";
import { on, tell } from "../events.js";
import { localUrl, releaseUrl } from "../local-urls.js";
import { shrink } from "../shrink.js";
import { openStorage } from "../storage.js";
import { Tray } from "../tray.js";

/** @typedef {import("../tray.js").Item} Item */

const STEPS = /** @type {Record<string, number>} */ ({ ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 });

/**
 * @param {HTMLFormElement} form @param {import("../file-marks.js").FileMarks} marks
 * @param {{client: import("../client.js").Client, notices: import("./notices.js").Notices, most?: number}} parts most: bytes
 *   of a file that the server takes
 * @param {AbortSignal} signal
 */
export async function openTray(form, marks, { client, notices, most }, signal) {
  const uploads = await client.uploads();
  const storage = openStorage(`parley-files-${client.me.id}`);
  const tray = new Tray({ uploads, api: client.api, storage, marks, shrink, most });
  return new ComposerTray(form, tray, { client, notices, uploads }, signal);
}

export class ComposerTray extends EventTarget {
  #form;
  #box;
  #list = document.createElement("ul");
  #tray;
  #client;
  #notices;
  #uploads;
  /** @type {import("../tray.js").Place} */
  #room = 0;
  /** @type {Map<string, HTMLElement>} */
  #tiles = new Map();
  /** The tile that the Tab key stops at, by key. */
  #current = "";
  /** The picture that is being described, by key. */
  #described = "";

  /**
   * @param {HTMLFormElement} form @param {Tray} tray
   * @param {{client: import("../client.js").Client, notices: import("./notices.js").Notices, uploads: import("../uploads.js").Uploads}} parts
   * @param {AbortSignal} signal
   */
  constructor(form, tray, { client, notices, uploads }, signal) {
    super();
    this.#form = form;
    this.#tray = tray;
    this.#client = client;
    this.#notices = notices;
    this.#uploads = uploads;
    this.#box = /** @type {HTMLElement} */ (slot(form, "tray"));
    this.#list.className = "tray__list";
    this.#list.setAttribute("role", "list");
    this.#list.setAttribute("aria-label", "Files to send");
    this.#box.append(this.#list);
    on(tray, "change", (change) => this.#changed(change), signal);
    on(uploads, "progress", ({ key }) => this.#progress(key), signal);
    on(client.transport, "state", () => this.#draw(), signal);
    this.#box.addEventListener("click", (event) => this.#click(event), { signal });
    this.#box.addEventListener("keydown", (event) => this.#key(event), { signal });
    this.#list.addEventListener("focusin", ({ target }) => this.#point(keyOf(target)), { signal });
  }

  /** @param {import("./composer-attach.js").Attached} room */
  async show(room) {
    this.#room = room.id;
    this.#describe("");
    this.#draw();
    const waiting = [...this.#client.store.pending.values()].flat();
    await this.#tray.restore(room.id, new Set(waiting.flatMap(({ files = [] }) => files.map(({ key }) => key))));
    await this.serve(room.id, room.draft?.attachments ?? []);
  }

  /** @param {import("../tray.js").Place} room @param {string[]} ids @param {string[]} [before] */
  async serve(room, ids, before) {
    // What cannot be asked for now is still in the draft.
    await this.#tray.serve(room, ids, before).catch(() => undefined);
  }

  /** @param {import("../tray.js").Place} room @param {File[]} files @returns {string} what is wrong with some of them */
  add(room, files) {
    const before = this.#tray.of(room).length;
    const problem = this.#tray.add(room, files);
    const added = this.#tray.of(room).length - before;
    const what = added === 1 ? "A file is" : `${added} files are`;
    if (added) this.#notices.say(`${what} added to your message.`);
    return problem;
  }

  /** @param {import("../tray.js").Place} room @param {import("../uploads.js").Sending} file */
  keep(room, file) {
    this.#tray.keep(room, file);
  }

  /** @param {import("../tray.js").Place} room */
  count(room) {
    return this.#tray.of(room).length;
  }

  /**
   * Say what was chosen just before a reload, and went with the page.
   *
   * @param {import("../tray.js").Place} room @param {string[]} chosen names @returns {string} empty where all of it is here
   */
  missing(room, chosen) {
    const here = this.#tray.of(room).map(({ name }) => stem(name));
    const lost = chosen.filter((name) => !here.includes(stem(name)));
    if (!lost.length) return "";
    const [were, them] = lost.length === 1 ? ["was", "it"] : ["were", "them"];
    return `“${lost.join("”, “")}” ${were} lost when the page was loaded anew. Choose ${them} again.`;
  }

  /** When all that is in it is kept, too. @param {import("../tray.js").Place} room @returns {Promise<unknown>} */
  prepared(room) {
    return this.#tray.prepared(room);
  }

  /** @param {import("../tray.js").Place} room */
  ids(room) {
    return this.#tray.ids(room);
  }

  /** @param {import("../tray.js").Place} room @returns {Promise<unknown> | null} */
  preparing(room) {
    return this.#tray.of(room).some(({ state }) => state === "preparing") ? this.#tray.prepared(room) : null;
  }

  /** @param {import("../tray.js").Place} room */
  take(room) {
    this.#describe("");
    return this.#tray.take(room);
  }

  /** @param {import("../uploads.js").Sending[]} files */
  forget(files) {
    return this.#tray.forget(files);
  }

  /** @param {{room: import("../tray.js").Place, key?: string}} change */
  #changed({ room, key }) {
    const item = this.#tray.of(room).find((each) => each.key === key);
    if (item?.state === "refused") this.#notices.interrupt(item.problem);
    const ready = this.#tray.of(room);
    if (item?.state === "ready" && ready.every(({ state }) => state === "ready")) this.#notices.say(`Ready to send: ${wordsOf(ready)}.`);
    if (room === this.#room) this.#draw();
    tell(this, "change");
  }

  #draw() {
    const items = this.#tray.of(this.#room);
    const before = this.#tiles;
    if (!items.some(({ key }) => key === this.#current)) this.#current = items[0]?.key ?? "";
    this.#tiles = new Map(items.map((item) => [item.key, this.#tile(item, before.get(item.key))]));
    arrange(this.#list, [...this.#tiles.values()]);
    this.#box.hidden = !items.length;
    this.#form.classList.toggle("composer--files", items.length > 0);
    if (this.#described && !this.#tiles.has(this.#described)) this.#describe("");
  }

  /** @param {Item} item @param {HTMLElement | undefined} tile */
  #tile(item, tile = newTile(item)) {
    const { key, name, state, kind, alt } = item;
    const words = this.#stateOf(item);
    const shownName = kind === "voice" ? describe([/** @type {any} */ (item)]) : name;
    fill(tile, "tile-name", shownName);
    fill(tile, "tile-state", words);
    tile.classList.toggle("tile--refused", state === "refused");
    tile.setAttribute("aria-label", `${shownName}, ${words}`);
    fillPicture(tile, item);
    show(slot(tile, "tile-share"), state === "uploading" || state === "preparing");
    const button = (/** @type {string} */ act) => /** @type {HTMLElement} */ (tile.querySelector(`[data-tile=${act}]`));
    show(button("describe"), kind === "picture" && state !== "refused");
    button("describe").textContent = alt ? "Described" : "Describe";
    button("describe").setAttribute("aria-label", alt ? `${name}, described: ${alt}` : `Describe ${name}`);
    show(button("retry"), state === "refused" && Boolean(item.blob));
    button("retry").setAttribute("aria-label", `Try ${name} again`);
    button("remove").setAttribute("aria-label", `Remove ${shownName}`);
    const stop = key === this.#current ? 0 : -1;
    for (const each of [tile, ...tile.querySelectorAll("button")]) /** @type {HTMLElement} */ (each).tabIndex = stop;
    this.#progress(key);
    return tile;
  }

  /** @param {Item} item */
  #stateOf({ state, size, key, problem }) {
    if (state === "refused") return problem;
    if (state === "preparing") return "Preparing";
    if (state === "ready") return weight(size);
    if (!this.#client.transport.online) return "Waiting for the connection";
    return `${weight(size)}, ${Math.floor(this.#uploads.share(key) * 100)} %`;
  }

  /** @param {string} key */
  #progress(key) {
    const tile = this.#tiles.get(key);
    const item = this.#tray.of(this.#room).find((each) => each.key === key);
    const bar = tile && /** @type {HTMLProgressElement | null} */ (slot(tile, "tile-share"));
    if (!bar || !item) return;
    if (item.state === "uploading") bar.value = this.#uploads.share(key);
    else bar.removeAttribute("value");
    fill(tile, "tile-state", this.#stateOf(item));
  }

  /** @param {Event} event */
  #click({ target }) {
    const button = /** @type {Element} */ (target).closest("[data-tile]");
    if (!(button instanceof HTMLElement)) return;
    const key = keyOf(button) || this.#described;
    const acts = /** @type {Record<string, () => void>} */ ({
      describe: () => this.#describe(key),
      described: () => this.#finish(),
      retry: () => this.#tray.retry(this.#room, key),
      remove: () => this.#remove(key),
    });
    acts[button.dataset.tile ?? ""]?.();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const { key, target } = event;
    const tile = /** @type {HTMLElement} */ (target).closest(".tile");
    const field = /** @type {HTMLElement} */ (target).matches("[data-slot=describe]");
    if (field && (key === "Enter" || key === "Escape")) this.#finish(key === "Escape");
    else if (!tile) return;
    else if (key in STEPS || key === "Home" || key === "End") this.#step(keyOf(tile), key);
    else if (key === "Delete" || (key === "Backspace" && target === tile)) this.#remove(keyOf(tile));
    else if (key === "Enter" && target === tile) /** @type {HTMLElement | null} */ (tile.querySelector("button:not([hidden])"))?.click();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {string} from @param {string} key */
  #step(from, key) {
    const keys = [...this.#tiles.keys()];
    const turned = document.dir === "rtl" && key.startsWith("Arrow") && /Left|Right/.test(key) ? -1 : 1;
    const at = keys.indexOf(from) + (STEPS[key] ?? 0) * turned;
    const to = key === "Home" ? 0 : key === "End" ? keys.length - 1 : Math.min(Math.max(0, at), keys.length - 1);
    this.#point(keys[to]);
    this.#tiles.get(keys[to])?.focus();
  }

  /** The Tab key stops here from now on. @param {string} key */
  #point(key) {
    if (!key || key === this.#current) return;
    this.#current = key;
    for (const [each, tile] of this.#tiles) {
      for (const part of [tile, ...tile.querySelectorAll("button")]) /** @type {HTMLElement} */ (part).tabIndex = each === key ? 0 : -1;
    }
  }

  /** @param {string} key */
  #remove(key) {
    const keys = [...this.#tiles.keys()];
    const next = keys[keys.indexOf(key) + 1] ?? keys[keys.indexOf(key) - 1];
    const name = this.#tray.of(this.#room).find((item) => item.key === key)?.name;
    this.#tray.remove(this.#room, key);
    releaseUrl(key); // of what is sent, the message lets go
    this.#notices.say(`${name} is removed.`);
    const stop = next && this.#tiles.get(next);
    if (stop) {
      this.#point(next);
      stop.focus();
    } else {
      /** @type {HTMLElement} */ (this.#form.elements.namedItem("body")).focus();
    }
  }

  /** Ask what is to be seen on a picture; "" asks no more. @param {string} key */
  #describe(key) {
    slot(this.#box, "describe")?.closest(".tray__describe")?.remove();
    this.#described = key;
    const item = this.#tray.of(this.#room).find((each) => each.key === key);
    if (!item) return;
    const panel = cloneTemplate("t-describe");
    const input = /** @type {HTMLInputElement} */ (slot(panel, "describe"));
    input.value = item.alt;
    this.#box.append(panel);
    input.focus();
  }

  /** @param {boolean} [dismissed] */
  #finish(dismissed = false) {
    const input = /** @type {HTMLInputElement | null} */ (slot(this.#box, "describe"));
    const key = this.#described;
    if (input && !dismissed) this.#tray.describe(this.#room, key, input.value.trim());
    this.#describe("");
    this.#tiles.get(key)?.focus();
  }
}

/** @param {Item} item */
function newTile({ key }) {
  const tile = cloneTemplate("t-tile");
  tile.dataset.key = key;
  return tile;
}

/** @param {HTMLElement} tile @param {Item} item */
function fillPicture(tile, { key, kind, name, blob, attachment, state }) {
  const box = /** @type {HTMLElement} */ (slot(tile, "tile-picture"));
  const wanted = kind === "picture" && state !== "preparing" ? (blob ? localUrl(key, blob) : (attachment?.sources[0]?.url ?? attachment?.url)) : "";
  const image = box.querySelector("img");
  if (!wanted) {
    image?.remove();
    const sign = kind === "voice" ? "🎤" : ending(name);
    if (box.textContent !== sign) box.textContent = sign;
  } else if (image?.getAttribute("src") !== wanted) {
    box.replaceChildren(Object.assign(document.createElement("img"), { src: wanted, alt: "", className: "tile__image" }));
  }
}

/** @param {Item[]} items */
function wordsOf(items) {
  return describe(/** @type {any} */ (items)) || "nothing";
}

/** @param {EventTarget | null} target */
function keyOf(target) {
  return /** @type {HTMLElement | null} */ (/** @type {Element} */ (target).closest("[data-key]"))?.dataset.key ?? "";
}

/** @param {HTMLElement | null} part @param {boolean} shown */
function show(part, shown) {
  if (part && part.hidden === shown) part.hidden = !shown;
}

/** A picture that was drawn anew has another ending. @param {string} name of a file */
function stem(name) {
  return name.replace(/\.[^.]{1,5}$/, "");
}
