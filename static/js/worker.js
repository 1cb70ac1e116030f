/**
 * The service worker: what is on the screen can be opened again without a network, and nothing else changes.
 *
 * Pages come from the network whenever there is one. Of those that were shown, the list and the rooms are kept for the
 * times when there is none, until whoever they belong to signs out. Files with a hash in their name never change, so
 * what is kept of them is as good as new. REST and sockets do not come this way.
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
