import assert from "node:assert/strict";
import test from "node:test";

import { Failure } from "../../static/js/chat/failure.js";
import { Transport } from "../../static/js/chat/transport.js";
import { settle, withClock } from "./support.js";

class FakeSocket extends EventTarget {
  busy = false;
  tries = 0;
  sent = [];
  connect() {
    this.busy = true;
    this.tries += 1;
  }
  send(type) {
    this.sent.push(type);
    return true;
  }
  request(type) {
    if (type === "lost") return Promise.reject(new Failure("timeout"));
    return Promise.resolve(`socket ${type}`);
  }
  close() {
    if (this.busy) this.end(1006, true);
  }
  say(type) {
    this.dispatchEvent(new CustomEvent("frame", { detail: { type } }));
  }
  end(code, opened) {
    this.busy = false;
    this.dispatchEvent(new CustomEvent("close", { detail: { code, opened } }));
  }
}

class FakePoll extends EventTarget {
  online = false;
  running = false;
  sent = [];
  start() {
    this.running = true;
  }
  stop() {
    this.running = false;
    this.enter(false);
  }
  nudge() {}
  send(type) {
    this.sent.push(type);
    return true;
  }
  request(type) {
    return Promise.resolve(`poll ${type}`);
  }
  enter(online) {
    if (online === this.online) return;
    this.online = online;
    this.dispatchEvent(new Event("state"));
  }
  say(type) {
    this.dispatchEvent(new CustomEvent("frame", { detail: { type } }));
  }
}

async function linked(body, { refresh = async () => true } = {}) {
  await withClock(async (clock) => {
    const socket = new FakeSocket();
    const poll = new FakePoll();
    const transport = new Transport("ws://test/", { refresh }, { socket, makePoll: async () => poll });
    const states = [];
    const frames = [];
    transport.addEventListener("state", () => states.push(transport.state));
    transport.addEventListener("frame", ({ detail }) => frames.push(`${detail.type} ${transport.state}`));
    transport.start();
    try {
      await body({ clock, socket, poll, transport, states, frames });
    } finally {
      transport.stop();
    }
  });
}

/** Three handshakes that lead nowhere. */
async function wall({ clock, socket }) {
  for (let n = 0; n < 3; n += 1) {
    socket.end(1006, false);
    await clock.tick(1_000);
  }
}

test("where sockets do not open and the server answers otherwise, questions by REST take over", () =>
  linked(async ({ clock, socket, poll, transport, states, frames }) => {
    await wall({ clock, socket });
    assert.ok(poll.running);
    assert.equal(transport.online, false);
    poll.enter(true);
    poll.say("ready");
    assert.deepEqual([transport.state, transport.downFor], ["online", 0]);
    assert.deepEqual(frames, ["ready online"]);
    assert.equal(await transport.request("message.send", {}), "poll message.send");
    assert.ok(transport.send("room.read") && poll.sent.includes("room.read"));
    assert.equal(states.at(-1), "online");
  }));

test("the socket is tried again once or twice a minute, and taken when it opens, without a gap", () =>
  linked(async ({ clock, socket, poll, transport, states }) => {
    await wall({ clock, socket });
    poll.enter(true);
    socket.end(1006, false);
    states.length = 0;
    const { tries } = socket;
    await clock.tick(29_000);
    assert.equal(socket.tries, tries);
    await clock.tick(31_000);
    assert.equal(socket.tries, tries + 1);
    socket.say("ready");
    assert.deepEqual([poll.running, transport.state, states], [false, "online", []]);
    assert.equal(await transport.request("message.send", {}), "socket message.send");
  }));

test("a server that answers nothing at all is not polled", () =>
  linked(
    async ({ clock, socket, poll }) => {
      await wall({ clock, socket });
      assert.equal(poll.running, false);
    },
    { refresh: () => Promise.reject(new Error("offline")) },
  ));

test("a server that closes the socket with a word of its own does not block it", () =>
  linked(async ({ clock, socket, poll }) => {
    for (let n = 0; n < 6; n += 1) {
      socket.end(4503, true);
      while (!socket.busy) await clock.tick(100);
    }
    assert.equal(poll.running, false);
  }));

test("a wall that swallows the handshake is noticed after ten seconds, one behind it after three links", () =>
  linked(async ({ clock, socket, poll }) => {
    await clock.tick(12_500);
    assert.ok(poll.running);
    poll.stop();
    socket.say("ready");
    socket.end(1006, true);
    for (let n = 0; n < 3; n += 1) {
      await clock.tick(2_000);
      assert.equal(poll.running, false);
      socket.end(1006, true);
    }
    await settle();
    assert.ok(poll.running);
  }));

test("a link that answers a question with nothing is asked whether it lives, and one that does not is given up", () =>
  linked(async ({ clock, socket, transport, states }) => {
    socket.say("ready");
    await assert.rejects(transport.request("lost", {}), { code: "timeout" });
    assert.deepEqual(socket.sent, ["ping"]);
    socket.say("pong");
    await clock.tick(10_000);
    assert.deepEqual(states, ["online"]);
    await assert.rejects(transport.request("lost", {}), { code: "timeout" });
    await clock.tick(5_000);
    assert.deepEqual([states.at(-1), transport.downFor], ["waiting", 0]);
  }));

test("how long a link has been down counts from the last good one, whichever it was", () =>
  linked(async ({ clock, socket, poll, transport }) => {
    socket.say("ready");
    await clock.tick(1_000);
    socket.end(1006, true);
    await clock.tick(400);
    assert.equal(transport.downFor, 400);
    await wall({ clock, socket });
    poll.enter(true);
    await clock.tick(1_000);
    poll.enter(false);
    await clock.tick(300);
    assert.equal(transport.downFor, 300);
  }));

test("one window too many: nothing goes on behind the user's back", () =>
  linked(async ({ clock, socket, poll, transport }) => {
    await wall({ clock, socket });
    poll.enter(true);
    socket.end(4409, true);
    assert.deepEqual([poll.running, transport.state], [false, "replaced"]);
  }));
