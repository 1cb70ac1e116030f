import assert from "node:assert/strict";
import test from "node:test";

import { Monitor } from "../../static/js/chat/monitor.js";
import { backoff } from "../../static/js/chat/protocol.js";
import { settle, withClock } from "./support.js";

class FakeSocket extends EventTarget {
  tries = 0;
  busy = false;
  sent = [];
  connect() {
    this.tries += 1;
    this.busy = true;
  }
  send(type) {
    this.sent.push(type);
  }
  close() {
    if (this.busy) this.end(1006, true);
  }
  say(type, fields) {
    this.dispatchEvent(new CustomEvent("frame", { detail: { type, ...fields } }));
  }
  end(code, opened) {
    this.busy = false;
    this.dispatchEvent(new CustomEvent("close", { detail: { code, opened } }));
  }
}

async function monitored(body, { refresh = async () => true, random = () => 1 } = {}) {
  await withClock(async (clock) => {
    const socket = new FakeSocket();
    const monitor = new Monitor(socket, { refresh, random });
    monitor.start();
    try {
      await body({ clock, socket, monitor });
    } finally {
      monitor.stop();
    }
  });
}

test("backoff doubles from half a second to thirty, with full jitter", () => {
  assert.deepEqual([0, 1, 2, 6, 20].map((n) => backoff(n, () => 1)), [500, 1000, 2000, 30_000, 30_000]);
  assert.equal(backoff(3, () => 0), 0);
});

test("online begins with ready, not with the handshake", () =>
  monitored(async ({ socket, monitor }) => {
    assert.equal(monitor.state, "connecting");
    socket.say("pong");
    assert.equal(monitor.state, "connecting");
    socket.say("ready");
    assert.equal(monitor.state, "online");
  }));

test("a quiet link is asked every 25 seconds and given up at 60", () =>
  monitored(async ({ clock, socket, monitor }) => {
    socket.say("ready");
    await clock.tick(25_000);
    assert.deepEqual(socket.sent, ["ping"]);
    socket.say("pong");
    await clock.tick(25_000);
    assert.deepEqual(socket.sent, ["ping", "ping"]);
    await clock.tick(34_000);
    assert.equal(monitor.state, "online");
    await clock.tick(2_500);
    assert.equal(monitor.state, "connecting", "given up, waited half a second, trying again");
    assert.equal(socket.tries, 2);
  }));

test("after a failed handshake the sign-in is renewed and the next try follows at once", () => {
  let renewals = 0;
  const refresh = async () => Boolean(++renewals);
  return monitored(
    async ({ clock, socket }) => {
      socket.end(1006, false);
      await clock.tick(0);
      assert.deepEqual([renewals, socket.tries], [1, 2]);
      socket.end(1006, false);
      await clock.tick(500);
      assert.equal(socket.tries, 2, "only once at once");
      await clock.tick(500);
      assert.equal(socket.tries, 3);
    },
    { refresh },
  );
});

test("when the sign-in is over it says so and stops", () =>
  monitored(
    async ({ clock, socket, monitor }) => {
      socket.end(1006, false);
      await clock.tick(60_000);
      assert.deepEqual([monitor.state, socket.tries], ["signed-out", 1]);
    },
    { refresh: async () => false },
  ));

test("a server that cannot be asked is tried again, ever more slowly", () =>
  monitored(
    async ({ clock, socket, monitor }) => {
      const tries = [];
      for (const wait of [499, 1, 999, 1, 1999, 1]) {
        if (socket.busy) socket.end(1006, false);
        await clock.tick(wait);
        tries.push(socket.tries);
      }
      assert.deepEqual(tries, [1, 2, 2, 3, 3, 4]);
      assert.equal(monitor.state, "connecting");
    },
    { refresh: () => Promise.reject(new Error("offline")) },
  ));

test("signed out by the server: no further try", () =>
  monitored(async ({ clock, socket, monitor }) => {
    socket.say("ready");
    socket.end(4401, true);
    await clock.tick(60_000);
    assert.deepEqual([monitor.state, socket.tries], ["signed-out", 1]);
  }));

test("replaced by another window: only the user brings us back", () =>
  monitored(async ({ clock, socket, monitor }) => {
    socket.say("ready");
    socket.end(4409, true);
    await clock.tick(60_000);
    assert.deepEqual([monitor.state, socket.tries], ["replaced", 1]);
    monitor.retry();
    assert.equal(socket.tries, 2);
  }));

