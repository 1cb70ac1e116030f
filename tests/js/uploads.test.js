import assert from "node:assert/strict";
import test from "node:test";

import { Failure } from "../../static/js/chat/failure.js";
import { memoryStorage } from "../../static/js/chat/storage.js";
import { Tray } from "../../static/js/chat/tray.js";
import { Uploads } from "../../static/js/chat/uploads.js";
import { settle, withClock } from "./support.js";

/** A server that answers each upload as the test says. */
function server() {
  const calls = [];
  const send = (file, { progress, signal }) =>
    new Promise((resolve, reject) => {
      const ok = (id = `id-${file.name}`) => resolve({ id, name: file.name, alt: file.alt });
      calls.push({ ...file, progress, ok, fail: (...args) => reject(new Failure(...args)) });
      signal.addEventListener("abort", () => reject(new Failure("timeout")));
    });
  return { calls, uploads: new Uploads(send, () => 1) };
}

const names = (calls) => calls.map(({ name }) => name);
const file = (name, type = "application/pdf", text = "bytes") => new File([text], name, { type });

function trayWith(parts = {}) {
  const { calls, uploads } = server();
  const asked = [];
  const uploaded = ["theirs", "of another room"].map((id) => ({ id, name: `${id}.pdf`, kind: "file" }));
  const storage = memoryStorage();
  const api = { call: async (...what) => (asked.push(what.slice(0, 2).join(" ")), { results: uploaded }) };
  return { calls, asked, storage, tray: new Tray({ uploads, api, storage, shrink: async () => null, ...parts }) };
}

test("two files are under way at a time, each once however often it is asked for", () =>
  withClock(async (clock) => {
    const { calls, uploads } = server();
    const files = ["a", "b", "c"].map((name) => ({ key: name, name }));
    const [first] = files.map((each) => uploads.upload(each));
    assert.equal(uploads.upload(files[0]), first);
    assert.deepEqual(names(calls), ["a", "b"]);
    calls[0].progress(0.5);
    assert.equal(uploads.share("a"), 0.5);
    calls[0].ok();
    await clock.tick(0);
    assert.deepEqual(names(calls), ["a", "b", "c"]);
    assert.equal((await uploads.upload(files[0])).id, "id-a");
    assert.equal(calls.length, 3, "what is done is not done again");
  }));

test("a fault of the link is retried silently, and at once when the link is back; a refusal is told", () =>
  withClock(async (clock) => {
    const { calls, uploads } = server();
    const sent = uploads.upload({ key: "a", name: "a" });
    calls[0].fail("closed");
    await clock.tick(499);
    assert.equal(calls.length, 1);
    await clock.tick(1);
    calls[1].fail("unavailable", "Later.", 30);
    await clock.tick(0);
    uploads.nudge();
    await clock.tick(0);
    assert.equal(calls.length, 3);
    calls[2].fail("unsupported_file", "Send it as PDF.");
    await assert.rejects(sent, { code: "unsupported_file", detail: "Send it as PDF." });
    uploads.upload({ key: "a", name: "a" });
    assert.equal(calls.length, 4, "who tries again asks anew");
  }));

test("what is cancelled goes no further, and makes room for the next", () =>
  withClock(async (clock) => {
    const { calls, uploads } = server();
    const files = ["a", "b", "c"].map((name) => ({ key: name, name }));
    const [first] = files.map((each) => uploads.upload(each));
    uploads.cancel("a");
    await assert.rejects(first, { code: "cancelled" });
    await clock.tick(60_000);
    assert.deepEqual(names(calls), ["a", "b", "c"]);
  }));

