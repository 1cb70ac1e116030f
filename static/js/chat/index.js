/** Brings the page to life: reads what the server wrote into it, and starts the client. */

import { Api } from "./api.js";
import { Client } from "./client.js";
import { CountedLog } from "./counted-log.js";
import { notifiesHere } from "./device.js";
import { ParleyChat } from "./elements/parley-chat.js";
import { on } from "./events.js";
import { watchIdleness } from "./idleness.js";
import { install } from "./install.js";
import { setServerTime } from "./server-time.js";
import { SharedTransport, shareable } from "./shared.js";
import { openStorage } from "./storage.js";
import { Transport } from "./transport.js";

/** @param {string} id of a JSON script */
function read(id) {
  const script = document.getElementById(id);
  return script ? JSON.parse(script.textContent ?? "null") : null;
}

/** @param {Api} api */
async function loadPoll(api) {
  const { LongPoll } = await import("./longpoll.js");
  return new LongPoll(api);
}

function start() {
  customElements.define("parley-chat", ParleyChat);
  const chat = /** @type {import("./elements/parley-chat.js").ParleyChat | null} */ (document.querySelector("parley-chat"));
  const config = read("parley-config");
  if (!chat || !config) return;

  // Who signs out by hand is on the way already, and the next one at this device shall not be sent here.
  let leaving = false;
  addEventListener("submit", ({ target }) => {
    leaving ||= /** @type {HTMLFormElement} */ (target).matches("[action$='/logout/']");
  });
  const leave = () => leaving || location.assign(`${config.urls.login}?next=${encodeURIComponent(location.pathname)}`);
  const api = new Api(config.api, { leave });
  const url = new URL(config.ws, location.href).href.replace(/^http/, "ws");
  const link = () => new Transport(url, api, { makePoll: () => loadPoll(api) });
  const transport = shareable() ? new SharedTransport(`parley-socket-${config.me.id}`, { link, api }) : link();
  const name = `parley-outbox-${config.me.id}`;
  const channel = globalThis.BroadcastChannel && new BroadcastChannel(name);
  const client = new Client({ me: config.me, transport, api, storage: openStorage(name), channel });

  client.threads = Boolean(config.threads);
  if (client.threads) client.store.Log = CountedLog;
  for (const room of read("parley-rooms") ?? []) client.store.putRoom(room);
  const page = read("parley-messages");
  // The list was read before the page: what changed up to there is in both.
  if (config.room && page) client.store.openLog(config.room, page, client.store.rooms.get(config.room)?.last_seq);

  on(transport, "state", () => transport.state === "signed-out" && leave());
  on(transport, "frame", ({ type, now }) => type === "ready" && setServerTime(now));
  const status = watchIdleness((now) => {
    transport.send("presence.set", { status: now });
    client.presence.put({ user: config.me.id, status: now });
  }, new AbortController().signal);
  on(transport, "state", () => {
    if (!transport.online) return;
    client.presence.put({ user: config.me.id, status: status() });
    if (status() === "away") transport.send("presence.set", { status: "away" });
  });

  chat.start(client, config);
  client.start();
  install();
  if (notifiesHere()) import("./push.js").then(({ renew }) => renew(api), () => undefined);
}

// A task of its own: to bring in the modules was one already.
setTimeout(start);
