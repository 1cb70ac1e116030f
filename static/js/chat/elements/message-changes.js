/**
 * The parts of the toolbar that are not needed to read and write: reactions, replies, edits, pins, keeping, forwarding,
 * links, and undoing a deletion. Loaded when first used.
 */

import { edit, forward, reactedBy, removeAs, restore, save, toggle, togglePin } from "../changes.js";
import { cloneTemplate, copyText, fill, slot } from "../dom.js";
import { Failure } from "../failure.js";
import { excerpt } from "../log.js";
import { uuid4 } from "../uuid.js";

/** Reactions that are one click away. */
const QUICK = ["👍", "❤️", "😂", "🎉", "😮", "😢", "🙏", "👀"];

/**
 * @typedef {import("../log.js").Message} Message
 * @typedef {object} Context
 * @property {import("../client.js").Client} client
 * @property {import("./notices.js").Notices} notices
 * @property {import("./message-composer.js").MessageComposer} composer
 * @property {HTMLElement} root
 * @property {HTMLElement} row
 * @property {HTMLElement} button that was pressed
 * @property {Message} message
 * @property {{edit_seconds?: number}} [limits]
 */

/** @type {Record<string, (context: Context) => unknown>} */
const actions = {
  react(context) {
    const { emoji } = context.button.dataset;
    return emoji ? toggle(context.client, context.message, emoji) : pick(context);
  },

  reply({ composer, message }) {
    const { id, seq, author, html } = message;
    composer.enter({ reply: { id, seq, author, excerpt: excerpt(html), deleted: false } });
  },

  edit({ composer, message, limits }) {
    composer.enter({ edit: message });
    countDown(composer, message, limits?.edit_seconds ?? 0);
  },

  async save({ client, notices, message }) {
    await save(client, message, true);
    notices.toast("Saved for later", { label: "Undo", act: () => save(client, message, false) });
  },

  async pin({ client, notices, message }) {
    await togglePin(client, message);
    notices.toast(message.pinned ? "No longer pinned" : "Pinned");
  },

  async link({ notices, message }) {
    const copied = await copyText(new URL(`/m/${message.id}/`, location.href).href);
    notices.toast(copied ? "Link copied" : "This browser does not let us copy. Open the message and copy its address.");
  },

  async forward({ client, notices, root, message }) {
    const room = await chooseRoom(root, client);
    if (!room) return;
    await forward(client, message, room, uuid4());
    notices.toast("Forwarded");
  },
};

/** @param {string} name @param {Context} context */
export async function perform(name, context) {
  try {
    await actions[name](context);
  } catch (error) {
    const { detail } = Failure.from(error);
    context.notices.alert(detail || "That did not work. Try again when you are back online.");
  }
}

/** A deletion can be taken back for a while. @param {Pick<Context, "client" | "notices" | "message">} context @param {number} seconds */
export function offerUndo({ client, notices, message }, seconds) {
  const act = () =>
    restore(client, message).catch((error) => notices.alert(Failure.from(error).detail || "It could not be brought back."));
  notices.toast("Message deleted", { label: "Undo", act, lasts: seconds * 1000 });
}

/** Delete somebody else's message, as a moderator. @param {HTMLElement} root @param {import("../client.js").Client} client @param {Message} message */
export async function removeWithReason(root, client, message) {
  const reason = await ask(root, "t-reason", (dialog) => {
    const input = /** @type {HTMLInputElement} */ (dialog.querySelector("input"));
    return input.value.trim();
  });
  if (!reason) return false;
  await removeAs(client, message, reason);
  return true;
}

/** Store an edited text; what is refused stays in the composer. @param {import("../client.js").Client} client @param {Message} message @param {string} body */
export function storeEdit(client, message, body) {
  return edit(client, message, body, message.revision);
}

