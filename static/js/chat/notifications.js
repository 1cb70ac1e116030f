/**
 * Messages that nobody sees arrive, told by the system or by a sound: each once, by the tab that leads, whatever tabs
 * are open.
 *
 * A message waits a moment first. Whoever looks at its room in another tab says so, and whoever reads it meanwhile,
 * here or on another device, is not told of it any more. It waits in every tab, until the one that leads has told it:
 * that one may close before.
 *
 * What is pushed to this device, as nobody has read it, takes the place of what was told here (`pushed.js`).
 */

import { notifiesHere, sounds, wish } from "./device.js";
import { on } from "./events.js";
import { gist } from "./log.js";
import { answerWorker, closePushed, showByWorker, wasPushed } from "./pushed.js";
import { notifies, point } from "./rooms.js";
import { serverTime } from "./server-time.js";
import { chime } from "./sound.js";

/** Milliseconds in which a message may be read before anybody is called. */
export const PATIENCE = 1_500;
/** Milliseconds: what is older was written while this device slept, and the badges tell of it. */
const RECENT = 5 * 60_000;

/**
 * @typedef {import("./log.js").Message} Message
 * @typedef {Pick<Message, "id" | "room" | "thread_root">} Place of a message: the conversation, and the thread that it is in
 */

export class Notifications {
  #client;
  #channel;
  #looksAt;
  #open;
  #wanted;
  #sounds;
  #play;
  /** What waits to be told, by message. @type {Map<number, {message: Message, timer: any}>} */
  #waiting = new Map();
  /** Up to where we have heard of each room. @type {Map<number, number>} */
  #heard;
  /** Up to where each room was read when we last looked. @type {Map<number, number>} */
  #read = new Map();
  /** What is told, by message. @type {Map<number, {message: Message, notice: Notification}>} */
  #shown = new Map();

