/**
 * One WebSocket at a time: frames in, frames out, and requests that end in an outcome.
 *
 * It neither reconnects (monitor.js) nor knows what frames mean (client.js).
 *
 * Events: `open`; `frame` with the frame as detail; `close` with `{code, opened}`.
 */

import { tell } from "./events.js";
import { Failure } from "./failure.js";
import { REQUEST_TIMEOUT, SUBPROTOCOL } from "./protocol.js";

/** Our own code for a link that we gave up on: the browser may take a minute to notice. */
const ABANDONED = 1006;

export class Socket extends EventTarget {
  #url;
  #WebSocket;
  #greet;
  /** @type {WebSocket | null} */
  #link = null;
  #opened = false;
  #ref = 0;
  /** @type {Map<string, {resolve: Function, reject: Function, timer: any}>} */
  #waiting = new Map();

  /**
   * @param {string} url
   * @param {{WebSocket?: typeof WebSocket, greet?: () => object}} [parts] greet: the first frame, where there is to be one
   */
  constructor(url, { WebSocket = globalThis.WebSocket, greet } = {}) {
    super();
    this.#url = url;
    this.#WebSocket = WebSocket;
    this.#greet = greet;
  }

  /** True from `connect` until the close. */
  get busy() {
    return this.#link !== null;
  }

  connect() {
    if (this.#link) return;
    const link = new this.#WebSocket(this.#url, [SUBPROTOCOL]);
    this.#link = link;
    link.onopen = () => {
      this.#opened = true;
      if (this.#greet) link.send(JSON.stringify(this.#greet()));
      tell(this, "open");
    };
    link.onmessage = ({ data }) => this.#receive(data);
    link.onclose = ({ code }) => this.#closed(code);
  }

  /** Drop the link now, without waiting for a far end that may not be there. */
  close(code = 1000) {
    const link = this.#link;
    if (!link) return;
    link.onopen = link.onmessage = link.onclose = null;
    link.close(code);
    this.#closed(ABANDONED);
  }

  /**
   * Send and forget.
   *
   * @param {string} type
   * @param {object} [fields]
   * @returns {boolean} whether the frame was handed to an open link
   */
  send(type, fields = {}) {
    if (!this.#link || !this.#opened) return false;
    this.#link.send(JSON.stringify({ type, ...fields }));
    return true;
  }

  /**
   * Send and wait for the `reply` or `error` with our ref.
   *
   * @param {string} type
   * @param {object} fields
   * @returns {Promise<any>} the reply's data
   * @throws {Failure} the server's code, or `timeout`, or `closed`
   */
  request(type, fields, timeout = REQUEST_TIMEOUT) {
    const ref = String(++this.#ref);
    return new Promise((resolve, reject) => {
      if (!this.send(type, { ref, ...fields })) {
        reject(new Failure("closed"));
        return;
      }
      const timer = setTimeout(() => this.#settle(ref, (push) => push.reject(new Failure("timeout"))), timeout);
      this.#waiting.set(ref, { resolve, reject, timer });
    });
  }

  /** @param {unknown} data */
  #receive(data) {
    let frame;
    try {
      frame = JSON.parse(String(data));
    } catch {
      return;
    }
    if (frame.ref !== undefined && frame.type === "reply") {
      this.#settle(frame.ref, (push) => push.resolve(frame.data));
    } else if (frame.ref !== undefined && frame.type === "error") {
      this.#settle(frame.ref, (push) => push.reject(new Failure(frame.code, frame.detail, frame.retry_after)));
    }
    tell(this, "frame", frame);
  }

  /** @param {string} ref @param {(push: {resolve: Function, reject: Function}) => void} outcome */
  #settle(ref, outcome) {
    const push = this.#waiting.get(String(ref));
    if (!push) return;
    this.#waiting.delete(String(ref));
    clearTimeout(push.timer);
    outcome(push);
  }

  /** @param {number} code */
  #closed(code) {
    const opened = this.#opened;
    this.#link = null;
    this.#opened = false;
    for (const ref of [...this.#waiting.keys()]) {
      this.#settle(ref, (push) => push.reject(new Failure("closed")));
    }
    tell(this, "close", { code, opened });
  }
}
