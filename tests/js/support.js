/** What the tests share: a clock that we turn, and the things that travel on the wire. */

const NAMES = ["setTimeout", "clearTimeout", "setInterval", "clearInterval"];

/**
 * Time stands still while `body` runs, until it calls `clock.tick(ms)`.
 *
 * Web Locks are granted by another process in its own time, so the stand-in of locks.js is used.
 */
export async function withClock(body) {
  const clock = new Clock();
  const kept = NAMES.map((name) => globalThis[name]);
  const now = Date.now;
  globalThis.setTimeout = (run, delay = 0) => clock.add(run, delay);
  globalThis.setInterval = (run, delay) => clock.add(run, delay, delay);
  globalThis.clearTimeout = globalThis.clearInterval = (id) => clock.timers.delete(id);
  Date.now = () => clock.now;
  if (globalThis.navigator) Object.defineProperty(navigator, "locks", { value: undefined, configurable: true });
  try {
    return await body(clock);
  } finally {
    NAMES.forEach((name, at) => (globalThis[name] = kept[at]));
    Date.now = now;
    if (globalThis.navigator) delete navigator.locks;
  }
}

class Clock {
  now = 1_700_000_000_000;
  timers = new Map();
  #last = 0;

  add(run, delay, every = 0) {
    this.timers.set(++this.#last, { run, at: this.now + delay, every });
    return this.#last;
  }

  async tick(ms) {
    const end = this.now + ms;
    for (;;) {
      await settle();
      const due = [...this.timers].filter(([, timer]) => timer.at <= end).sort((a, b) => a[1].at - b[1].at)[0];
      if (!due) break;
      const [id, timer] = due;
      this.now = Math.max(this.now, timer.at);
      if (timer.every) timer.at += timer.every;
      else this.timers.delete(id);
      timer.run();
    }
    this.now = end;
    await settle();
  }
}

/** Let promises that are ready run. */
export async function settle() {
  for (let turn = 0; turn < 30; turn += 1) await null;
}

export const ALICE = { id: 1, full_name: "Alice Arden", handle: "alice", initials: "AA", hue: "h1" };
export const BOB = { id: 2, full_name: "Bob Baker", handle: "bob", initials: "BB", hue: "h2" };

export function message(seq, fields = {}) {
  return {
    id: 1000 + seq,
    room: 7,
    seq,
    changed_seq: seq,
    kind: "text",
    author: BOB,
    client_id: `client-${seq}`,
    body: `message ${seq}`,
    html: `<p>message ${seq}</p>`,
    created_at: new Date(Date.UTC(2026, 10, 20, 12, 0, seq)).toISOString(),
    edited_at: null,
    deleted_at: null,
    deleted_by: null,
    ...fields,
  };
}

export function deleted(seq, changed_seq, fields = {}) {
  return message(seq, { changed_seq, body: "", html: "", deleted_at: "2026-11-20T12:00:00Z", deleted_by: "author", ...fields });
}

export function frame(of, prev = of.changed_seq - 1) {
  return { type: "message", room: of.room, prev, seq: of.changed_seq, message: of };
}

export function page(first, last, has_before = false, has_after = false) {
  const results = [];
  for (let seq = first; seq <= last; seq += 1) results.push(message(seq));
  return { results, has_before, has_after };
}

export function room(fields = {}) {
  return {
    id: 7,
    kind: "direct",
    name: BOB.full_name,
    topic: "",
    other: BOB,
    members: [ALICE, BOB],
    member_count: 2,
    last_seq: 0,
    read_seq: 0,
    delivered_seq: 0,
    unread: 0,
    others: [{ user: BOB.id, read_seq: 0, delivered_seq: 0 }],
    last_message: null,
    last_activity_at: "2026-11-20T12:00:00.000Z",
    ...fields,
  };
}

/** Web Locks as far as the client uses them; `freeze` makes their holder deaf, as a frozen page is. */
export class FakeLocks {
  #held = new Map();
  #queues = new Map();

  request(name, options, callback = options) {
    const { signal, steal } = callback === options ? {} : options;
    return new Promise((resolve, reject) => {
      const lock = { callback, resolve, reject };
      const queue = this.#queues.get(name) ?? [];
      this.#queues.set(name, queue);
      signal?.addEventListener("abort", () => {
        const at = queue.indexOf(lock);
        if (at >= 0) queue.splice(at, 1);
        if (at >= 0) reject(new Error("AbortError"));
      });
      if (steal) {
        const robbed = this.#held.get(name);
        this.#held.delete(name);
        robbed?.reject(new Error("AbortError"));
        queue.unshift(lock);
      } else {
        queue.push(lock);
      }
      this.#next(name);
    });
  }

  async #next(name) {
    await null;
    if (this.#held.has(name)) return;
    const lock = this.#queues.get(name).shift();
    if (!lock) return;
    this.#held.set(name, lock);
    const value = await lock.callback();
    lock.resolve(value);
    if (this.#held.get(name) === lock) this.#held.delete(name);
    this.#next(name);
  }
}

/** A kind of BroadcastChannel of which each test has its own. */
export function channels() {
  const open = new Set();
  return class FakeChannel {
    onmessage = null;
    deaf = false;
    constructor(name) {
      this.name = name;
      open.add(this);
    }
    async postMessage(data) {
      const copy = structuredClone(data);
      await null;
      for (const each of open) if (each !== this && each.name === this.name && !each.deaf) each.onmessage?.({ data: copy });
    }
    close() {
      open.delete(this);
    }
    static deafen(channel) {
      channel.deaf = true;
    }
    static get open() {
      return [...open];
    }
  };
}
