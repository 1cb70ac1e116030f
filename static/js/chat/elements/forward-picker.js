/**
 * Where a message is to go on to: a few conversations or people, found by a few letters, and a word of one's own with
 * it. Loaded when first asked for.
 *
 * What could not be forwarded stays chosen, so that it can be tried again; what could is not sent twice.
 */

import { forward } from "../changes.js";
import { Destinations } from "../destinations.js";
import { arrange, cloneTemplate, fill, slot } from "../dom.js";
import { Failure } from "../failure.js";
import { gist } from "../log.js";
import { uuid4 } from "../uuid.js";
import { optionOf } from "./composer-completion.js";
import { DestinationSearch } from "./destination-search.js";

/**
 * @typedef {import("../log.js").Message} Message
 * @typedef {import("../destinations.js").Destination} Destination
 */

/** So many places a message goes to at once. */
const MOST = 5;

export class ForwardPicker {
  #client;
  #notices;
  #visit;
  #message;
  #dialog = /** @type {HTMLDialogElement} */ (cloneTemplate("t-forward"));
  #field = /** @type {HTMLInputElement} */ (slot(this.#dialog, "forward-find"));
  #comment = /** @type {HTMLInputElement} */ (slot(this.#dialog, "forward-comment"));
  #button = /** @type {HTMLButtonElement} */ (slot(this.#dialog, "forward-send"));
  #chips = /** @type {HTMLElement} */ (slot(this.#dialog, "chosen"));
  #search;
  /** In the order in which they were chosen, each with the id that makes two tries one message. @type {Map<string, {place: Destination, client_id: string}>} */
  #chosen = new Map();
  #sending = false;
  #closed = new AbortController();

