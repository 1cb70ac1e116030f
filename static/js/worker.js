/**
 * The service worker: what is on the screen can be opened again without a network, and nothing else changes.
 *
 * Pages come from the network whenever there is one. Of those that were shown, the list and the rooms are kept for the
 * times when there is none, until whoever they belong to signs out. Files with a hash in their name never change, so
 * what is kept of them is as good as new. REST and sockets do not come this way.
 *
 * What the server pushes while no page is open is shown from here: one notice for each room, the newest. Where the browser
 * exchanges the subscription for it, the server hears so from here too.
 *
 * The server writes `SHELL` and `VERSION` above this (`config/install.py`): with any file that changes, this script is
 * another one, takes over at once, and throws away what the one before has kept of files.
 */

/* global SHELL, VERSION, clients, registration, skipWaiting */

const FILES = `files-${VERSION}`;
const PAGES = "pages";
const OFFLINE = "/offline/";
/** As many rooms as somebody goes through in a day or so. */
const MOST_PAGES = 20;
const KEPT = /^\/rooms\/(?:\d+\/)?$/;
/** Who is here is signed out, or about to be. */
const DOORS = /^\/(?:login|logout|signup(?:\/invitations\/[^/]+)?)\/$/;
/** Milliseconds that an open page may take to say whether it has told something itself; one that sleeps says nothing. */
const ANSWER_TIMEOUT = 5_000;
const HASHED = /\.[0-9a-f]{12}\.\w+$/;

/** Counts sign-outs: what was asked for before one is not kept after it. */
let era = 0;

addEventListener("install", (event) => event.waitUntil(keepFiles()));
addEventListener("activate", (event) => event.waitUntil(takeOver()));
addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (DOORS.test(url.pathname)) event.waitUntil(forget());
  else if (request.mode === "navigate" && request.method === "GET") event.respondWith(page(event, url));
  else if (request.method === "GET" && url.pathname.startsWith("/static/")) event.respondWith(file(request, url));
});

addEventListener("push", (event) => event.data && event.waitUntil(tell(event.data.json())));
addEventListener("pushsubscriptionchange", (event) => event.waitUntil(resubscribe(event.newSubscription).catch(() => undefined)));
addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(visit(event.notification.data.path));
});

async function keepFiles() {
  const cache = await caches.open(FILES);
  await cache.addAll([OFFLINE, ...SHELL]);
  await skipWaiting();
}

async function takeOver() {
  const stale = (await caches.keys()).filter((name) => name !== FILES && name !== PAGES);
  await Promise.all(stale.map((name) => caches.delete(name)));
  await registration.navigationPreload?.enable();
  await clients.claim();
  // They were opened before there was anybody to keep them.
  for (const { url } of await clients.matchAll({ type: "window" })) await keepAnew(new URL(url));
}

/** @param {URL} url of a page that is open */
async function keepAnew(url) {
  if (!KEPT.test(url.pathname)) return;
  const asked = era;
  const response = await fetch(url.pathname, { redirect: "manual" }).catch(() => null);
  if (response) await keep(url.pathname, response, asked);
}

async function forget() {
  era += 1;
  await caches.delete(PAGES);
  for (const notice of await registration.getNotifications()) notice.close();
  await (await registration.pushManager?.getSubscription())?.unsubscribe();
}

/**
 * Show what was pushed, unless somebody looks at it. What a page has told already comes silently, in place of that.
 *
 * @param {{room: number, seq: number, title: string, body: string, path: string, icon: string}} news
 */
async function tell({ room, seq, title, body, path, icon }) {
  const pages = await clients.matchAll({ type: "window", includeUncontrolled: true });
  if (pages.some((page) => page.visibilityState === "visible" && new URL(page.url).pathname === `/rooms/${room}/`)) return;
  const tag = `parley-room-${room}`;
  const before = await registration.getNotifications({ tag });
  const shown = before.some(({ data }) => data.seq >= seq);
  // Where a thread has taken the place of its conversation, or stands beside it, the page knows what is looked at.
  const answers = shown ? [] : await ask(pages, { room, seq });
  if (answers.includes("looks")) return;
  const known = shown || answers.includes(true);
  await registration.showNotification(title, { body, tag, icon, data: { room, seq, path }, silent: known, renotify: !known });
}

