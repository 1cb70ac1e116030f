/**
 * The parts of the toolbar that are not needed to read and write: reactions, edits, pins, keeping, reminders,
 * forwarding, links, and undoing a deletion. Loaded when first used.
 */

import { dropReminder, edit, reactedBy, reminderOf, removeAs, restore, save, setReminder, toggle, togglePin } from "../changes.js";
import { cloneTemplate, copyText, fill, slot } from "../dom.js";
import { Failure } from "../failure.js";
import { used } from "../recent.js";
import { serverTime } from "../server-time.js";
import { fullTime } from "../time.js";
import { late } from "./late.js";

/**
 * @typedef {import("../log.js").Message} Message
 * @typedef {object} Context
 * @property {import("../client.js").Client} client
 * @property {import("./notices.js").Notices} notices
 * @property {import("./message-actions.js").Composer} composer
 * @property {HTMLElement} root
 * @property {HTMLElement} row
 * @property {HTMLElement} button that was pressed
 * @property {Message} message
 * @property {{edit_seconds?: number}} [limits]
 * @property {(message: Message) => unknown} [visit] goes to where a message stands
 */

/** What was written in a report that could not be sent. */
let unsent = "";

/** @type {Record<string, (context: Context) => unknown>} */
const actions = {
  async react({ client, notices, message, button }) {
    const emoji = /** @type {string} */ (button.dataset.emoji);
    const given = message.reactions.some((each) => each.emoji === emoji && each.users.includes(client.me.id));
    used(emoji);
    await toggle(client, message, emoji);
    notices.say(given ? `${emoji} taken back` : `Reacted with ${emoji}`);
  },

  edit: beginEdit,

  async save({ client, notices, message }) {
    await save(client, message, true);
    notices.toast("Saved for later", { label: "Undo", act: () => save(client, message, false) });
  },

  async remind({ client, notices, root, message }) {
    const prepare = (/** @type {HTMLElement} */ dialog) => void tellReminder(dialog, reminderOf(client, message));
    const choice = await ask(root, "t-remind", (dialog) => dialog.returnValue, prepare);
    if (!choice) return;
    const drop = () => dropReminder(client, message);
    if (choice === "none") {
      await drop();
      notices.toast("There is no reminder of it");
    } else {
      const { remind_at } = await setReminder(client, message, choice);
      notices.toast(`You will be reminded on ${fullTime(remind_at)}`, { label: "Undo", act: drop });
    }
  },

  async pin({ client, notices, message }) {
    await togglePin(client, message);
    notices.toast(message.pinned ? "No longer pinned" : "Pinned");
  },

  async "remove-preview"({ client, notices, message }) {
    await client.api.call("DELETE", `messages/${message.id}/preview/`);
    notices.toast("The preview is removed");
  },

  async link({ notices, message }) {
    const copied = await copyText(new URL(`/m/${message.id}/`, location.href).href);
    notices.toast(copied ? "Link copied" : "This browser does not let us copy. Open the message and copy its address.");
  },

  async forward({ root, message, ...parts }) {
    const module = await late(import("./forward-picker.js"), parts.notices);
    if (module) new module.ForwardPicker(root, parts, message).open();
  },

  async report({ client, notices, root, message }) {
    const fields = (/** @type {HTMLElement} */ dialog) => /** @type {HTMLFormElement} */ (dialog.querySelector("form")).elements;
    const wanted = await ask(
      root,
      "t-report",
      (dialog) => JSON.stringify(["reason", "comment"].map((name) => /** @type {any} */ (fields(dialog)).namedItem(name).value)),
      (dialog) => (/** @type {any} */ (fields(dialog)).namedItem("comment").value = unsent),
    );
    if (!wanted) return;
    const [reason, comment] = JSON.parse(wanted);
    unsent = comment;
    await client.api.call("POST", `messages/${message.id}/report/`, { reason, comment });
    unsent = "";
    notices.toast("Thank you. The moderators look at it, and tell you when they have decided.");
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

/** Store an edited text; what is refused stays in the composer. @param {import("../client.js").Client} client @param {Message} message @param {string} body @param {Context["notices"]} notices */
export async function storeEdit(client, message, body, notices) {
  await edit(client, message, body, message.revision);
  notices.say("Your message is changed");
}

/** Say which reminder there is already; where that cannot be known, it can be taken back all the same. @param {HTMLElement} dialog @param {ReturnType<typeof reminderOf>} asked */
async function tellReminder(dialog, asked) {
  const known = await asked.catch(() => null);
  const at = known?.remind_at;
  fill(dialog, "remind-set", known?.is_due ? "You were reminded of it." : at ? `You will be reminded on ${fullTime(at)}.` : "");
  /** @type {HTMLElement} */ (slot(dialog, "remind-none")).hidden = Boolean(known) && !at && !known?.is_due;
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
      const rest = count > names.length ? ` and ${count - names.length} more` : "";
      chip?.setAttribute("title", names.join(", ") + rest);
    }
  } catch {
    delete box.dataset.named;
  }
}

/** @param {Pick<Context, "composer" | "notices" | "message" | "limits">} context */
export function beginEdit({ composer, notices, message, limits }) {
  // Where the focus stays, nothing else is heard of it.
  if (document.activeElement?.matches("textarea")) notices.say("You edit your message");
  composer.enter({ edit: message });
  countDown(composer, message, limits?.edit_seconds ?? 0);
}

/** Say how long a message can be edited, as long as it is. @param {Context["composer"]} composer @param {Message} message @param {number} seconds */
function countDown(composer, message, seconds) {
  const end = Date.parse(message.created_at) + seconds * 1000;
  const say = () => {
    if (!composer.edits(message.id)) return clearInterval(timer);
    const left = Math.max(0, Math.ceil((end - serverTime()) / 1000));
    const time = left > 90 ? `${Math.ceil(left / 60)} minutes` : `${left} seconds`;
    return composer.about(left ? `Edit your message · ${time} left` : "This message is too old to be edited. Copy your text.");
  };
  const timer = setInterval(say, 1000);
  say();
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
      resolve(dialog.returnValue ? read(dialog) : "");
      dialog.remove();
    };
    dialog.addEventListener("close", closed, { once: true });
  });
}
