/**
 * REST for a visitor: comes in by what the site says of them, or as a guest, and asks with the token of that visit.
 *
 * Nothing of the host page goes along: no cookie, and none of its CSRF tokens.
 */

import { Api } from "../chat/api.js";
import { Failure } from "../chat/failure.js";
import { keep, kept } from "../chat/local-storage.js";

const KEPT = "parley-widget-";

export class VisitorApi extends Api {
  #origin;
  #site;
  #room;
  #identity;
  /** @type {Promise<any> | null} */
  #entering = null;
  #token = "";
  #me = 0;

  /**
   * @param {string} origin of our server
   * @param {{site: string, room: number, token: unknown}} who token: of the site's server, or a function that gets one
   */
  constructor(origin, { site, room, token }) {
    super(`${origin}/api/widget/`, { fetch: (url, options) => this.#ask(url, options) });
    this.#origin = origin;
    this.#site = site;
    this.#room = room;
    this.#identity = token;
  }

  /** The first frame of a socket. */
  get greeting() {
    return { type: "identify", token: this.#token };
  }

  /** Come in; answers who one is, and where. Whoever comes again is the same. @returns {Promise<{user: any, room: number | null, name: string | null, limits: any}>} @throws {Failure} */
  enter() {
    this.#entering ??= this.#enter().finally(() => (this.#entering = null));
    return this.#entering;
  }

  /** @returns {Promise<boolean>} false when there is no way back in */
  async refresh() {
    try {
      // A visit that still holds needs no other one: it was not because of it that the socket did not open.
      await (this.#token ? this.once("GET", "sync/") : this.enter());
      return true;
    } catch (error) {
      const { code, passing } = Failure.from(error);
      if (this.#token && code === "not_authenticated") {
        this.#token = "";
        return this.refresh();
      }
      if (passing) throw error;
      return false;
    }
  }

  async #enter() {
    const identity = this.#identity;
    const token = typeof identity === "function" ? await this.#fetchToken(identity) : identity;
    /** @type {Record<string, unknown>} */
    const body = { site: this.#site };
    if (token) body.token = String(token);
    else body.key = recall(this.#site).key ?? "";
    if (this.#room) body.room = this.#room;
    this.#token = "";
    const came = await this.#visit(body);
    if (this.#me && came.user.id !== this.#me) throw new Failure("somebody_else", "Somebody else is here now. Load the page again.");
    this.#me = came.user.id;
    this.#token = came.token;
    remember(this.#site, came.key ? { key: came.key } : recall(this.#site));
    return came;
  }

  /**
   * Where the browser may not show this page what we say, it looks as if nobody was there. So we look whether somebody is.
   *
   * @param {object} body @param {boolean} [surely] @returns {Promise<any>} @throws {Failure}
   */
  async #visit(body, surely) {
    try {
      return await this.once("POST", "visits/", body);
    } catch (error) {
      const away = Failure.from(error).code !== "closed" || !(await fetch(`${this.#origin}/widget.js`, { cache: "no-store" }).catch(() => null))?.ok;
      if (away) throw error;
      if (!surely) return this.#visit(body, true);
      throw new Failure("wrong_origin", `The chat may not be shown at ${location.origin}. Add it to the origins of the site.`);
    }
  }

  /** @param {Function} identity */
  async #fetchToken(identity) {
    try {
      return await identity();
    } catch (error) {
      console.info("<chat-widget> identify:", error);
      throw new Failure("closed");
    }
  }

  /** @param {RequestInfo | URL} url @param {RequestInit} [options] */
  #ask(url, options) {
    const headers = new Headers(options?.headers);
    headers.delete("X-CSRFToken");
    if (this.#token) headers.set("Authorization", `Bearer ${this.#token}`);
    return fetch(url, { ...options, headers, credentials: "omit", referrerPolicy: "origin" });
  }

  get socket() {
    return `${this.#origin.replace(/^http/, "ws")}/ws/widget/`;
  }
}

/** What this browser keeps of a site. @param {string} site @returns {{key?: string}} */
function recall(site) {
  return kept(KEPT + site) ?? {};
}

/** Where the browser keeps nothing, a guest is a new one each time. @param {string} site @param {{key?: string}} what */
export function remember(site, what) {
  keep(KEPT + site, what);
}
