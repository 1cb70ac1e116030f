/** One message on the page: made from the server's template, or the server's own row taken over. */

import { activeIn, cloneTemplate, fill, fillAvatar, fillStatus, slot } from "../dom.js";
import { clock, fullTime } from "../time.js";
import { emojiOnly } from "../timeline.js";
import { trustedHTML } from "../trusted.js";
import { adoptAttachments, fillAttachments } from "./message-attachments.js";

/** What a row shows now, so that only what changed is touched. @type {WeakMap<Element, string>} */
const versions = new WeakMap();

/** All that the look of a row depends on: of three hundred rows most are as they were. @type {WeakMap<Element, string>} */
const looks = new WeakMap();

/**
 * Draws what links lead to, and the way to a thread, where that is shown.
 *
 * @type {(Pick<typeof import("./message-preview.js"), "adoptPreview" | "fillPreview" | "makePreview"> & typeof import("./message-thread.js")) | null}
 */
let cards = null;

/** @param {NonNullable<typeof cards>} shown */
export function showMore(shown) {
  cards = shown;
}

/** @typedef {import("../timeline.js").MessageItem} Item */

/** @param {Item} item */
export function createRow(item) {
  return cloneTemplate(item.mine ? "t-message-mine" : "t-message");
}

/** The server rendered this row from the same state: its body need not be written again. @param {Element} row @param {Item} item */
export function adoptRow(row, item) {
  versions.set(row, bodyVersion(item));
  const box = slot(row, "attachments");
  if (box) adoptAttachments(box, item.message?.attachments ?? []);
  const card = slot(row, "preview");
  if (card && item.message?.preview) cards?.adoptPreview(card, item.message.preview, item.mine);
}

/**
 * @param {HTMLElement} row @param {Item} item @param {number} me
 * @param {boolean} [moderates] whether we learn why others' messages were deleted
 */
export function fillRow(row, item, me, moderates = false) {
  const { message, entry, mine } = item;
  const look = lookOf(item, moderates);
  if (looks.get(row) === look) return;
  looks.set(row, look);
  const failed = entry?.state === "failed";
  row.classList.toggle("message--first", item.first);
  row.classList.toggle("message--pending", entry?.state === "waiting");
  row.classList.toggle("message--failed", failed);
  row.classList.toggle("message--deleted", Boolean(message?.deleted_at));
  row.classList.toggle("message--system", message?.kind === "system");
  row.classList.toggle("message--emoji", emojiOnly(message ? message.body : entry.body));
  setData(row, "key", item.key);
  if (message) identify(row, message);
  else setData(row, "author", String(entry.user));
  fillTime(row, message ? message.created_at : new Date(entry.at).toISOString());
  if (!mine && message) {
    fillAvatar(row, message.author);
    fill(row, "author", message.author.full_name);
  }
  row.classList.toggle("message--calls-me", callsMe(item, me));
  fillStatus(slot(row, "status"), item.status);
  fillBody(row, item);
  fillAround(row, item, me, moderates);
  const attached = message ? !message.deleted_at && message.attachments.length > 0 : Boolean(entry.files);
  fillAttachments(row, item, optional(row, "attachments", attached, attachments, "reactions"), me);
  if (cards) cards.fillPreview(optional(row, "preview", Boolean(message?.preview), cards.makePreview, "reactions"), message?.preview, mine);
  cards?.fillThread(row, item);
  fillFailure(row, failed ? entry : null);
}

/** @param {HTMLElement} row @param {import("../log.js").Message} message */
function identify(row, message) {
  if (row.id !== `m-${message.seq}`) row.id = `m-${message.seq}`;
  setData(row, "id", String(message.id));
  setData(row, "seq", String(message.seq));
  setData(row, "author", String(message.author.id));
  const status = slot(row, "status");
  // On pages of other sites it leads nowhere.
  if (status?.getAttribute("href") === "") status.setAttribute("href", `/messages/${message.id}/`);
}

/** @param {HTMLElement} row @param {string} at */
function fillTime(row, at) {
  setData(row, "at", at);
  const time = /** @type {HTMLTimeElement} */ (slot(row, "time"));
  const text = clock(at);
  if (time.textContent !== text) time.textContent = text;
  if (time.dateTime === at && time.dataset.local) return;
  time.dateTime = at;
  time.title = fullTime(at);
  time.dataset.local = "yes";
}

/** @param {Item} item @param {boolean} moderates */
function lookOf(item, moderates) {
  const { message, entry, first, status, key } = item;
  const quote = message?.reply_to;
  const parts = [key, first, status, moderates, bodyVersion(item), quote?.deleted, quote?.excerpt, quote?.author?.full_name, message?.author.full_name, message?.author.avatar];
  return JSON.stringify([...parts, item.replies, entry?.state, entry?.detail]);
}

/** @param {Item} item */
function bodyVersion({ message, entry }) {
  return message ? `${message.id}.${message.changed_seq}` : `entry.${entry.client_id}`;
}

/** @param {HTMLElement} row @param {Item} item */
function fillBody(row, item) {
  const version = bodyVersion(item);
  if (versions.get(row) === version) return;
  versions.set(row, version);
  const { message, entry, mine } = item;
  const body = /** @type {HTMLElement} */ (slot(row, "body"));
  const plain = !message || (!message.html && !message.deleted_at);
  body.classList.toggle("message__body--plain", plain);
  if (message?.deleted_at) body.textContent = tombstone(message, mine);
  else if (plain) body.textContent = message ? message.body : entry.body;
  else body.innerHTML = trustedHTML(message.html);
}