test("a file stays with the room in which it was chosen, and is stored until the outbox has it", () =>
  withClock(async (clock) => {
    const { calls, tray, storage } = trayWith();
    assert.equal(tray.add(7, [file("a.pdf")]), "");
    tray.add(8, [file("b.pdf")]);
    await clock.tick(0);
    assert.equal((await storage.all()).length, 2);
    calls[1].ok();
    calls[0].ok();
    await clock.tick(0);
    assert.deepEqual([tray.ids(7), tray.ids(8)], [["id-a.pdf"], ["id-b.pdf"]]);
    const { files } = tray.take(7);
    assert.deepEqual(files.map(({ id }) => id), ["id-a.pdf"]);
    assert.deepEqual([tray.of(7).length, tray.of(8).length], [0, 1]);
    assert.equal((await storage.all()).length, 2);
    await tray.forget(files);
    assert.deepEqual((await storage.all()).map(({ room }) => room), [8]);
  }));

test("what a page has left is there on the next one and goes on, but for what the outbox has already", () =>
  withClock(async (clock) => {
    const first = trayWith();
    first.tray.add(7, [file("a.pdf"), file("b.pdf"), file("c.pdf")]);
    await clock.tick(0);
    first.calls[0].ok();
    await clock.tick(0);
    const { calls, tray } = trayWith({ storage: first.storage });
    await tray.restore(7, new Set([first.tray.of(7)[2].key]));
    await clock.tick(0);
    assert.deepEqual(tray.of(7).map(({ name, state }) => [name, state]), [["a.pdf", "ready"], ["b.pdf", "uploading"]]);
    assert.deepEqual(names(calls), ["b.pdf"]);
    assert.equal(await calls[0].blob.text(), "bytes");
  }));

test("what is sent while the files of an earlier page are still read is not there again", () =>
  withClock(async (clock) => {
    const { calls, storage, tray } = trayWith();
    tray.add(7, [file("a.pdf")]);
    await clock.tick(0);
    calls[0].ok();
    await clock.tick(0);
    const kept = await storage.all();
    let read;
    storage.all = () => new Promise((resolve) => (read = () => resolve(kept)));
    const restored = tray.restore(7, new Set());
    assert.equal(tray.take(7).files.length, 1);
    read();
    await restored;
    assert.deepEqual(tray.of(7), []);
  }));

test("nothing is sent while a file is refused or a picture is made smaller", () =>
  withClock(async (clock) => {
    let shrunk;
    const { calls, tray } = trayWith({ shrink: () => new Promise((resolve) => (shrunk = resolve)) });
    assert.ok(tray.add(7, [file("a.txt", "text/plain", "")]).includes("is empty"));
    tray.add(7, [file("a.png", "image/png")]);
    assert.ok(tray.take(7).problem.includes("made smaller"));
    shrunk({ blob: new Blob(["small"], { type: "image/webp" }), name: "a.webp", width: 20, height: 10 });
    await tray.prepared(7);
    await clock.tick(0);
    assert.deepEqual([calls[0].name, calls[0].type, calls[0].width], ["a.webp", "image/webp", 20]);
    calls[0].fail("unsupported_file", "Send another.");
    await clock.tick(0);
    const [item] = tray.of(7);
    assert.deepEqual([item.state, item.problem], ["refused", "Send another."]);
    assert.ok(tray.take(7).problem.includes("cannot be sent"));
    tray.retry(7, item.key);
    calls[1].ok();
    await clock.tick(0);
    assert.equal(tray.take(7).files.length, 1);
  }));

test("what another device has uploaded for the draft comes in, what it has sent goes, and what is ours stays", () =>
  withClock(async (clock) => {
    const { calls, asked, tray } = trayWith();
    tray.add(7, [file("ours.pdf")]);
    await clock.tick(0);
    calls[0].ok("ours");
    await clock.tick(0);
    await tray.serve(7, ["theirs"]);
    assert.deepEqual(tray.of(7).map(({ id, name }) => [id, name]), [["ours", "ours.pdf"], ["theirs", "theirs.pdf"]]);
    await tray.serve(7, [], ["theirs"]);
    assert.deepEqual(tray.ids(7), ["ours"]);
    tray.describe(7, tray.of(7)[0].key, "a plan");
    tray.remove(7, tray.of(7)[0].key);
    await settle();
    assert.deepEqual(asked, ["GET uploads/", "PATCH uploads/ours/", "DELETE uploads/ours/"]);
  }));
