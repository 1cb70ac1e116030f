/** An open room: head, timeline, composer and the line between them. One pane serves every room in turn. */

import { copyText } from "../dom.js";
import { on } from "../events.js";
import { Failure } from "../failure.js";
import { FileMarks } from "../file-marks.js";
import { quoteOf } from "../log.js";
import { ownEmoji } from "../touch.js";
import { late } from "./late.js";
import { MessageActions } from "./message-actions.js";
import { MessageComposer } from "./message-composer.js";
import { MessageLog } from "./message-log.js";
import { editable } from "./message-offers.js";
import { RoomHead } from "./room-head.js";
import { RoomHints } from "./room-hints.js";
import { RoomMedia } from "./room-media.js";
import { TypingLine } from "./typing-line.js";

/**
 * @typedef {import("../drafts.js").Draft} Draft
 * @typedef {import("../drafts.js").Place} Place
 */

/** So many people are called by @room without a question. */
const CALLED_UNASKED = 5;

export class RoomPane {
  #client;
  #head;
  #log;
  #typing;
  #composer;
  #parts;
  /** @type {Promise<import("../candidates.js").Candidates> | undefined} */
  #candidates;
  #actions;
  #pick;
  #attaching;
  #root;
  #media;
  #hints;
  #room = 0;
  /** @type {Promise<import("./emoji-picker.js").EmojiPicker> | undefined} */
  #picker;
  #commanding = Promise.resolve();
  /** The command that was given last and is not done yet. */
  #commanded = "";

