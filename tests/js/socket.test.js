import assert from "node:assert/strict";
import test from "node:test";

import { Socket } from "../../static/js/chat/socket.js";
import { withClock } from "./support.js";

class FakeWebSocket {
  static last;
  sent = [];
  constructor(url, protocols) {
    Object.assign(this, { url, protocols });
    FakeWebSocket.last = this;
  }
  send(text) {
    this.sent.push(JSON.parse(text));
  }
  close() {
    this.gone = true;
  }
  say(frame) {
    this.onmessage({ data: JSON.stringify(frame) });
  }
}

function connected() {
  const socket = new Socket("ws://test/ws/", { WebSocket: FakeWebSocket });
  socket.connect();
  FakeWebSocket.last.onopen();
  return { socket, link: FakeWebSocket.last };
}

test("it offers the subprotocol and sends nothing before the link is open", () => {
  const socket = new Socket("ws://test/ws/", { WebSocket: FakeWebSocket });
  socket.connect();
  assert.deepEqual(FakeWebSocket.last.protocols, ["parley.v1"]);
  assert.equal(socket.send("ping"), false);
});

test("a request ends with the data of its own reply", async () => {
  await withClock(async () => {
    const { socket, link } = connected();
    const answers = Promise.all([socket.request("message.send", { body: "a" }), socket.request("message.send", { body: "b" })]);
    const [first, second] = link.sent.map(({ ref }) => ref);
    link.say({ type: "reply", ref: second, ok: true, data: { n: 2 } });
    link.say({ type: "reply", ref: first, ok: true, data: { n: 1 } });
    assert.deepEqual(await answers, [{ n: 1 }, { n: 2 }]);
  });
});

test("a request ends with the code of its error", async () => {
  await withClock(async () => {
    const { socket, link } = connected();
    const answer = socket.request("message.send", {});
    link.say({ type: "error", ref: link.sent[0].ref, code: "rate_limited", detail: "Slowly.", retry_after: 3 });
    await assert.rejects(answer, { code: "rate_limited", detail: "Slowly.", retryAfter: 3 });
  });
});

test("a request without an answer ends after ten seconds", async () => {
  await withClock(async (clock) => {
    const { socket } = connected();
    const answer = assert.rejects(socket.request("message.send", {}), { code: "timeout" });
    await clock.tick(10_000);
    await answer;
  });
});

test("when the link goes, every request that waits ends as closed", async () => {
  await withClock(async () => {
    const { socket, link } = connected();
    const closes = [];
    socket.addEventListener("close", ({ detail }) => closes.push(detail));
    const answer = assert.rejects(socket.request("message.send", {}), { code: "closed" });
    link.onclose({ code: 4503 });
    await answer;
    assert.deepEqual(closes, [{ code: 4503, opened: true }]);
    await assert.rejects(socket.request("message.send", {}), { code: "closed" });
    socket.connect();
    assert.equal(socket.send("ping"), false, "the next link is not open yet");
  });
});

test("giving up a dead link does not wait for it", () => {
  const { socket, link } = connected();
  const closes = [];
  socket.addEventListener("close", ({ detail }) => closes.push(detail.code));
  socket.close();
  assert.ok(link.gone && !socket.busy);
  assert.deepEqual(closes, [1006]);
  assert.equal(link.onclose, null);
});

test("what is no JSON is passed over", () => {
  const { socket, link } = connected();
  const types = [];
  socket.addEventListener("frame", ({ detail }) => types.push(detail.type));
  link.onmessage({ data: "{" });
  link.say({ type: "pong" });
  assert.deepEqual(types, ["pong"]);
});
