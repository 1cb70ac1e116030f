import assert from "node:assert/strict";
import test from "node:test";

import { tell } from "../../static/js/chat/events.js";
import { Notifications, PATIENCE } from "../../static/js/chat/notifications.js";
import { Store } from "../../static/js/chat/store.js";
import { ALICE, BOB, channels, deleted, frame, message, page, room, withClock } from "./support.js";

/** What the system shows. */
class FakeNotification {
  static shown = [];
  constructor(title, { body, silent }) {
    Object.assign(this, { title, body, silent });
    FakeNotification.shown.push(this);
  }
  close() {
    FakeNotification.shown = FakeNotification.shown.filter((each) => each !== this);
    this.onclose?.();
  }
}

const shown = () => FakeNotification.shown.map(({ title, body }) => `${title}: ${body}`);

/** A tab with one room; `looking` is whether somebody looks at it, or at its "thread" alone. */
function tab(Channel, { leads = true, looking = false, wanted = true, sounding = false, audible = true, summary = {}, heard } = {}) {
  const store = new Store(ALICE);
  store.putRoom(room({ level: "all", ...summary }));
  store.openLog(7, page(0, -1));
  const client = Object.assign(new EventTarget(), { store, me: ALICE, transport: { leads } });
  const opened = [];
  const played = [];
  const play = () => audible && Boolean(played.push("chime"));
  const says = { wanted: () => wanted, sounding: () => sounding, play };
  const looksAt = ({ thread_root: thread = null }) => (looking === "thread" ? thread === 1 : looking);
  const parts = { looksAt, open: ({ seq }) => opened.push(seq), channel: new Channel("notices"), heard, ...says };
  const controller = new AbortController();
  new Notifications(client, parts, controller.signal);
  const arrives = (each) => {
    store.putFrame(frame(each));
    tell(client, "arrived", each);
  };
  return { client, store, opened, played, arrives, close: () => controller.abort() };
}

function world(body) {
  return withClock(async (clock) => {
    const before = globalThis.Notification;
    globalThis.Notification = FakeNotification;
    FakeNotification.shown = [];
    try {
      await body(clock, channels());
    } finally {
      globalThis.Notification = before;
    }
  });
}

test("what nobody looks at is told once, by the tab that leads, in plain words", () =>
  world(async (clock, Channel) => {
    const tabs = [tab(Channel), tab(Channel, { leads: false })];
    for (const { arrives } of tabs) arrives(message(1, { html: "<p>the <em>tide</em></p>" }));
    await clock.tick(PATIENCE);
    assert.deepEqual(shown(), ["Bob Baker: the tide"]);
    FakeNotification.shown[0].onclick();
    assert.deepEqual([tabs[0].opened, shown()], [[1], []]);
  }));

test("in a room of many it says where", () =>
  world(async (clock, Channel) => {
    tab(Channel, { summary: { kind: "private", name: "Harbour" } }).arrives(message(1));
    await clock.tick(PATIENCE);
    assert.deepEqual(shown(), ["Bob Baker in Harbour: message 1"]);
  }));

test("who looks at the room is not called, in whatever tab that is", () =>
  world(async (clock, Channel) => {
    const leader = tab(Channel);
    tab(Channel, { leads: false, looking: true });
    leader.arrives(message(1));
    await clock.tick(PATIENCE);
    tab(channels(), { looking: true }).arrives(message(1));
    await clock.tick(PATIENCE);
    assert.deepEqual(shown(), []);
  }));

test("who looks at a thread in the place of its conversation is called for the rest of that", () =>
  world(async (clock, Channel) => {
    const leader = tab(Channel);
    tab(Channel, { leads: false, looking: "thread" });
    for (const { arrives } of [leader, tab(channels(), { looking: "thread" })]) {
      for (const thread_root of [1, null]) arrives(message(thread_root ? 2 : 3, { thread_root }));
    }
    await clock.tick(PATIENCE);
    assert.deepEqual(shown(), ["Bob Baker: message 3", "Bob Baker: message 3"]);
  }));

test("what is read or deleted meanwhile is not told, and what was told goes", () =>
  world(async (clock, Channel) => {
    const { client, store, arrives } = tab(Channel);
    const read = (seq) => store.putReceipt({ room: 7, user: ALICE.id, read_seq: seq, delivered_seq: seq });
    arrives(message(1));
    read(1);
    arrives(message(2));
    tell(client, "withdrawn", deleted(2, 3));
    await clock.tick(PATIENCE);
    assert.deepEqual(shown(), []);
    arrives(message(3));
    arrives(message(4));
    await clock.tick(PATIENCE);
    assert.equal(shown().length, 2);
    read(3);
    assert.deepEqual(shown(), ["Bob Baker: message 4"]);
    tell(client, "withdrawn", deleted(4, 5));
    assert.deepEqual(shown(), []);
  }));