  /**
   * @param {HTMLElement} root @param {HTMLElement} main @param {import("../client.js").Client} client
   * @param {object} parts
   * @param {import("../told-drafts.js").ToldDrafts} parts.drafts
   * @param {import("./notices.js").Notices} parts.notices
   * @param {{body: number, upload_bytes?: number, edit_seconds?: number, undo_seconds?: number}} [parts.limits]
   * @param {string} parts.base "/rooms/"
   * @param {() => void} parts.help shows what keys and commands there are
   * @param {(change: {place: Place, draft: Draft}) => void} parts.drafted a draft has changed here
   * @param {(place: Place) => boolean} parts.untold whether the server has not heard the last of a draft
   * @param {(place: Place, draft: Draft) => boolean} parts.ownDraft whether a draft is what this device has said
   * @param {(message: import("../log.js").Message) => unknown} parts.openThread that it begins, or is in
   * @param {(message: import("../log.js").Message) => unknown} parts.visit goes to where it stands
   * @param {AbortSignal} signal
   */
  constructor(root, main, client, parts, signal) {
    const { drafts, notices, limits, base, drafted, untold, ownDraft, openThread, visit } = parts;
    this.#client = client;
    this.#root = root;
    this.#parts = parts;
    this.#head = new RoomHead(main, client, base, signal);
    this.#log = new MessageLog(main, client, signal);
    this.#typing = new TypingLine(main, client, signal);
    this.#attaching = { marks: new FileMarks(client.me.id), load: (form, marks) => this.#openTray(form, marks, signal) };
    const composing = { drafts, untold, limit: limits?.body, base, attaching: this.#attaching, asks: (...what) => this.#asks(...what), find: (...what) => this.#propose(...what) };
    this.#composer = new MessageComposer(main, composing, signal);
    this.#pick = (at, chosen) => this.#pickEmoji(root, at, chosen, signal);
    const acting = { notices, composer: this.#composer, limits, pickEmoji: this.#pick, openThread, visit };
    this.#actions = new MessageActions(root, main, client, acting, signal);
    this.#hints = new RoomHints(main, client, { composer: this.#composer, notices }, signal);
    const speaking = { composer: this.#composer, notices, send: (room, files) => this.#send({ room, body: "", files }) };
    this.#media = new RoomMedia(root, main, client, speaking, signal);
    on(this.#composer, "message-edit", (edit) => this.#edit(edit), signal);
    on(this.#composer, "edit-last", ({ room }) => this.#editLast(room), signal);
    on(this.#composer, "command", (written) => this.#command(written), signal);
    on(this.#composer, "emoji-ask", ({ at }) => this.#pickEmoji(root, at, (emoji) => this.#composer.insert(emoji), signal, ownEmoji()), signal);
    on(this.#composer, "message-ask", async ({ room }) => (await this.#confirmed(room)) && this.#composer.sendAnyway(), signal);
    on(this.#composer, "message-send", (message) => this.#send(message), signal);
    on(this.#composer, "quote-ask", ({ room, id }) => this.#find(room, id), signal);
    on(client.store, "log", ({ room }) => room === this.#room && this.#composer.renew((id) => this.#loaded(room, id)), signal);
    on(this.#composer, "typing", ({ room }) => client.typed(room), signal);
    on(this.#composer, "draft", drafted, signal);
    on(client.store, "rooms", ({ room }) => this.#hear(client.store.rooms.get(room), ownDraft), signal);
  }

  /** @param {import("../rooms.js").Room} room @param {import("../places.js").Spot | null} [spot] */
  show(room, spot = null) {
    if (room.id !== this.#room) this.#media.leave();
    this.#room = room.id;
    this.#composer.show(room);
    this.#head.show(room.id);
    this.#typing.show(room.id);
    this.#hints.show(room.id);
    this.#log.show(room.id, spot);
  }

  /** Whether the timeline is to be seen: where there is no width, a thread takes its place. */
  get shown() {
    return this.#log.shown;
  }

  /** Where the reader is in the timeline; null at its end. */
  get spot() {
    return this.#log.spot;
  }

  /** Where the reader wants to be, once it is loaded. @param {import("../places.js").Spot | null} spot */
  aim(spot) {
    this.#log.aim(spot);
  }

  /** @param {import("../rooms.js").Room | undefined} room @param {(place: Place, draft: Draft) => boolean} ownDraft */
  #hear(room, ownDraft) {
    if (room) this.#composer.hear(room, (draft) => ownDraft({ room: room.id }, draft));
  }

  /** What is written in it, and not sent. */
  get text() {
    return this.#composer.text;
  }

  /** What a message says that a draft answers. @param {number} room @param {number} id */
  async #find(room, id) {
    const quote = await this.#quoted(room, id);
    if (quote !== undefined) this.#composer.found(id, quote);
  }

  /** @param {number} room @param {number} id @returns {Promise<import("../log.js").Quote | null | undefined>} null where it is gone */
  async #quoted(room, id) {
    try {
      const message = this.#loaded(room, id) ?? (await this.#client.api.call("GET", `messages/${id}/`));
      return message.deleted_at ? null : quoteOf(message);
    } catch (error) {
      // What cannot be had now is answered all the same: its id is known.
      return Failure.from(error).code === "not_found" ? null : undefined;
    }
  }

  /** @param {number} room @param {number} id @returns {import("../log.js").Message | undefined} */
  #loaded(room, id) {
    return this.#client.store.logs.get(room)?.messages.find((each) => each.id === id);
  }

  /** What a thread beside the room has in common with it. */
  shares() {
    const { notices, limits, visit, drafts, drafted, ownDraft } = this.#parts;
    return {
      notices,
      limits,
      visit,
      drafting: { drafts, drafted, ownDraft, quoted: (...what) => this.#quoted(...what) },
      composer: this.#composer,
      pickEmoji: this.#pick,
      attaching: this.#attaching,
      propose: (...what) => this.#propose(...what),
      meant: async (room, body) => !this.#asks(room, body) || this.#confirmed(room),
    };
  }

  leave() {
    this.#media.leave();
    this.#room = 0;
    this.#log.leave();
  }

  focus() {
    this.#composer.focus();
  }

  /** Go to the message before the one that has the focus, or the next one. @param {1 | -1} by */
  step(by) {
    return this.#log.step(by);
  }

  /** Do with a message what a key says, if that can be done. @param {HTMLElement} row @param {string} name */
  act(row, name) {
    return this.#actions.act(row, name);
  }

  toUnread() {
    return this.#log.toDivider();
  }

  undivide() {
    this.#log.undivide();
  }

  /** What can stand where somebody writes. @param {import("../token.js").Token} token @param {number} room @param {(candidates: any[]) => void} show @param {AbortSignal} signal */
  async #propose(token, room, show, signal) {
    this.#candidates ??= import("../candidates.js").then(({ Candidates }) => new Candidates(this.#client));
    this.#candidates.catch(() => (this.#candidates = undefined));
    await (await this.#candidates).find(token, room, show, signal);
  }

  /** Choose one of all emoji. @param {HTMLElement} root @param {Element} at @param {(emoji: string) => unknown} chosen @param {AbortSignal} signal @param {string} [otherwise] what to do where they cannot be had */
  async #pickEmoji(root, at, chosen, signal, otherwise = "Try again when you are back online.") {
    this.#picker ??= import("./emoji-picker.js").then(({ EmojiPicker }) => new EmojiPicker(root, signal));
    try {
      (await this.#picker).open(at, chosen);
    } catch {
      this.#picker = undefined;
      this.#composer.focus();
      this.#parts.notices.alert(`Emoji cannot be loaded right now. ${otherwise}`);
    }
  }

  /** Edit the last message of ours, if it still can be. @param {number} room */
  async #editLast(room) {
    const { me, store } = this.#client;
    const { limits, notices } = this.#parts;
    const message = store.logs.get(room)?.messages.findLast(({ author, kind, deleted_at }) => author.id === me.id && kind === "text" && !deleted_at);
    if (!message) return;
    if (!editable(message, { me: me.id, room: store.rooms.get(room), editSeconds: limits?.edit_seconds ?? 0 })) {
      notices.toast("Your last message cannot be edited any more.");
      return;
    }
    const changes = await late(import("./message-changes.js"), notices);
    changes?.beginEdit({ composer: this.#composer, notices, message, limits });
  }

  /** Do what was written as a command, after those before it. @param {{room: number, text: string, name: string, rest: string}} written */
  #command(written) {
    if (written.text === this.#commanded) return; // Enter was pressed twice
    this.#commanded = written.text;
    this.#commanding = this.#commanding.then(() => this.#run(written));
  }

  /** @param {{room: number, text: string, name: string, rest: string}} written */
  async #run(written) {
    const { room, name, rest } = written;
    try {
      const { run } = await import("../commands.js");
      const { send, say } = await run({ name, rest }, { client: this.#client, room, help: this.#parts.help });
      this.#composer.done(written, send);
      if (say) this.#parts.notices.toast(say);
    } catch (error) {
      const { detail, passing } = Failure.from(error);
      this.#composer.refuse(passing || !detail ? "This did not work. Try again when you are back online." : detail);
    } finally {
      if (this.#commanded === written.text) this.#commanded = "";
    }
  }

  /** Whether a text calls so many people that its author should mean it. @param {number} room @param {string} body */
  #asks(room, body) {
    const people = this.#client.store.rooms.get(room)?.member_count ?? 0;
    return people > CALLED_UNASKED && /(?<![\w@/.+-])@room\b/i.test(body);
  }

  /** @param {number} room @returns {Promise<boolean>} whether everybody in it shall be called */
  async #confirmed(room) {
    const people = this.#client.store.rooms.get(room)?.member_count ?? 0;
    const changes = await late(import("./message-changes.js"), this.#parts.notices);
    return changes ? changes.confirmEverybody(this.#root, people) : false;
  }

  /** @param {HTMLFormElement} form @param {FileMarks} marks @param {AbortSignal} signal */
  async #openTray(form, marks, signal) {
    const { openTray } = await import("./composer-tray.js");
    return openTray(form, marks, { client: this.#client, notices: this.#parts.notices, most: this.#parts.limits?.upload_bytes }, signal);
  }

  /** @param {{message: import("../log.js").Message, body: string}} edit */
  async #edit({ message, body }) {
    // By then somebody may write something else: another answer, in another room.
    const here = () => this.#composer.edits(message.id);
    try {
      const { storeEdit } = await import("./message-changes.js");
      await storeEdit(this.#client, message, body, this.#parts.notices);
      if (here()) this.#composer.leave();
    } catch (error) {
      const { detail } = Failure.from(error);
      if (here()) this.#composer.refuse(detail || "This was not stored. Try again when you are back online.");
      else this.#parts.notices.toast(`Your edit was not stored. ${detail}`.trim(), { label: "Copy its text", act: () => copyText(body) });
    }
  }

  /** @param {{room: number, body: string, quote?: import("../log.js").Quote, files?: import("../uploads.js").Sending[]}} message */
  #send({ room, body, quote, files = [] }) {
    this.#client.send(room, body, quote, files).then(() => this.#composer.sent(files));
    this.#log.toEnd();
  }
}
