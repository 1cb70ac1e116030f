/**
 * Files on their way to the server: two at a time, each once however often it is asked for.
 *
 * Faults of the link or the server are retried without a word, as the outbox does; a refusal is told, and then the
 * file may be tried again. Loaded when the first file is chosen.
 *
 * Events: `progress` with `{key, share}`.
 */

import { tell } from "./events.js";
import { Failure } from "./failure.js";
import { backoff } from "./protocol.js";

const AT_ONCE = 2;

/**
 * @typedef {import("./attachments.js").Attachment} Attachment
 *
 * @typedef {object} Sending a file of a message that is written, or waits in the outbox
 * @property {string} key
 * @property {string} name
 * @property {string} type
 * @property {number} size
 * @property {import("./attachments.js").Kind} kind
 * @property {string} alt
 * @property {Blob | null} blob null where another device has uploaded it
 * @property {string} [id] once it is uploaded
 * @property {Attachment} [attachment]
 * @property {number | null} width
 * @property {number | null} height
 * @property {number | null} duration of a voice message
 * @property {number[] | null} waveform
 *
 * @typedef {object} Job
 * @property {Sending} file
 * @property {AbortController} stop
 * @property {number} share of it that has left
 * @property {number} attempt
 * @property {any} timer until it is tried again
 * @property {Promise<Attachment>} promise
 * @property {(attachment: Attachment) => void} resolve
 * @property {(failure: Failure) => void} reject
 */

export class Uploads extends EventTarget {
  #send;
  #random;
  /** @type {Map<string, Job>} those that are done stay until they are forgotten: nobody uploads them again */
  #jobs = new Map();
  /** @type {Job[]} */
  #waiting = [];
  #active = 0;

  /**
   * @param {(file: Sending, how: {progress: (share: number) => void, signal: AbortSignal}) => Promise<Attachment>} send
   *   rejects with a Failure
   * @param {() => number} [random]
   */
  constructor(send, random = Math.random) {
    super();
    this.#send = send;
    this.#random = random;
  }

  /** @param {Sending} file @returns {Promise<Attachment>} rejects with the Failure that the server gave as its reason */
  upload(file) {
    const known = this.#jobs.get(file.key);
    if (known) return known.promise;
    const { promise, resolve, reject } = deferred();
    /** @type {Job} */
    const job = { file, stop: new AbortController(), share: 0, attempt: 0, timer: 0, promise, resolve, reject };
    promise.catch(() => undefined); // who asked hears of it
    this.#jobs.set(file.key, job);
    this.#waiting.push(job);
    this.#next();
    return promise;
  }

  /** How much of a file has left, 0 to 1. @param {string} key */
  share(key) {
    return this.#jobs.get(key)?.share ?? 0;
  }

  /** It is not wanted any more. @param {string} key */
  cancel(key) {
    const job = this.#jobs.get(key);
    if (!job) return;
    this.#jobs.delete(key);
    this.#waiting = this.#waiting.filter((each) => each !== job);
    clearTimeout(job.timer);
    job.stop.abort();
    job.reject(new Failure("cancelled"));
  }

  /** What is done need not be known any longer, or is to be done anew. @param {string} key */
  forget(key) {
    this.#jobs.delete(key);
  }

  /** The link is back: nothing waits for its timer. */
  nudge() {
    for (const job of this.#jobs.values()) if (job.timer) this.#again(job);
  }

  #next() {
    while (this.#active < AT_ONCE && this.#waiting.length) this.#run(/** @type {Job} */ (this.#waiting.shift()));
  }

  /** @param {Job} job */
  async #run(job) {
    this.#active += 1;
    const { file, stop } = job;
    try {
      job.resolve(await this.#send(file, { progress: (share) => this.#progress(job, share), signal: stop.signal }));
      this.#progress(job, 1);
    } catch (error) {
      if (!stop.signal.aborted) this.#failed(job, Failure.from(error));
    } finally {
      this.#active -= 1;
      this.#next();
    }
  }

  /** @param {Job} job @param {Failure} failure */
  #failed(job, failure) {
    this.#progress(job, 0);
    if (!failure.passing) {
      this.#jobs.delete(job.file.key);
      job.reject(failure);
      return;
    }
    const wait = failure.retryAfter === undefined ? backoff(job.attempt, this.#random) : failure.retryAfter * 1000;
    job.attempt += 1;
    job.timer = setTimeout(() => this.#again(job), wait);
  }

  /** @param {Job} job */
  #again(job) {
    clearTimeout(job.timer);
    job.timer = 0;
    this.#waiting.push(job);
    this.#next();
  }

  /** @param {Job} job @param {number} share */
  #progress(job, share) {
    job.share = share;
    tell(this, "progress", { key: job.file.key, share });
  }
}

function deferred() {
  /** @type {any} */
  const made = {};
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
  return made;
}
