/**
 * Where the outbox keeps its entries: IndexedDB, which outlives reloads and crashes and is shared by the tabs. A page
 * that goes away takes with it what IndexedDB has not committed yet, so until then a text stands in localStorage too,
 * which keeps it at once.
 *
 * Where the browser refuses (private windows, a full disk) memory stands in: then unsent text lives as long
 * as the page, and sending still works.
 */

import { localStorageOrNone } from "./local-storage.js";

const STORE = "entries";

/**
 * @typedef {import("./outbox.js").Entry} Entry
 *
 * @typedef {object} Storage
 * @property {() => Promise<Entry[]>} all in the order in which they were added
 * @property {(entry: Entry) => Promise<void>} put
 * @property {(clientId: string) => Promise<void>} remove
 */

/**
 * Usable at once; what is asked of it waits until the database is open.
 *
 * @param {string} name of the database; one for each person who signs in on this browser
 * @returns {Storage}
 */
export function openStorage(name, factory = globalThis.indexedDB) {
  const fallback = memoryStorage();
  const journal = journalOf(`${name}/`);
  const opened = openDatabase(name, factory).then((database) => databaseStorage(database));
  const first = {
    all: async () => (await opened).all(),
    put: async (entry) => (await opened).put(entry),
    remove: async (clientId) => (await opened).remove(clientId),
  };
  opened.catch(() => undefined);
  const storage = resilient(first, fallback);
  return {
    all: async () => {
      for (;;) {
        const begun = journal.all();
        const entries = await storage.all();
        const kept = new Set(entries.map(({ client_id }) => client_id));
        const left = begun.filter(({ client_id }) => !kept.has(client_id));
        // What has left the journal meanwhile may be in the database by now, or gone for good.
        if (left.every(({ client_id }) => journal.has(client_id))) return [...entries, ...left];
      }
    },
    put: async (entry) => {
      journal.set(entry);
      await storage.put(entry);
      journal.drop(entry.client_id);
    },
    remove: async (clientId) => {
      journal.drop(clientId);
      await storage.remove(clientId);
    },
  };
}

/** The entries that are being put: their text, for files do not go in there. @param {string} prefix */
function journalOf(prefix) {
  const storage = localStorageOrNone();
  return {
    /** @returns {Entry[]} oldest first */
    all() {
      const keys = Object.keys(storage ?? {}).filter((key) => key.startsWith(prefix));
      return keys.map((key) => JSON.parse(storage?.getItem(key) ?? "null")).filter(Boolean).sort((one, other) => one.at - other.at);
    },
    /** @param {Entry} entry */
    set(entry) {
      if (entry.files || "blob" in entry) return;
      try {
        storage?.setItem(prefix + entry.client_id, JSON.stringify(entry));
      } catch {
        // The quota is used up: IndexedDB alone will do.
      }
    },
    /** @param {string} clientId */
    has: (clientId) => Boolean(storage?.getItem(prefix + clientId)),
    /** @param {string} clientId */
    drop: (clientId) => storage?.removeItem(prefix + clientId),
  };
}

/** @returns {Storage} */
export function memoryStorage() {
  /** @type {Map<string, Entry>} */
  const entries = new Map();
  return {
    all: async () => [...entries.values()],
    put: async (entry) => void entries.set(entry.client_id, entry),
    remove: async (clientId) => void entries.delete(clientId),
  };
}

/** @param {string} name @param {IDBFactory} factory @returns {Promise<IDBDatabase>} */
async function openDatabase(name, factory) {
  const request = factory.open(name, 1);
  request.onupgradeneeded = () => {
    // The key grows with every entry of every tab, so order survives clocks that jump.
    const store = request.result.createObjectStore(STORE, { keyPath: "n", autoIncrement: true });
    store.createIndex("client_id", "client_id", { unique: true });
  };
  return outcome(request);
}

/** @param {IDBDatabase} database @returns {Storage} */
function databaseStorage(database) {
  /** @param {IDBTransactionMode} mode @param {(store: IDBObjectStore) => Promise<any>} work */
  const within = async (mode, work) => {
    // Relaxed: the operating system has it, which survives the browser; a send does not wait for the disk.
    const transaction = database.transaction(STORE, mode, { durability: "relaxed" });
    const result = await work(transaction.objectStore(STORE));
    if (mode === "readwrite") await committed(transaction);
    return result;
  };
  return {
    all: () => within("readonly", (store) => outcome(store.getAll())),
    put: (entry) =>
      within("readwrite", async (store) => {
        const n = await outcome(store.index("client_id").getKey(entry.client_id));
        const { n: _, ...fields } = /** @type {any} */ (entry);
        await outcome(store.put(n === undefined ? fields : { ...fields, n }));
      }),
    remove: (clientId) =>
      within("readwrite", async (store) => {
        const n = await outcome(store.index("client_id").getKey(clientId));
        if (n !== undefined) await outcome(store.delete(n));
      }),
  };
}

/**
 * What the first storage refuses to keep goes to the second; both are read.
 *
 * @param {Storage} first @param {Storage} second @returns {Storage}
 */
function resilient(first, second) {
  return {
    all: async () => [...(await first.all().catch(() => [])), ...(await second.all())],
    put: (entry) => first.put(entry).catch(() => second.put(entry)),
    remove: async (clientId) => {
      await second.remove(clientId);
      await first.remove(clientId).catch(() => undefined);
    },
  };
}

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
function outcome(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** @param {IDBTransaction} transaction @returns {Promise<void>} */
function committed(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
}
