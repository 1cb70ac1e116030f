/**
 * A transport that lets go of its socket while the page is kept for the way back, so that it can be, and begins anew with
 * it. It has the face of Transport.
 */

import { on, tell } from "../chat/events.js";
import { Failure } from "../chat/failure.js";
import { plainFrame } from "./plain.js";

export class Link extends EventTarget {
  #make;
  /** @type {import("../chat/transport.js").Transport | null} */
  #transport = null;
  #since = Date.now();
  #stop = new AbortController();
  leads = true;
  /** @type {import("../chat/monitor.js").State} */
  state = "connecting";

  /** @param {() => import("../chat/transport.js").Transport} make */
  constructor(make) {
    super();
    this.#make = make;
  }

  get online() {
    return this.state === "online";
  }

  get downFor() {
    return this.online ? 0 : Date.now() - this.#since;
  }

  start() {
    const { signal } = this.#stop;
    addEventListener("pagehide", () => this.#pause(), { signal });
    addEventListener("pageshow", ({ persisted }) => persisted && this.#begin(), { signal });
    this.#begin();
  }

  stop() {
    this.#stop.abort();
    this.#pause();
  }

  retry() {
    this.#transport?.retry();
  }

  /** @param {string} type @param {object} [fields] */
  send(type, fields) {
    return this.#transport?.send(type, fields) ?? false;
  }

  /** @param {string} type @param {object} fields @returns {Promise<any>} */
  async request(type, fields) {
    if (!this.#transport) throw new Failure("closed");
    return this.#transport.request(type, fields);
  }

  #begin() {
    if (this.#transport) return;
    const transport = this.#make();
    this.#transport = transport;
    on(transport, "frame", (frame) => transport === this.#transport && tell(this, "frame", plainFrame(frame)));
    on(transport, "state", () => transport === this.#transport && this.#enter(transport.state));
    transport.start();
  }

  #pause() {
    this.#transport?.stop();
    this.#transport = null;
    this.#enter("connecting");
  }

  /** @param {import("../chat/monitor.js").State} state */
  #enter(state) {
    if (state === this.state) return;
    if (this.online) this.#since = this.#transport?.since ?? Date.now();
    this.state = state;
    tell(this, "state");
  }
}