test("a server that restarts is come back to within the time it named", () =>
  monitored(async ({ clock, socket }) => {
    socket.say("ready");
    for (let n = 0; n < 6; n += 1) {
      socket.end(4503, true);
      await clock.tick(30_000);
      socket.say("ready");
    }
    socket.say("restart", { after: 2 });
    const { tries } = socket;
    socket.end(4012, true);
    await clock.tick(2_000);
    assert.equal(socket.tries, tries + 1);
  }));

test("a regular goodbye is over before anybody sees it, and not for all at the same moment", async () => {
  for (const [random, wait] of [[1, 2_000], [0.5, 1_000]]) {
    await monitored(
      async ({ clock, socket }) => {
        socket.say("ready");
        socket.say("restart", { after: 10 });
        socket.end(4012, true);
        await clock.tick(wait - 1);
        assert.equal(socket.tries, 1);
        await clock.tick(1);
        assert.equal(socket.tries, 2);
      },
      { random: () => random },
    );
  }
});

test("one that flooded the server is back after ten seconds at the earliest, whatever happens", () =>
  monitored(
    async ({ clock, socket, monitor }) => {
      socket.say("ready");
      socket.end(4429, true);
      assert.equal(monitor.state, "throttled");
      monitor.nudge();
      monitor.retry();
      await clock.tick(9_999);
      assert.equal(socket.tries, 1);
      await clock.tick(1);
      assert.equal(socket.tries, 2);
    },
    { random: () => 0 },
  ));

test("a link that lived long forgives earlier failures", () =>
  monitored(async ({ clock, socket }) => {
    for (let n = 0; n < 5; n += 1) {
      socket.say("ready");
      socket.end(4503, true);
      await clock.tick(30_000);
    }
    socket.say("ready");
    await clock.tick(10_000);
    const { tries } = socket;
    socket.end(1006, true);
    await clock.tick(500);
    assert.equal(socket.tries, tries + 1);
  }));

test("a handshake that hangs is given up", () =>
  monitored(async ({ clock, socket }) => {
    await clock.tick(16_000);
    assert.equal(socket.tries, 2);
  }));

test("retry now does not wait, and a late timer does not connect twice", () =>
  monitored(async ({ clock, socket, monitor }) => {
    socket.say("ready");
    socket.end(1006, true);
    await settle();
    monitor.retry();
    assert.equal(socket.tries, 2);
    socket.end(1006, true);
    await clock.tick(999);
    assert.equal(socket.tries, 2, "the first timer is over and done with");
    await clock.tick(1);
    assert.equal(socket.tries, 3);
  }));

/** node's global object is no event target. */
if (globalThis.addEventListener) {
  test("the network is back: a waiting client connects at once, a connected one makes sure", () =>
    monitored(async ({ clock, socket, monitor }) => {
      socket.say("ready");
      socket.end(1006, true);
      globalThis.dispatchEvent(new Event("online"));
      assert.equal(socket.tries, 2);
      socket.say("ready");
      globalThis.dispatchEvent(new Event("online"));
      assert.deepEqual(socket.sent, ["ping"]);
      await clock.tick(7_500);
      assert.ok(monitor.state !== "online", "no answer within five seconds");
    }));

  test("where the browser says that the network is gone, a silent link is given up after three seconds, and was bad from then on", () =>
    monitored(async ({ clock, socket, monitor }) => {
      socket.say("ready");
      await clock.tick(1_000);
      const gone = Date.now();
      globalThis.dispatchEvent(new Event("offline"));
      assert.deepEqual(socket.sent, ["ping"]);
      await clock.tick(2_999);
      assert.equal(monitor.state, "online");
      await clock.tick(1);
      assert.deepEqual([monitor.state, monitor.since], ["waiting", gone]);
    }));

  test("a browser that is wrong about the network, or right for a moment only, costs no link", () =>
    monitored(async ({ clock, socket, monitor }) => {
      socket.say("ready");
      globalThis.dispatchEvent(new Event("offline"));
      socket.say("pong");
      await clock.tick(10_000);
      globalThis.dispatchEvent(new Event("offline"));
      await clock.tick(2_900);
      globalThis.dispatchEvent(new Event("online"));
      await clock.tick(2_900);
      socket.say("pong");
      await clock.tick(10_000);
      assert.deepEqual([monitor.state, socket.tries], ["online", 1]);
      const broke = Date.now();
      socket.end(1006, true);
      assert.equal(monitor.since, broke, "what it said before is forgiven");
    }));
}