  /**
   * @param {HTMLElement} root
   * @param {object} parts
   * @param {import("../client.js").Client} parts.client
   * @param {import("./notices.js").Notices} parts.notices
   * @param {(message: Message) => unknown} [parts.visit] goes to where a message stands
   * @param {Message} message that goes on
   */
  constructor(root, { client, notices, visit }, message) {
    this.#client = client;
    this.#notices = notices;
    this.#visit = visit;
    this.#message = message;
    // Where it stands already it hardly goes, unless somebody asks for it.
    const fits = ({ id, may_write, blocked }, query) => may_write !== false && !blocked && (Boolean(query) || id !== message.room);
    const places = new Destinations(client, { fits, joins: false });
    const list = /** @type {HTMLElement} */ (slot(this.#dialog, "places"));
    const how = {
      optionFor: (place) => optionFor(place, this.#chosen.has(place.key)),
      choose: (place) => this.#choose(place),
      say: (sentence) => this.#say(sentence),
      kind: "no conversation to write in",
    };
    this.#search = new DestinationSearch(this.#field, list, places, how, this.#closed.signal);
    this.#field.addEventListener("keydown", (event) => this.#key(event));
    this.#chips.addEventListener("click", ({ target }) => this.#remove(/** @type {Element} */ (target).closest("button")?.dataset.key));
    this.#dialog.addEventListener("keydown", (event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && this.#submit(event));
    this.#dialog.addEventListener("submit", (event) => this.#submit(event));
    this.#dialog.addEventListener("click", ({ target }) => this.#leaves(/** @type {Element} */ (target)));
    this.#dialog.addEventListener("close", () => this.#close());
    root.append(this.#dialog);
  }

  open() {
    fill(this.#dialog, "forward-who", this.#message.author.full_name);
    fill(this.#dialog, "forward-text", gist(this.#message));
    this.#search.show();
    this.#tell();
    this.#dialog.showModal();
  }

  #close() {
    this.#search.stop();
    this.#closed.abort();
    this.#dialog.remove();
  }

  /** @param {Element} target */
  #leaves(target) {
    if (target === this.#dialog || target.closest("[data-action=leave-forward]")) this.#dialog.close();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const { key } = event;
    if (key === "Backspace" && !this.#field.value) this.#remove([...this.#chosen.keys()].at(-1));
    if (key === "Escape" || key === "Tab" || this.#search.key(event) || event.ctrlKey || event.metaKey) return;
    if (key === "Enter") event.preventDefault(); // nothing is found; to send is for the button
  }

  /** @param {Destination} place that is chosen, or no longer */
  #choose(place) {
    const { key } = place;
    if (this.#sending) return;
    if (this.#chosen.has(key)) return this.#remove(key);
    if (this.#chosen.size >= MOST) return this.#say(`A message goes to ${MOST} conversations at once. Remove one first.`);
    this.#chosen.set(key, { place, client_id: uuid4() });
    this.#field.value = "";
    this.#search.look();
    this.#tell();
    return this.#notices.say(`${place.name} is chosen.`);
  }

  /** @param {string | undefined} key */
  #remove(key) {
    const chosen = key && this.#chosen.get(key);
    if (!chosen || this.#sending) return;
    this.#chosen.delete(key);
    this.#say("");
    this.#search.show();
    this.#tell();
    this.#field.focus();
    this.#notices.say(`${chosen.place.name} is removed.`);
  }

  /** Who is chosen, above the list and on the button. */
  #tell() {
    const places = [...this.#chosen.values()].map(({ place }) => place);
    arrange(this.#chips, places.map(chipOf));
    this.#chips.hidden = !places.length;
    this.#button.disabled = !places.length || this.#sending;
    this.#button.textContent = places.length > 1 ? `Forward to ${places.length}` : "Forward";
  }

  /** @param {Event} event */
  async #submit(event) {
    event.preventDefault();
    if (this.#sending || !this.#chosen.size) return;
    this.#sending = true;
    this.#say("");
    this.#tell();
    /** @type {{place: Destination, message: Message}[]} */
    const sent = [];
    const failures = [];
    for (const [key, { place, client_id }] of this.#chosen) {
      try {
        sent.push({ place, message: await this.#send(place, client_id) });
        this.#chosen.delete(key);
      } catch (error) {
        failures.push(why(place, Failure.from(error), this.#chosen.size > 1 || sent.length > 0));
      }
    }
    this.#sending = false;
    if (sent.length) this.#tellSent(sent);
    if (!failures.length) return this.#dialog.close();
    if (!this.#dialog.open) return this.#notices.alert(failures.join(" "));
    this.#search.show();
    this.#tell();
    this.#say(failures.join(" "));
  }

  /** @param {Destination} place @param {string} client_id */
  async #send(place, client_id) {
    const room = await place.room();
    const message = await forward(this.#client, this.#message, room, client_id);
    const comment = this.#comment.value;
    if (comment.trim()) this.#client.send(room, comment);
    return message;
  }

  /** @param {{place: Destination, message: Message}[]} sent */
  #tellSent(sent) {
    const names = new Intl.ListFormat("en").format(sent.map(({ place }) => place.name));
    const [{ place, message }] = sent;
    const label = sent.length > 1 ? `Open ${place.name}` : "Open";
    this.#notices.toast(`Forwarded to ${names}`, this.#visit && { label, act: () => this.#visit?.(message) });
  }

  /** @param {string} sentence */
  #say(sentence) {
    fill(this.#dialog, "switcher-say", sentence);
  }
}

/** @param {Destination} place @param {boolean} chosen */
function optionFor(place, chosen) {
  const option = optionOf({ ...place, text: "" });
  option.classList.toggle("option--chosen", chosen);
  const check = document.createElement("span");
  check.className = "option__check";
  if (chosen) check.append(Object.assign(document.createElement("span"), { className: "visually-hidden", textContent: " chosen" }));
  option.append(check);
  return option;
}

/** @param {Destination} place */
function chipOf({ key, name }) {
  const chip = cloneTemplate("t-forward-chip");
  const button = /** @type {HTMLElement} */ (chip.querySelector("button"));
  button.dataset.key = key;
  button.setAttribute("aria-label", `Remove ${name}`);
  fill(chip, "chip-name", name);
  return chip;
}

/** What went wrong, and with several of them where. @param {Destination} place @param {Failure} failure @param {boolean} several */
function why({ name }, { detail, passing }, several) {
  const sentence = passing || !detail ? "This cannot be forwarded right now. Try again when you are back online." : detail;
  return several ? `${name}: ${sentence}` : sentence;
}