  /**
   * @param {import("./client.js").Client} client
   * @param {object} parts
   * @param {(message: Place) => boolean} parts.looksAt whether somebody looks at where a message stands, in this tab
   * @param {(message: Message) => void} parts.open shows a message
   * @param {BroadcastChannel} [parts.channel] to the other tabs
   * @param {Map<number, number>} [parts.heard] up to which seq the page knew each room when it wanted to be told
   * @param {() => boolean} [parts.wanted] whether this device notifies
   * @param {(room: number) => boolean} [parts.sounding] whether a conversation sounds on this device
   * @param {() => boolean} [parts.play] a sound; false: it cannot be heard
   * @param {AbortSignal} signal
   */
  constructor(client, { looksAt, open, channel, heard, wanted = notifiesHere, sounding = sounds, play = chime }, signal) {
    this.#client = client;
    this.#looksAt = looksAt;
    this.#open = open;
    this.#channel = channel;
    this.#wanted = wanted;
    this.#sounds = sounding;
    this.#play = play;
    on(client, "arrived", (message) => this.#consider(message), signal);
    on(client, "named", (message) => this.#consider(message), signal);
    on(client, "withdrawn", ({ id }) => this.#withdraw(id), signal);
    const rooms = [...client.store.rooms.values()];
    this.#heard = heard ?? new Map(rooms.map(({ id, last_seq }) => [id, last_seq]));
    on(client.store, "rooms", ({ room }) => this.#review(room), signal);
    if (channel) channel.onmessage = ({ data }) => this.#hear(data);
    answerWorker((news) => this.#giveWay(news), signal);
    this.#tidy();
    for (const room of rooms) {
      this.#read.set(room.id, point(room));
      this.#review(room.id);
    }
    signal.addEventListener("abort", () => {
      channel?.close();
      for (const id of this.#waiting.keys()) this.#settle(id);
    });
  }

  /** @param {Message} message @param {boolean} [again] whether it has waited for another tab to tell it */
  #consider(message, again = false) {
    const room = this.#client.store.rooms.get(message.room);
    if (!room || !(this.#wanted() || this.#sounds(room.id))) return;
    if (!notifies(room, message, this.#client.me.id)) return;
    // It may wait in tabs that come to lead before it counts as read.
    if (this.#looksAt(message)) return void this.#channel?.postMessage({ seen: message.id });
    const { leads } = this.#client.transport;
    if (leads) this.#channel?.postMessage({ asks: message.id, room: message.room, thread: message.thread_root });
    const next = () => {
      this.#waiting.delete(message.id);
      if (leads) this.#tell(message, room);
      else if (!again || this.#client.transport.leads) this.#consider(message, true);
    };
    clearTimeout(this.#waiting.get(message.id)?.timer);
    this.#waiting.set(message.id, { message, timer: setTimeout(next, PATIENCE) });
  }

  /**
   * Another tab asks whether somebody looks at a message here, says so, or has told one.
   *
   * @param {{asks?: number, room?: number, thread?: number | null, seen?: number, told?: number}} news
   */
  #hear({ asks, room = 0, thread, seen, told }) {
    if (asks && this.#looksAt({ id: asks, room, thread_root: thread })) this.#channel?.postMessage({ seen: asks });
    if (seen) this.#withdraw(seen);
    if (told) this.#settle(told);
  }

  /** @param {Message} message @param {import("./rooms.js").Room} room */
  async #tell(message, room) {
    this.#channel?.postMessage({ told: message.id });
    if (await wasPushed(message)) return;
    const sounds = this.#sounds(room.id);
    const heard = sounds && this.#play();
    if (!this.#wanted()) return;
    const who = message.author.full_name;
    const title = room.kind === "direct" ? who : `${who} in ${room.name}`;
    const how = { body: wish().text ? gist(message) : "New message", silent: heard || !sounds };
    try {
      const notice = new Notification(title, { ...how, tag: `parley-${message.id}` });
      notice.onclick = () => this.#clicked(message);
      notice.onclose = () => this.#shown.delete(message.id);
      this.#shown.set(message.id, { message, notice });
    } catch {
      showByWorker(message, title, how); // on some phones it alone may
    }
  }

  /**
   * The worker is about to show what was pushed.
   *
   * @param {import("./pushed.js").News} news
   * @returns {boolean | "looks"} whether we have told of it, which is taken back then; or that somebody looks at it
   */
  #giveWay({ room, seq }) {
    const pushed = this.#client.store.logs.get(room)?.messages.find((message) => message.seq === seq);
    if (pushed && this.#looksAt(pushed)) return "looks";
    const told = [...this.#shown.values()].filter(({ message }) => message.room === room && message.seq <= seq);
    for (const { message } of told) this.#withdraw(message.id);
    return told.some(({ message }) => message.seq === seq);
  }

  /** What was pushed and has been read since need not stand there any more. */
  #tidy() {
    closePushed((news) => this.#client.store.rooms.has(news.room) && this.#isRead(news));
  }

  /** @param {Message} message */
  #clicked(message) {
    globalThis.focus?.();
    this.#open(message);
    this.#withdraw(message.id);
  }

  /**
   * What has been read, here or elsewhere, need not be told any more. What came while there was no link, or with a
   * room that is new to us, has arrived with its summary alone.
   *
   * @param {number} [id] of the room that has changed
   */
  #review(id = 0) {
    const room = this.#client.store.rooms.get(id);
    const last = room?.last_message;
    const news = room && last && last.seq > (this.#heard.get(id) ?? 0) && Date.parse(last.created_at) > serverTime() - RECENT;
    if (room) this.#heard.set(id, room.last_seq);
    if (news && last.seq > point(room)) this.#consider(last);
    for (const { message } of [...this.#waiting.values(), ...this.#shown.values()]) {
      if (this.#isRead(message)) this.#withdraw(message.id);
    }
    if (!room || point(room) > (this.#read.get(id) ?? -1)) this.#tidy();
    if (room) this.#read.set(id, point(room));
  }

  /** @param {import("./pushed.js").News} message */
  #isRead({ room, seq }) {
    const summary = this.#client.store.rooms.get(room);
    return !summary || point(summary) >= seq;
  }

  /** It need not wait any more. @param {number} id of a message */
  #settle(id) {
    clearTimeout(this.#waiting.get(id)?.timer);
    this.#waiting.delete(id);
  }

  /** @param {number} id of a message */
  #withdraw(id) {
    this.#settle(id);
    this.#shown.get(id)?.notice.close();
    this.#shown.delete(id);
  }
}