/** Whoever calls a whole room should mean it. @param {HTMLElement} root @param {number} people @returns {Promise<boolean>} */
export async function confirmEverybody(root, people) {
  const answer = await ask(root, "t-everybody", () => "yes", (dialog) => fill(dialog, "everybody-count", String(people)));
  return answer === "yes";
}

/** Names under the pointer. @param {import("../client.js").Client} client @param {Message} message @param {HTMLElement} box */
export async function nameReactions(client, message, box) {
  const version = JSON.stringify(message.reactions);
  if (box.dataset.named === version) return;
  box.dataset.named = version;
  try {
    for (const { emoji, count, users } of await reactedBy(client, message)) {
      const chip = box.querySelector(`[data-emoji="${CSS.escape(emoji)}"]`);
      const names = users.slice(0, 20).map((/** @type {{full_name: string}} */ user) => user.full_name);
      const rest = count - names.length;
      chip?.setAttribute("title", `${names.join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`);
    }
  } catch {
    delete box.dataset.named;
  }
}

/** Say how long a message can be edited, as long as it is. @param {Context["composer"]} composer @param {Message} message @param {number} seconds */
function countDown(composer, message, seconds) {
  const end = Date.parse(message.created_at) + seconds * 1000;
  const say = () => {
    if (!composer.edits(message.id)) return clearInterval(timer);
    const left = Math.max(0, Math.ceil((end - Date.now()) / 1000));
    const time = left > 90 ? `${Math.ceil(left / 60)} minutes` : `${left} seconds`;
    return composer.about(left ? `Edit your message · ${time} left` : "This message is too old to be edited. Copy your text.");
  };
  const timer = setInterval(say, 1000);
  say();
}

/** A row of emoji in place of the toolbar's buttons. @param {Context} context */
function pick({ button, message, client }) {
  const toolbar = button.closest("[data-slot=toolbar]");
  if (!toolbar) return;
  const shown = slot(toolbar, "picker");
  if (shown) return shown.remove();
  const picker = document.createElement("div");
  picker.className = "toolbar__picker";
  picker.dataset.slot = "picker";
  const mine = new Set(message.reactions.filter(({ users }) => users.includes(client.me.id)).map(({ emoji }) => emoji));
  for (const emoji of QUICK) {
    const choice = document.createElement("button");
    choice.type = "button";
    choice.className = "toolbar__button";
    choice.dataset.action = "react";
    choice.dataset.emoji = emoji;
    choice.textContent = emoji;
    choice.setAttribute("aria-label", `React with ${emoji}`);
    choice.setAttribute("aria-pressed", String(mine.has(emoji)));
    picker.append(choice);
  }
  toolbar.prepend(picker);
  /** @type {HTMLElement} */ (picker.firstElementChild).focus();
}

/** @param {HTMLElement} root @param {import("../client.js").Client} client @returns {Promise<number>} 0: nowhere */
async function chooseRoom(root, client) {
  const select = (/** @type {HTMLElement} */ dialog) => /** @type {HTMLSelectElement} */ (dialog.querySelector("select"));
  const chosen = await ask(root, "t-forward", (dialog) => select(dialog).value, (dialog) => {
    const rooms = client.store.ordered().filter(({ may_write }) => may_write !== false);
    select(dialog).append(...rooms.map(({ id, name }) => new Option(name, String(id))));
  });
  return Number(chosen);
}

/**
 * Ask something in a dialog that is made for it.
 *
 * @param {HTMLElement} root @param {string} template @param {(dialog: HTMLDialogElement) => string} read
 * @param {(dialog: HTMLDialogElement) => void} [prepare]
 * @returns {Promise<string>} empty: never mind
 */
function ask(root, template, read, prepare) {
  const dialog = /** @type {HTMLDialogElement} */ (cloneTemplate(template));
  prepare?.(dialog);
  root.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    const closed = () => {
      resolve(dialog.returnValue === "yes" ? read(dialog) : "");
      dialog.remove();
    };
    dialog.addEventListener("close", closed, { once: true });
  });
}
