import assert from "node:assert/strict";
import test from "node:test";

import { emoji } from "../../static/js/chat/candidates.js";
import { commands, run, statusOf } from "../../static/js/chat/commands.js";
import { room } from "./support.js";

/** A client that notes what is asked of the server, and answers with what is given. */
function world(answers = {}, fields = {}) {
  const calls = [];
  const client = {
    api: {
      async call(method, path, body) {
        calls.push([method, path, body]);
        return answers[path.split("?")[0]];
      },
    },
    store: { rooms: new Map([[7, room(fields)]]), putRoom: () => undefined },
    forget: (id) => calls.push(["forget", id]),
  };
  return { calls, does: (name, rest = "") => run({ name, rest }, { client, room: 7, help: () => calls.push(["help"]) }) };
}

test("a command is one call, and says what it did", async () => {
  const { calls, does } = world({ "users/": { results: [{ id: 3, handle: "ada_b" }, { id: 2, handle: "ada", full_name: "Ada" }] } });
  assert.deepEqual(await does("topic", "Boats"), { say: "The topic is changed." });
  assert.deepEqual(await does("invite", "@Ada"), { say: "Ada is invited." });
  assert.deepEqual(await does("mute"), { say: "This room is muted." });
  assert.deepEqual(calls.map(([, path, body]) => body && [path, body]).filter(Boolean), [
    ["rooms/7/", { topic: "Boats" }],
    ["rooms/7/invitations/", { user: 2 }],
    ["rooms/7/me/", { muted: true }],
  ]);
});

test("some commands are only another way to say something", async () => {
  const { does, calls } = world();
  assert.deepEqual(await does("me", "makes tea"), { send: "_makes tea_" });
  assert.deepEqual(await does("shrug", "who knows"), { send: "who knows ¯\\\\\\_(ツ)_/¯" });
  assert.deepEqual(await does("help"), {});
  assert.deepEqual(calls, [["help"]]);
});

test("what is missing or unknown is a sentence that says what to do", async () => {
  const { does, calls } = world({ "users/": { results: [{ id: 3, handle: "ada_b" }] } });
  const said = async (name, rest) => does(name, rest).then(() => "", ({ detail }) => detail);
  for (const name of ["me", "topic", "invite"]) assert.equal((await said(name, "")).includes(`/${name} `), true, name);
  assert.equal(await said("dance", ""), "There is no command /dance. /help shows what there is; to send this as it is, put a space before it.");
  assert.equal((await said("invite", "@ada")).startsWith("There is nobody called @ada."), true);
  assert.deepEqual(calls.filter(([method]) => method !== "GET"), []);
});

test("one leaves a private room only by meaning it", async () => {
  const { does, calls } = world({}, { kind: "private", name: "Harbour" });
  assert.equal(await does("leave").catch(({ detail }) => detail), "You cannot come back into Harbour by yourself. Write “/leave now” to leave it.");
  await does("leave", "now");
  assert.deepEqual(calls, [["POST", "rooms/7/leave/", undefined], ["forget", 7]]);
});

test("a status begins with an emoji, drawn or by name, or has none", () => {
  assert.deepEqual(statusOf("🌊 at sea"), { emoji: "🌊", text: "at sea" });
  assert.deepEqual(statusOf(":coffee: soon"), { emoji: "☕", text: "soon" });
  assert.deepEqual(statusOf(":nothing: soon"), { emoji: "", text: ":nothing: soon" });
  assert.deepEqual(statusOf("2 minutes"), { emoji: "", text: "2 minutes" });
  assert.deepEqual(statusOf(""), { emoji: "", text: "" });
});

test("every command says what it does, in one word", () => {
  for (const { name, does } of commands) assert.equal(/^[a-z]+$/.test(name) && does.length > 0, true, name);
});

test("emoji are found by their names, each once, the best first", () => {
  assert.deepEqual(emoji("thumbs").map(({ text }) => text), ["👎", "👍"]);
  assert.equal(emoji("tada")[0].text, "🎉");
  assert.equal(emoji("tada")[0].name, ":tada:");
  assert.deepEqual(emoji("qqqq"), []);
  assert.equal(emoji("he").length <= 8, true);
});
