import assert from "node:assert/strict";
import test from "node:test";

import { openStorage } from "../../static/js/chat/storage.js";

const entry = (client_id, fields = {}) => ({ client_id, room: 7, user: 1, body: client_id, at: 0, state: "waiting", ...fields });
const names = async (storage) => (await storage.all()).map(({ client_id }) => client_id);

/** IndexedDB is the browser's; under node only the stand-in can be tested. */
const inBrowser = globalThis.indexedDB !== undefined;

if (inBrowser) {
  test("entries outlive the page, in the order in which they were added", async () => {
    const name = `test-${Math.random()}`;
    const before = openStorage(name);
    await Promise.all(["c", "a", "b"].map((id) => before.put(entry(id))));
    await before.put(entry("a", { state: "failed" }));
    const after = openStorage(name);
    assert.deepEqual(await names(after), ["c", "a", "b"]);
    assert.equal((await after.all())[1].state, "failed");
    await after.remove("c");
    assert.deepEqual(await names(before), ["a", "b"]);
    indexedDB.deleteDatabase(name);
  });

  test("a text that the database has not committed yet outlives the page as well", async () => {
    const name = `test-${Math.random()}`;
    const before = openStorage(name);
    await before.put(entry("a"));
    const never = openStorage(name, { open: () => new EventTarget() });
    never.put(entry("b", { at: 1 }));
    never.put(entry("c", { at: 2 }));
    never.put(entry("with files", { files: [{}] }));
    never.put(entry("a file", { blob: new Blob(["bytes"]) }));
    const after = openStorage(name);
    assert.deepEqual(await names(after), ["a", "b", "c"]);
    await after.remove("b");
    await after.put(entry("c", { state: "failed" }));
    assert.deepEqual(await names(after), ["a", "c"]);
    assert.deepEqual(Object.keys(localStorage).filter((key) => key.startsWith(name)), []);
    indexedDB.deleteDatabase(name);
  });
}

test("where the browser refuses, memory stands in", async () => {
  const refusing = { open: () => { throw new Error("SecurityError"); } };
  const storage = openStorage("any", refusing);
  await storage.put(entry("a"));
  await storage.put(entry("b"));
  await storage.remove("a");
  assert.deepEqual(await names(storage), ["b"]);
});