/** Ask each page whether it has told of it, or somebody looks at it ("looks"). @param {readonly any[]} pages @param {{room: number, seq: number}} news */
function ask(pages, news) {
  return Promise.all(pages.map((page) => new Promise((say) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => say(data);
    page.postMessage({ pushed: news }, [port2]);
    setTimeout(say, ANSWER_TIMEOUT); // it sleeps, or is none that tells
  })));
}

/**
 * The browser has ended its subscription, and perhaps made another: the server hears of the one that takes its place, and
 * forgets the one before. Where it cannot be reached, the next page that opens says it (`push.js`).
 *
 * @param {PushSubscription | null} [theirs] made by the browser, under the same key
 */
async function resubscribe(theirs) {
  const { token, state } = await pushState();
  // Signed out, or turned off meanwhile.
  if (!state.subscribed || !state.key) return void (await theirs?.unsubscribe());
  const how = { userVisibleOnly: true, applicationServerKey: state.key };
  const { endpoint, keys } = (theirs ?? (await registration.pushManager.subscribe(how))).toJSON();
  const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
  const body = JSON.stringify({ endpoint, p256dh: keys.p256dh, auth: keys.auth, text: state.text });
  await fetch("/api/users/me/push/", { method: "PUT", headers, body });
}

/** What the server knows of this device, and a token to tell it otherwise. A worker sees no cookies. */
async function pushState() {
  const [proof, state] = await Promise.all(["auth/csrf/", "users/me/push/"].map((path) => fetch(`/api/${path}`)));
  const { csrf_token: token } = await proof.json();
  return { token, state: state.status === 401 ? { subscribed: false } : await state.json() };
}

/** Go where a notice leads, in a tab of the chat if one is open. @param {string} path */
async function visit(path) {
  const page = (await clients.matchAll({ type: "window" })).find((each) => isAt(each, "/rooms/"));
  if (!page) return clients.openWindow(path);
  await page.focus().catch(() => undefined); // the system may not let us
  return page.navigate(path);
}

/** @param {any} page @param {string} path that begins its own */
function isAt(page, path) {
  return new URL(page.url).pathname.startsWith(path);
}

/** @param {any} event @param {URL} url */
async function page(event, url) {
  const asked = era;
  try {
    const response = (await event.preloadResponse) ?? (await fetch(event.request));
    if (KEPT.test(url.pathname) && !url.search) event.waitUntil(keep(url.pathname, response.clone(), asked));
    return response;
  } catch {
    const kept = KEPT.test(url.pathname) && (await caches.match(url.pathname, { cacheName: PAGES }));
    if (kept) clients.get(event.resultingClientId).then((client) => client?.postMessage("kept"));
    return kept || (await caches.match(OFFLINE)) || Response.error();
  }
}

/** @param {string} path @param {Response} response @param {number} asked the era in which it was asked for */
async function keep(path, response, asked) {
  if (response.status !== 200 || response.redirected || asked !== era) return;
  const cache = await caches.open(PAGES);
  await cache.delete(path); // the last one kept stands last
  await cache.put(path, response);
  const paths = await cache.keys();
  await Promise.all(paths.slice(0, -MOST_PAGES).map((old) => cache.delete(old)));
  if (asked !== era) await caches.delete(PAGES);
}

/** @param {Request} request @param {URL} url */
async function file(request, url) {
  const kept = HASHED.test(url.pathname) && (await caches.match(request));
  if (kept) return kept;
  try {
    const response = await fetch(request);
    if (response.status === 200) {
      const copy = response.clone();
      caches.open(FILES).then((cache) => cache.put(request, copy)).catch(() => undefined);
    }
    return response;
  } catch {
    return (await caches.match(request)) ?? Response.error();
  }
}
