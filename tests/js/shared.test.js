import assert from "node:assert/strict";
import test from "node:test";

import { Failure } from "../../static/js/chat/failure.js";
import { SharedTransport } from "../../static/js/chat/shared.js";
import { FakeLocks, channels, frame, message, room, settle, withClock } from "./support.js";

/** The link of the tab that leads, as the test wants it. */
class FakeLink extends EventTarget {
  state = "connecting";
  sent = [];
  requests = [];
  nudges = 0;
  stopped = false;
  start() {}
  stop() {
    this.stopped = true;
    for (const request of this.requests) request.reject(new Failure("closed"));
  }
  retry() {
    this.sent.push("retry");
  }
  nudge() {
    this.nudges += 1;
  }
  get online() {
    return this.state === "online";
  }
  get since() {
    return this.online ? Date.now() : this.gone;
  }
  send(type, fields = {}) {
    if (this.online) this.sent.push({ type, ...fields });
    return this.online;
  }
  request(type, fields) {
    return new Promise((resolve, reject) => this.requests.push({ type, ...fields, resolve, reject }));
  }
  enter(state) {
    this.state = state;
    this.dispatchEvent(new Event("state"));
  }
  say(detail) {
    if (detail.type === "ready") this.enter("online");
    this.dispatchEvent(new CustomEvent("frame", { detail }));
  }
  of(type) {
    return this.sent.filter((each) => each.type === type);
  }
}

const READY = { type: "ready", user: { id: 1 }, rooms: [room({ last_seq: 5, read_seq: 3, unread: 2 })] };

async function browser(body) {
  await withClock(async (clock) => {
    const locks = new FakeLocks();
    const Channel = channels();
    const links = [];
    const asked = [];
    const api = {
      ready: async () => (asked.push("ready"), { ready: READY }),
      sync: async (rooms) => (asked.push(rooms), { frames: [], rooms: { 7: { seq: 5, more: false, reset: false } } }),
    };
    const tabs = [];
    const tab = async () => {
      const link = () => (links.push(new FakeLink()), links.at(-1));
      const transport = new SharedTransport("parley-test", { link, api, locks, Channel });
      transport.frames = [];
      transport.addEventListener("frame", ({ detail }) => transport.frames.push(detail));
      transport.heard = (type) => transport.frames.filter((each) => each.type === type);
      transport.start();
      tabs.push(transport);
      await settle();
      return transport;
    };
    try {
      await body({ tab, links, clock, asked, api, Channel });
    } finally {
      for (const each of tabs) each.stop();
      await settle();
    }
  });
}

test("however many tabs there are, one has the link, and all hear", () =>
  browser(async ({ tab, links, asked }) => {
    const all = [await tab(), await tab(), await tab()];
    assert.equal(links.length, 1);
    links[0].say(READY);
    links[0].say(frame(message(6)));
    await settle();
    for (const each of all) {
      assert.equal(each.state, "online");
      assert.deepEqual(each.frames.map(({ type }) => type), ["ready", "message"]);
    }
    assert.deepEqual(asked, []);
  }));

test("all tabs say the same of how long the link has been down", () =>
  browser(async ({ tab, links, clock }) => {
    const all = [await tab(), await tab()];
    links[0].say(READY);
    await clock.tick(5_000);
    links[0].gone = Date.now() - 3_000;
    links[0].enter("waiting");
    await clock.tick(100);
    assert.deepEqual(all.map(({ downFor }) => downFor), [3_100, 3_100]);
    links[0].say(READY);
    await settle();
    assert.deepEqual(all.map(({ downFor }) => downFor), [0, 0]);
  }));

test("a tab that comes later asks how things stand, and misses nothing that happens meanwhile", () =>
  browser(async ({ tab, links, api }) => {
    await tab();
    links[0].say(READY);
    let answer;
    api.ready = () => new Promise((resolve) => (answer = resolve));
    const late = await tab();
    assert.equal(late.state, "connecting");
    links[0].say({ type: "receipt", room: 7, user: 1, read_seq: 3, delivered_seq: 5, unread: 1 });
    links[0].say(frame(message(6)));
    links[0].say({ type: "receipt", room: 7, user: 1, read_seq: 6, delivered_seq: 6, unread: 0 });
    await settle();
    assert.deepEqual(late.frames, []);
    answer({ ready: READY });
    await settle();
    assert.equal(late.state, "online");
    assert.deepEqual(late.frames.map(({ type, read_seq }) => read_seq ?? type), ["ready", "message", 6], "a count older than ready's is left out");
  }));

test("a tab that cannot ask how things stand asks again", () =>
  browser(async ({ tab, links, api, clock }) => {
    await tab();
    links[0].say(READY);
    let tries = 0;
    api.ready = async () => {
      if (!tries++) throw new Failure("closed");
      return { ready: READY };
    };
    const late = await tab();
    assert.equal(late.state, "connecting");
    await clock.tick(500);
    assert.equal(late.state, "online");
  }));