/** @param {import("../log.js").Message} message @param {boolean} mine */
function tombstone({ deleted_by }, mine) {
  if (deleted_by === "moderator") return "A moderator deleted this message";
  return mine ? "You deleted this message" : "Message deleted";
}

/** @param {Item} item @param {number} me */
function callsMe({ message, mine }, me) {
  return Boolean(message && !mine && (message.mentions_room || message.mentions.includes(me)));
}

/**
 * What stands around the body: what is answered, reactions, and what else there is to know.
 *
 * @param {HTMLElement} row @param {Item} item @param {number} me @param {boolean} moderates
 */
function fillAround(row, { message, entry, mine }, me, moderates) {
  fillQuote(row, message?.reply_to ?? entry?.quote ?? null);
  if (!message) return;
  fillReactions(row, message, me);
  const marks = message.deleted_at ? why(message, mine || moderates) : MARKS.filter(([, is]) => is(message)).map(([word]) => word);
  const line = optional(row, "marks", marks.length > 0, () => {
    const link = document.createElement("a");
    link.className = "message__marks";
    link.dataset.slot = "marks";
    return link;
  });
  if (line instanceof HTMLAnchorElement) {
    line.href = `/messages/${message.id}/`;
    line.textContent = marks.join(" · ");
  }
}

/** Where a moderator gave a reason, its author and the moderators may read it. @param {import("../log.js").Message} message @param {boolean} told */
function why({ kind, deleted_by }, told) {
  return told && kind === "text" && deleted_by === "moderator" ? ["Why?"] : [];
}

/** @type {[string, (message: import("../log.js").Message) => boolean][]} */
const MARKS = [
  ["Forwarded", (message) => message.forwarded],
  ["Pinned", (message) => message.pinned],
  ["Edited", (message) => Boolean(message.edited_at)],
];

/** @param {HTMLElement} row @param {import("../log.js").Quote | null} quoted */
function fillQuote(row, quoted) {
  const quote = optional(row, "quote", Boolean(quoted), () => cloneTemplate("t-quote"), "body");
  if (!quoted || !(quote instanceof HTMLAnchorElement)) return;
  quote.href = `/m/${quoted.id}/`;
  quote.dataset.seq = String(quoted.seq);
  fill(quote, "quote-who", quoted.author.full_name);
  fill(quote, "quote-text", quoted.deleted ? "Message deleted" : quoted.excerpt);
}

function attachments() {
  const made = document.createElement("div");
  made.className = "attachments";
  made.dataset.slot = "attachments";
  return made;
}

/** @param {HTMLElement} row @param {import("../log.js").Message} message @param {number} me */
function fillReactions(row, { id, reactions }, me) {
  const box = optional(row, "reactions", reactions.length > 0, () => {
    const made = document.createElement("div");
    made.className = "reactions";
    made.dataset.slot = "reactions";
    return made;
  });
  const version = JSON.stringify(reactions);
  if (!box || versions.get(box) === version) return;
  versions.set(box, version);
  const active = activeIn(box);
  const focused = active instanceof HTMLElement && box.contains(active) ? active.dataset.emoji : "";
  box.replaceChildren(...reactions.map(({ emoji, count, users }) => chip(id, emoji, count, users.includes(me))));
  if (focused) /** @type {HTMLElement | null} */ (box.querySelector(`[data-emoji="${CSS.escape(focused)}"]`))?.focus();
}

/** @param {number} id @param {string} emoji @param {number} count @param {boolean} mine */
function chip(id, emoji, count, mine) {
  const link = /** @type {HTMLAnchorElement} */ (cloneTemplate("t-reaction"));
  link.href = `/messages/${id}/`;
  link.dataset.emoji = emoji;
  link.classList.toggle("reaction--mine", mine);
  link.setAttribute("aria-label", `${emoji} ${count}${mine ? ", you too" : ""}`);
  link.children[0].textContent = emoji;
  link.children[1].textContent = String(count);
  return link;
}

/**
 * A part that a row has only sometimes.
 *
 * @param {HTMLElement} row @param {string} name @param {boolean} wanted @param {() => HTMLElement} make
 * @param {string} [before] the slot that it stands before
 */
function optional(row, name, wanted, make, before) {
  let part = slot(row, name);
  if (!wanted) {
    part?.remove();
    return null;
  }
  if (!part) row.insertBefore((part = make()), (before && slot(row, before)) || null);
  return part;
}

/** @param {HTMLElement} row @param {import("../outbox.js").Entry | null} entry that failed */
function fillFailure(row, entry) {
  let failure = slot(row, "failure");
  if (!entry) return failure?.remove();
  if (!failure) row.append((failure = cloneTemplate("t-failure")));
  fill(failure, "failure-text", entry.detail ? `Not sent. ${entry.detail}` : "Not sent.");
}

/** @param {HTMLElement} node @param {string} name @param {string} value */
function setData(node, name, value) {
  if (node.dataset[name] !== value) node.dataset[name] = value;
}
