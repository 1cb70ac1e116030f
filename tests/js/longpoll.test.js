import assert from "node:assert/strict";
import test from "node:test";

import { Failure } from "../../static/js/chat/failure.js";
import { LongPoll } from "../../static/js/chat/longpoll.js";
import { frame, message, room, settle, withClock } from "./support.js";

/** REST as far as it stands in for a socket; each question waits until the test answers it. */
class FakeApi {
  questions = [];
  calls = [];
  readies = 0;
  failing = false;
  rooms = [room({ last_seq: 5 }), room({ id: 8, last_seq: 2 })];
  async ready() {
    this.readies += 1;
    if (this.failing) throw new Failure("closed");
    return { ready: { user: { id: 1 }, rooms: this.rooms } };
  }
  sync(rooms, wait, signal) {
    if (!wait) return this.replay(rooms);
    return new Promise((resolve, reject) => {
      const asIs = Object.fromEntries(Object.entries(rooms).map(([id, seq]) => [id, { seq, more: false, reset: false }]));
      const answer = ({ rooms: told = {}, gone = [], ...fields } = {}) => {
        const answered = Object.entries({ ...asIs, ...told }).filter(([id]) => !gone.includes(Number(id)));
        resolve({ frames: [], rooms: Object.fromEntries(answered), events: [], ...fields });
      };
      this.questions.push({ rooms, answer, fail: (...args) => reject(new Failure(...args)) });
      signal.addEventListener("abort", () => reject(new Failure("closed")));
    });
  }
  async replay(rooms) {
    this.calls.push({ rooms });
    return { frames: [frame(message(4))], rooms: { 7: { seq: 5, more: false, reset: false } } };
  }
  async sendMessage(entry) {
    this.calls.push(entry);
    return message(6);
  }
  async deleteMessage(id) {
    this.calls.push(id);
    return message(6);
  }
  async call(method, path, body) {
    if (method === "POST") return this.calls.push([path, body]);
    return { results: [{ user: 2, status: "away", last_seen: null }] };
  }
}

async function polling(body) {
  await withClock(async (clock) => {
    const api = new FakeApi();
    const poll = new LongPoll(api);
    const frames = [];
    poll.addEventListener("frame", ({ detail }) => frames.push(detail));
    try {
      await body({ clock, api, poll, frames });
    } finally {
      poll.stop();
      await settle();
    }
  });
}

test("it begins with how things stand and asks on from there", () =>
  polling(async ({ api, poll, frames }) => {
    poll.start();
    poll.start();
    await settle();
    assert.deepEqual([poll.online, frames[0].type, api.readies], [true, "ready", 1]);
    assert.deepEqual(api.questions.map(({ rooms }) => rooms), [{ 7: 5, 8: 2 }]);
    api.questions[0].answer({ frames: [frame(message(6))], rooms: { 7: { seq: 6 }, 8: { seq: 2 } } });
    await settle();
    assert.equal(frames[1].seq, 6);
    assert.deepEqual(api.questions[1].rooms, { 7: 6, 8: 2 });
  }));

test("a new room is asked about from then on, and a reset is passed on", () =>
  polling(async ({ api, poll, frames }) => {
    poll.start();
    await settle();
    const reset = { seq: 9, more: false, reset: true, messages: [message(9)] };
    api.questions[0].answer({ rooms: { 7: reset }, events: [{ type: "room", room: room({ id: 12, last_seq: 1 }) }] });
    await settle();
    assert.deepEqual(api.questions[1].rooms, { 7: 9, 8: 2, 12: 1 });
    assert.deepEqual(frames.slice(1), [{ type: "synced", rooms: { 7: reset } }, { type: "room", room: room({ id: 12, last_seq: 1 }) }]);
  }));

test("whoever is in no room yet is told of their first one", () =>
  polling(async ({ clock, api, poll }) => {
    api.rooms = [];
    poll.start();
    await clock.tick(4_999);
    assert.deepEqual([poll.online, api.readies, api.questions.length], [true, 1, 0]);
    api.rooms = [room({ last_seq: 1 })];
    await clock.tick(1);
    assert.deepEqual(api.questions.map(({ rooms }) => rooms), [{ 7: 1 }]);
  }));

test("what no seq counts is put right every minute", () =>
  polling(async ({ clock, api, poll }) => {
    poll.start();
    await clock.tick(25_000);
    api.questions[0].answer();
    await clock.tick(36_000);
    api.questions[1].answer();
    await settle();
    assert.equal(api.readies, 2);
    assert.ok(poll.online);
  }));

test("when it fails it says so and tries again; somebody who knows better may hurry it", () =>
  polling(async ({ clock, api, poll }) => {
    poll.start();
    await settle();
    api.failing = true;
    api.questions[0].fail("closed");
    await clock.tick(0);
    assert.equal(poll.online, false);
    await assert.rejects(poll.request("message.send", {}), { code: "closed" });
    await clock.tick(120_000);
    const { readies } = api;
    api.failing = false;
    poll.nudge();
    await settle();
    assert.deepEqual([poll.online, api.readies], [true, readies + 1]);
  }));

test("a server that has nothing to say is not asked without end", () =>
  polling(async ({ clock, api, poll }) => {
    poll.start();
    await settle();
    api.questions[0].answer();
    await clock.tick(999);
    assert.equal(api.questions.length, 1);
    await clock.tick(1);
    assert.equal(api.questions.length, 2);
  }));

test("messages, marks and questions go by REST", () =>
  polling(async ({ api, poll, frames }) => {
    assert.equal(poll.send("room.read", { room: 7, seq: 5 }), false);
    poll.start();
    await settle();
    const { message: sent } = await poll.request("message.send", { room: 7, client_id: "c", body: "hello" });
    assert.equal(sent.seq, 6);
    await poll.request("message.delete", { message: 1006 });
    poll.send("room.read", { room: 7, seq: 5 });
    assert.deepEqual(api.calls, [{ room: 7, client_id: "c", body: "hello" }, 1006, ["rooms/7/read/", { seq: 5 }]]);
    frames.length = 0;
    poll.send("sync", { rooms: { 7: 3 } });
    poll.send("presence.watch", { users: [2] });
    assert.ok(poll.send("typing.start", { room: 7 }));
    await settle();
    assert.deepEqual(frames.map(({ type }) => type).sort(), ["message", "presence", "synced"]);
  }));

test("when it is stopped nothing more comes out of it", () =>
  polling(async ({ api, poll, frames }) => {
    poll.start();
    await settle();
    poll.stop();
    api.questions[0].answer({ frames: [frame(message(6))] });
    await settle();
    assert.deepEqual([poll.online, frames.length], [false, 1]);
  }));

test("a room that is not in the answer is left, and not asked about again", () =>
  polling(async ({ api, poll, frames }) => {
    poll.start();
    await settle();
    api.questions[0].answer({ gone: [8], events: [{ type: "room.left", room: 8, seq: 3 }] });
    await settle();
    assert.deepEqual(frames.filter(({ type }) => type === "room.left").map(({ room: id }) => id), [8]);
    assert.deepEqual(Object.keys(api.questions[1].rooms), ["7"]);
  }));
