import assert from "node:assert/strict";
import test from "node:test";

import { Api } from "../../static/js/chat/api.js";
import { Drafts, NOTHING, draftOf } from "../../static/js/chat/drafts.js";
import { Failure } from "../../static/js/chat/failure.js";
import { addressOf, permalinkOf, placeOf, spotOf } from "../../static/js/chat/places.js";
import { uuid4 } from "../../static/js/chat/uuid.js";

function apiWith(...answers) {
  const calls = [];
  const bodies = [];
  globalThis.localStorage?.removeItem("parley-renewed");
  const fetch = async (url, { method, body: sent }) => {
    calls.push(`${method} ${url}`);
    if (sent) bodies.push(sent);
    const [status, body, headers] = answers.shift();
    return new Response(body === undefined ? null : JSON.stringify(body), { status, headers });
  };
  const left = [];
  return { api: new Api("/api/", { fetch, leave: () => left.push("left") }), calls, bodies, left };
}

test("an answer is its JSON", async () => {
  const { api, calls } = apiWith([200, { results: [] }]);
  assert.deepEqual(await api.messages(7, { before: 41 }), { results: [] });
  assert.deepEqual(calls, ["GET /api/rooms/7/messages/?limit=50&before=41"]);
});

test("what is held of however many rooms goes in the body, where there is place for it", async () => {
  const { api, calls, bodies } = apiWith([200, { frames: [], rooms: {} }]);
  const rooms = Object.fromEntries(Array.from({ length: 1_000 }, (_, id) => [1_000_000 + id, 12_345]));
  assert.deepEqual(await api.sync(rooms, 25), { frames: [], rooms: {} });
  assert.deepEqual([calls, bodies], [["POST /api/sync/"], [JSON.stringify({ rooms, wait: 25 })]]);
});

test("a refusal is its code, its sentence and when to try again", async () => {
  const { api } = apiWith([429, { code: "rate_limited", detail: "Slowly." }, { "Retry-After": "7" }]);
  await assert.rejects(api.room(7), { code: "rate_limited", detail: "Slowly.", retryAfter: 7, passing: true });
});

test("whatever says when to try again may be tried again", () => {
  assert.ok(new Failure("slow_mode", "", 3).passing);
  assert.ok(!new Failure("slow_mode").passing);
});

test("a proxy's error page is a passing fault", async () => {
  const { api } = apiWith([502]);
  await assert.rejects(api.room(7), { code: "unavailable", passing: true });
});

test("no network is a passing fault", async () => {
  const api = new Api("/api/", { fetch: () => Promise.reject(new TypeError("Failed to fetch")) });
  await assert.rejects(api.room(7), { code: "closed", passing: true });
});

test("an expired sign-in is renewed once, unseen", async () => {
  const { api, calls } = apiWith([401, {}], [200, {}], [200, { id: 7 }]);
  assert.deepEqual(await api.room(7), { id: 7 });
  assert.deepEqual(calls, ["GET /api/rooms/7/", "POST /api/auth/refresh/", "GET /api/rooms/7/"]);
});

test("a sign-in that is over leads away", async () => {
  const { api, left } = apiWith([401, {}], [401, {}]);
  await assert.rejects(api.room(7), { code: "not_authenticated" });
  assert.deepEqual(left, ["left"]);
});

test("drafts belong to one person and one room, and blank ones are none", () => {
  const kept = new Map();
  const storage = {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => kept.set(key, value),
    removeItem: (key) => kept.delete(key),
  };
  const drafts = new Drafts(1, storage);
  drafts.set(7, draftOf("half a thought", 41));
  assert.deepEqual([drafts.get(7), drafts.get(8), new Drafts(2, storage).get(7)], [draftOf("half a thought", 41), NOTHING, NOTHING]);
  drafts.set(7, draftOf("  ", 41));
  assert.equal(kept.size, 0);
  for (const text of ["half a {thought", "42", "null"]) {
    kept.set("parley-draft-1-7", text);
    assert.deepEqual(drafts.get(7), draftOf(text));
  }
});

test("a draft that the browser will not store lives as long as the page", () => {
  const full = {
    getItem: () => null,
    setItem: () => { throw new Error("QuotaExceededError"); },
    removeItem: () => undefined,
  };
  const drafts = new Drafts(1, full);
  drafts.set(7, draftOf("half a thought"));
  assert.equal(drafts.get(7).body, "half a thought");
});

test("an address names a place, or it is not for us", () => {
  assert.deepEqual(placeOf("/rooms/", "/rooms/"), { view: "rooms", room: 0 });
  assert.deepEqual(placeOf("/rooms/7/", "/rooms/"), { view: "room", room: 7 });
  for (const path of ["/people/", "/rooms/7", "/rooms/x/", "/rooms/0/", "/rooms/7/read/", "/"]) {
    assert.equal(placeOf(path, "/rooms/"), null, path);
  }
});

test("an address names a message in a room, or a message wherever it is", () => {
  assert.equal(addressOf("/rooms/7/", { seq: 12 }), "/rooms/7/?around=12#m-12");
  assert.equal(addressOf("/rooms/7/", null), "/rooms/7/");
  assert.deepEqual(spotOf("?around=12"), { seq: 12 });
  for (const search of ["", "?around=", "?around=0", "?around=x", "?around=1e99", "?before=3"]) assert.equal(spotOf(search), null, search);
  assert.deepEqual(["/m/12/", "/m/0/", "/m/12/x/", "/messages/12/"].map(permalinkOf), [12, 0, 0, 0]);
});

test("a client_id is a UUID of version 4", () => {
  assert.ok(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(uuid4()));
});
