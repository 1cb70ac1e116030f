/**
 * What can be done by writing "/word …": each command is one call of what there is anyway, and says why it did not
 * work. Loaded when the first is typed.
 */

import { EMOJI } from "./emoji.js";
import { Failure } from "./failure.js";

/**
 * @typedef {object} Context
 * @property {import("./client.js").Client} client
 * @property {number} room
 * @property {() => void} help shows what there is
 *
 * @typedef {{send?: string, say?: string}} Outcome a message that is sent, or a word about what was done
 *
 * @typedef {object} Command
 * @property {string} name
 * @property {string} [takes] what is written behind it
 * @property {string} does
 * @property {(rest: string, context: Context) => Outcome | Promise<Outcome>} run throws a Failure with a sentence
 */

/** @type {Command[]} */
export const commands = [
  {
    name: "me",
    takes: "does something",
    does: "Say what you are doing",
    run: (rest) => ({ send: `_${needed(rest, "Write what you are doing behind it, as in “/me makes tea”.")}_` }),
  },
  {
    name: "shrug",
    takes: "message",
    does: "Put ¯\\_(ツ)_/¯ behind your message",
    run: (rest) => ({ send: `${rest} ¯\\\\\\_(ツ)_/¯`.trim() }),
  },
  {
    name: "topic",
    takes: "what it is about",
    does: "Say what this room is about",
    async run(rest, { client, room }) {
      const topic = needed(rest, "Write the topic behind it, as in “/topic Plans for May”.");
      client.store.putRoom(await client.api.call("PATCH", `rooms/${room}/`, { topic }));
      return { say: "The topic is changed." };
    },
  },
  {
    name: "invite",
    takes: "@handle",
    does: "Ask somebody into this room",
    async run(rest, { client, room }) {
      const person = await find(client, needed(rest, "Write who, as in “/invite @ada”."));
      await client.api.call("POST", `rooms/${room}/invitations/`, { user: person.id });
      return { say: `${person.full_name} is invited.` };
    },
  },
  {
    name: "mute",
    does: "Hear nothing of this room but your name",
    run: (_, context) => mute(true, context),
  },
  {
    name: "unmute",
    does: "Hear of this room again",
    run: (_, context) => mute(false, context),
  },
  {
    name: "status",
    takes: ":emoji: and words",
    does: "Tell others what you are up to; nothing behind it takes it back",
    async run(rest, { client }) {
      const { emoji, text } = statusOf(rest);
      await client.api.call("PATCH", "users/me/", { status_emoji: emoji, status_text: text, status_until: null });
      return { say: emoji || text ? "Others see your status now." : "Your status is taken back." };
    },
  },
  {
    name: "leave",
    does: "Go out of this room",
    async run(rest, { client, room }) {
      const { kind, name } = client.store.rooms.get(room) ?? { kind: "", name: "" };
      if (kind === "private" && rest !== "now") {
        throw new Failure("unsure", `You cannot come back into ${name} by yourself. Write “/leave now” to leave it.`);
      }
      await client.api.call("POST", `rooms/${room}/leave/`);
      client.forget(room);
      return {};
    },
  },
  {
    name: "help",
    does: "Show the commands and the keys",
    run(_, { help }) {
      help();
      return {};
    },
  },
];

/**
 * Do what somebody has written.
 *
 * @param {{name: string, rest: string}} written @param {Context} context
 * @returns {Promise<Outcome>}
 * @throws {Failure} with a sentence that says what to do
 */
export async function run({ name, rest }, context) {
  const command = commands.find((each) => each.name === name);
  if (command) return command.run(rest, context);
  throw new Failure("unknown", `There is no command /${name}. /help shows what there is; to send this as it is, put a space before it.`);
}

/** @param {string} rest @param {string} sentence what to do where there is nothing */
function needed(rest, sentence) {
  if (!rest) throw new Failure("missing", sentence);
  return rest;
}

/** @param {import("./client.js").Client} client @param {string} written */
async function find(client, written) {
  const handle = written.replace(/^@/, "").toLowerCase();
  const { results } = await client.api.call("GET", `users/?${new URLSearchParams({ q: handle, limit: "100" })}`);
  const person = results.find((/** @type {import("./log.js").Card} */ each) => each.handle === handle);
  if (!person) throw new Failure("not_found", `There is nobody called @${handle}. Write the handle as it stands in their profile.`);
  return person;
}

/** @param {boolean} muted @param {Context} context @returns {Promise<Outcome>} */
async function mute(muted, { client, room }) {
  client.store.putRoom(await client.api.call("PATCH", `rooms/${room}/me/`, { muted }));
  return { say: muted ? "This room is muted." : "This room is not muted any more." };
}

/** "🌴 away" or ":palm_tree: away". @param {string} rest */
export function statusOf(rest) {
  const named = /^:([\w+-]+):\s*/.exec(rest);
  const sign = named ? EMOJI.get(named[1]) : undefined;
  if (named && sign) return { emoji: sign, text: rest.slice(named[0].length) };
  const drawn = /^((?:\p{Extended_Pictographic}|\p{Regional_Indicator})\S*)(?:\s+|$)/u.exec(rest);
  return drawn ? { emoji: drawn[1], text: rest.slice(drawn[0].length) } : { emoji: "", text: rest };
}