test("what the tab that leads has no time to tell, the next one tells", () =>
  world(async (clock, Channel) => {
    const [first, second] = [tab(Channel), tab(Channel, { leads: false })];
    for (const { arrives } of [first, second]) arrives(message(1));
    first.close();
    await clock.tick(PATIENCE); // nobody leads yet
    second.client.transport.leads = true;
    await clock.tick(2 * PATIENCE);
    assert.deepEqual(shown(), ["Bob Baker: message 1"]);
  }));

test("what one tab has told, the next one to lead does not tell again", () =>
  world(async (clock, Channel) => {
    const [first, second] = [tab(Channel), tab(Channel, { leads: false })];
    for (const { arrives } of [first, second]) arrives(message(1));
    await clock.tick(PATIENCE);
    first.close();
    second.client.transport.leads = true;
    await clock.tick(3 * PATIENCE);
    assert.deepEqual(shown(), ["Bob Baker: message 1"]);
  }));

test("what was looked at in the tab that led, the next one to lead does not tell", () =>
  world(async (clock, Channel) => {
    const [first, second] = [tab(Channel, { looking: true }), tab(Channel, { leads: false })];
    for (const { arrives } of [second, first]) arrives(message(1));
    await clock.tick(1);
    first.close();
    second.client.transport.leads = true;
    await clock.tick(3 * PATIENCE);
    assert.deepEqual(shown(), []);
  }));

test("who looks at the room is asked by the tab that comes to lead as well", () =>
  world(async (clock, Channel) => {
    const [first, second] = [tab(Channel), tab(Channel, { leads: false })];
    tab(Channel, { leads: false, looking: true });
    second.arrives(message(1));
    first.close();
    second.client.transport.leads = true;
    await clock.tick(3 * PATIENCE);
    assert.deepEqual(shown(), []);
  }));

test("what came without a link is told once there is one, unless it is old or read; so is a room's first message", () =>
  world(async (clock, Channel) => {
    const { store } = tab(Channel);
    const news = (id, seq, minutes, fields = {}) => {
      const last_message = message(seq, { room: id, created_at: new Date(clock.now - minutes * 60_000).toISOString() });
      store.putRoom(room({ id, level: "all", last_seq: seq, unread: 1, last_message, ...fields }));
    };
    news(7, 2, 1);
    news(7, 2, 1);
    news(8, 1, 0);
    news(9, 4, 1, { read_seq: 4, unread: 0 });
    news(7, 3, 60);
    await clock.tick(PATIENCE);
    assert.deepEqual(shown(), ["Bob Baker: message 2", "Bob Baker: message 1"]);
  }));

test("what came while this was on its way is told, unless it is read", () =>
  world(async (clock, Channel) => {
    const created_at = new Date(clock.now).toISOString();
    for (const read_seq of [0, 2]) {
      const summary = { last_seq: 2, read_seq, unread: 2 - read_seq, last_message: message(2, { created_at }) };
      tab(Channel, { summary, heard: new Map([[7, 1]]) });
      await clock.tick(PATIENCE);
      assert.deepEqual(shown(), ["Bob Baker: message 2"]);
    }
  }));

test("a muted room calls only who is named, also by an edit, and a device that wants nothing tells nothing", () =>
  world(async (clock, Channel) => {
    const { client, arrives } = tab(Channel, { summary: { muted: true } });
    arrives(message(1));
    arrives(message(2, { mentions: [ALICE.id] }));
    tell(client, "named", message(3, { mentions_room: true }));
    tab(Channel, { wanted: false }).arrives(message(1));
    await clock.tick(PATIENCE);
    assert.deepEqual(shown(), ["Bob Baker: message 2", "Bob Baker: message 3"]);
  }));

test("a conversation that sounds does so once, in the tab that leads, and the system is quiet then", () =>
  world(async (clock, Channel) => {
    const tabs = [tab(Channel, { sounding: true }), tab(Channel, { leads: false, sounding: true })];
    for (const { arrives } of tabs) arrives(message(1));
    const [alone, deaf, quiet] = [{ wanted: false, sounding: true }, { sounding: true, audible: false }, {}].map((how) => tab(channels(), how));
    for (const { arrives } of [alone, deaf, quiet]) arrives(message(1));
    const looking = tab(channels(), { looking: true, sounding: true });
    looking.arrives(message(1));
    await clock.tick(PATIENCE);
    assert.deepEqual([...tabs, alone, deaf, quiet, looking].map(({ played }) => played.length), [1, 0, 1, 0, 0, 0]);
    // Told three times: where it sounded, where the page may not yet and so the system does, and where nothing shall sound.
    assert.deepEqual(FakeNotification.shown.map(({ silent }) => silent), [true, false, true]);
  }));