test("what a tab sends goes through the one that leads, and the answer comes back to it alone", () =>
  browser(async ({ tab, links }) => {
    const [leader, one, other] = [await tab(), await tab(), await tab()];
    links[0].say(READY);
    await settle();
    const answer = one.request("message.send", { room: 7, body: "hello" });
    const refused = other.request("message.send", { room: 7, body: "too fast" });
    await settle();
    assert.deepEqual(links[0].requests.map(({ body }) => body), ["hello", "too fast"]);
    links[0].requests[0].resolve({ message: 1 });
    links[0].say({ type: "reply", ref: "1", data: { message: 1 } });
    links[0].requests[1].reject(new Failure("rate_limited", "Slowly.", 3));
    assert.deepEqual(await answer, { message: 1 });
    await assert.rejects(refused, { code: "rate_limited", detail: "Slowly.", retryAfter: 3 });
    assert.equal(one.heard("reply").length + other.heard("reply").length, 0);
    assert.equal(leader.send("typing.start", { room: 7 }) && one.send("typing.start", { room: 8 }), true);
    await settle();
    assert.deepEqual(links[0].of("typing.start").map(({ room: id }) => id), [7, 8]);
  }));

test("a replay is only for the tab that asked", () =>
  browser(async ({ tab, links, asked }) => {
    const [leader, one] = [await tab(), await tab()];
    links[0].say(READY);
    await settle();
    one.send("sync", { rooms: { 7: 2 } });
    await settle();
    assert.deepEqual(asked, [{ 7: 2 }]);
    assert.deepEqual([one.heard("synced").length, leader.heard("synced").length], [1, 0]);
    leader.send("sync", { rooms: { 7: 1 } });
    links[0].say({ type: "synced", rooms: {} });
    await settle();
    assert.deepEqual(links[0].of("sync"), [{ type: "sync", rooms: { 7: 1 } }]);
    assert.deepEqual([one.heard("synced").length, leader.heard("synced").length], [1, 1]);
  }));

test("when the tab that leads goes, another one takes over at once and every tab begins with its ready", () =>
  browser(async ({ tab, links }) => {
    const [leader, one, other] = [await tab(), await tab(), await tab()];
    links[0].say(READY);
    await settle();
    const answer = assert.rejects(one.request("message.send", { room: 7 }), { code: "closed" });
    leader.stop();
    await settle();
    assert.ok(links[0].stopped);
    assert.equal(links.length, 2);
    await answer;
    assert.deepEqual([one.state, other.state], ["connecting", "connecting"]);
    links[1].say(READY);
    await settle();
    for (const each of [one, other]) assert.deepEqual([each.state, each.heard("ready").length], ["online", 2]);
  }));

test("a tab that leads and is frozen loses the office to a tab that is awake, and follows when it wakes", () =>
  browser(async ({ tab, links, clock, Channel }) => {
    const [frozen, awake] = [await tab(), await tab()];
    links[0].say(READY);
    await clock.tick(10_000);
    assert.equal(links.length, 1, "as long as it answers it stays");
    const [ears] = Channel.open;
    Channel.deafen(ears);
    const since = clock.now;
    while (links.length < 2 && clock.now < since + 2_000) await clock.tick(50);
    assert.equal(links.length, 2, "within two seconds");
    links[1].say(READY);
    assert.equal(awake.state, "online");
    links[0].say(frame(message(6)));
    await settle();
    assert.equal(awake.heard("message").length, 0, "what an earlier leader says does not count");
    assert.ok(links[0].stopped);
    ears.deaf = false;
    await clock.tick(2_000);
    assert.deepEqual([frozen.state, links.length], ["online", 2]);
  }));

test("a tab whose own clock stood still does not take the silence for the leader's", () =>
  browser(async ({ tab, links, clock }) => {
    await tab();
    await tab();
    links[0].say(READY);
    await clock.tick(1_000);
    clock.now += 60_000;
    await clock.tick(10_000);
    assert.equal(links.length, 1);
  }));

test("the tabs are one device: watched and here is what any of them says, until it is gone", () =>
  browser(async ({ tab, links }) => {
    const [leader, one] = [await tab(), await tab()];
    leader.send("presence.watch", { users: [2] });
    one.send("presence.watch", { users: [3] });
    leader.send("presence.set", { status: "away" });
    links[0].say(READY);
    await settle();
    one.send("presence.watch", { users: [3] });
    await settle();
    assert.deepEqual(links[0].of("presence.watch").at(-1).users.sort(), [2, 3]);
    assert.deepEqual(links[0].of("presence.set"), []);
    const gone = [];
    leader.addEventListener("left", () => gone.push("left"));
    one.stop();
    await settle();
    assert.deepEqual(gone, ["left"]);
    assert.deepEqual(links[0].of("presence.watch").at(-1).users, [2]);
    assert.deepEqual(links[0].of("presence.set").at(-1).status, "away");
  }));

test("a tab that comes to show somebody hears at once what is known of them", () =>
  browser(async ({ tab, links }) => {
    const leader = await tab();
    links[0].say(READY);
    leader.send("presence.watch", { users: [2] });
    links[0].say({ type: "presence", user: 2, status: "away" });
    const late = await tab();
    late.send("presence.watch", { users: [2] });
    await settle();
    assert.deepEqual(late.heard("presence"), [{ type: "presence", user: 2, status: "away" }]);
    assert.equal(links[0].of("presence.watch").length, 1);
  }));

test("every tab knows how the link is, and any may ask for another try", () =>
  browser(async ({ tab, links, clock }) => {
    const [, one] = [await tab(), await tab()];
    links[0].say(READY);
    await settle();
    for (const state of ["waiting", "throttled", "replaced", "signed-out"]) {
      links[0].enter(state);
      await settle();
      assert.equal(one.state, state);
    }
    await clock.tick(5_000);
    assert.equal(one.downFor, 5_000);
    one.retry();
    await settle();
    assert.equal(links[0].sent.at(-1), "retry");
  }));
