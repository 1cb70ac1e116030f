/**
 * The REST door: fetch with CSRF, errors as Failure, and one silent renewal of the sign-in.
 */

import { Failure } from "./failure.js";
import { withLock } from "./locks.js";
import { REQUEST_TIMEOUT } from "./protocol.js";

/** Another tab may have renewed while we waited for the lock. */
const RENEWED_WITHIN = 5_000;

/**
 * @typedef {object} SyncAnswer
 * @property {any[]} frames what happened to messages, in order
 * @property {Record<string, {seq: number, more: boolean, reset: boolean, messages?: any[]}>} rooms
 * @property {any[]} [events] what else happened, if the server waited
 */

export class Api {
  #base;
  #leave;
  #fetch;
  #renewed = 0;

  /**
   * @param {string} base "/api/"
   * @param {{leave?: () => void, fetch?: typeof fetch}} [parts] leave: the sign-in is over
   */
  constructor(base, { leave = () => undefined, fetch = (...args) => globalThis.fetch(...args) } = {}) {
    this.#base = base;
    this.#leave = leave;
    this.#fetch = fetch;
  }

  /** @param {number} room @param {Record<string, string | number>} [query] @returns {Promise<import("./log.js").Page>} */
  messages(room, query = {}) {
    const search = new URLSearchParams(/** @type {any} */ ({ limit: 50, ...query }));
    return this.call("GET", `rooms/${room}/messages/?${search}`);
  }

  /** @param {number} room @returns {Promise<import("./rooms.js").Room>} */
  room(room) {
    return this.call("GET", `rooms/${room}/`);
  }

  /** @param {import("./outbox.js").Entry} entry @returns {Promise<import("./log.js").Message>} */
  sendMessage(entry) {
    return this.call("POST", `rooms/${entry.room}/messages/`, contentOf(entry));
  }

  /** @param {string} path of this API */
  path(path) {
    return this.#base + path;
  }

  /** The sign-in has run out: renew it, or leave. @throws {Failure} */
  async renew() {
    if (await this.refresh()) return;
    this.#leave();
    throw new Failure("not_authenticated");
  }

  /** @param {number} id */
  deleteMessage(id) {
    return this.call("DELETE", `messages/${id}/`);
  }

  /** How everything stands, as on a new socket. @param {AbortSignal} [signal] @returns {Promise<{ready: any}>} */
  ready(signal) {
    return this.call("GET", "sync/", undefined, { signal });
  }

  /**
   * Every change since the seqs that are given, which is also to say that we have received what is up to them.
   *
   * @param {Record<string, number>} rooms @param {number} [wait] seconds, for the next change if there is none yet
   * @param {AbortSignal} [signal]
   * @returns {Promise<SyncAnswer>}
   */
  sync(rooms, wait = 0, signal) {
    return this.call("POST", "sync/", { rooms, wait }, { signal, timeout: wait * 1000 + REQUEST_TIMEOUT });
  }

  /**
   * Renew the sign-in, one tab at a time.
   *
   * @returns {Promise<boolean>} false when it is over
   * @throws {Failure} when the server cannot be asked
   */
  refresh() {
    const asked = Date.now();
    return withLock("parley-refresh", async () => {
      const renewed = Math.max(this.#renewed, Number(remembered()));
      if (renewed > asked - RENEWED_WITHIN && renewed <= Date.now()) return true;
      const response = await this.#request("POST", "auth/refresh/");
      if (response.status === 401) return false;
      if (!response.ok) throw await failureOf(response);
      this.#renewed = Date.now();
      remember(this.#renewed);
      return true;
    });
  }

  /**
   * @param {string} method @param {string} path @param {object} [body] @param {Patience} [patience]
   * @returns {Promise<any>} the answer's JSON, or nothing where there is none
   */
  async call(method, path, body, patience) {
    const response = await this.answer(method, path, body, patience);
    return response.status === 204 ? undefined : response.json();
  }

  /** The same for what is no JSON. @param {string} method @param {string} path @param {object} [body] @param {Patience} [patience] @returns {Promise<Response>} @throws {Failure} */
  async answer(method, path, body, patience) {
    let response = await this.#request(method, path, body, patience);
    if (response.status === 401) {
      await this.renew();
      response = await this.#request(method, path, body, patience);
    }
    if (!response.ok) throw await failureOf(response);
    return response;
  }

  /** Ask, and renew no sign-in for it. @param {string} method @param {string} path @param {object} [body] @returns {Promise<any>} @throws {Failure} */
  async once(method, path, body) {
    const response = await this.#request(method, path, body);
    if (!response.ok) throw await failureOf(response);
    return response.json();
  }

  /**
   * @typedef {{signal?: AbortSignal, timeout?: number}} Patience
   *
   * @param {string} method @param {string} path @param {object} [body] @param {Patience} [patience]
   * @returns {Promise<Response>}
   */
  async #request(method, path, body, { signal, timeout = REQUEST_TIMEOUT } = {}) {
    const late = AbortSignal.timeout(timeout);
    /** @type {Record<string, string>} */
    const headers = { Accept: "application/json" };
    if (method !== "GET") headers["X-CSRFToken"] = csrfToken();
    const form = body instanceof FormData; // it says itself what it is
    if (body && !form) headers["Content-Type"] = "application/json";
    try {
      return await this.#fetch(this.#base + path, {
        method,
        headers,
        body: form ? body : body && JSON.stringify(body),
        credentials: "same-origin",
        signal: signal ? AbortSignal.any([late, signal]) : late,
      });
    } catch (error) {
      throw new Failure(/** @type {Error} */ (error).name === "TimeoutError" ? "timeout" : "closed");
    }
  }
}

/** What of an entry makes its message. @param {import("./outbox.js").Entry} entry */
export function contentOf({ client_id, body, reply_to, files }) {
  return { client_id, body, reply_to, attachments: files?.map(({ id }) => id) };
}

/** @param {Response} response @returns {Promise<Failure>} */
export async function failureOf(response) {
  const data = await response.json().catch(() => ({}));
  const after = Number(response.headers.get("Retry-After")) || undefined;
  return new Failure(data.code ?? codeOf(response.status), data.detail, data.retry_after ?? after);
}

/** For answers that are not ours: a proxy's page. @param {number} status */
function codeOf(status) {
  if (status === 429) return "rate_limited";
  if (status >= 500) return "unavailable";
  return "invalid";
}

/** The cookie is newer than the page when somebody signed in in another tab. */
export function csrfToken() {
  const cookie = /(?:^|;\s*)(?:__Host-|__Secure-)?csrftoken=([^;]+)/.exec(globalThis.document?.cookie ?? "");
  if (cookie) return decodeURIComponent(cookie[1]);
  const input = globalThis.document?.querySelector("input[name=csrfmiddlewaretoken]");
  return /** @type {HTMLInputElement | null} */ (input)?.value ?? "";
}

const KEY = "parley-renewed";

function remembered() {
  try {
    return localStorage.getItem(KEY) ?? 0;
  } catch {
    return 0;
  }
}

/** @param {number} moment */
function remember(moment) {
  try {
    localStorage.setItem(KEY, String(moment));
  } catch {
    // The server's grace period covers what the tabs cannot tell each other.
  }
}
