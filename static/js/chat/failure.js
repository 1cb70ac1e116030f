/** One shape for everything that can go wrong with a request, whichever door it went through. */

/** Codes after which the same request may succeed later: the fault is the link's or the server's. */
const PASSING = new Set(["timeout", "closed", "unavailable", "busy", "rate_limited", "not_authenticated", "csrf_failed"]);

export class Failure extends Error {
  /**
   * @param {string} code stable, for machines
   * @param {string} [detail] one sentence, for people
   * @param {number} [retryAfter] seconds
   */
  constructor(code, detail = "", retryAfter = undefined) {
    super(detail || code);
    this.name = "Failure";
    this.code = code;
    this.detail = detail;
    this.retryAfter = retryAfter;
  }

  /** True where trying again without a word to the user is right. */
  get passing() {
    return PASSING.has(this.code) || this.retryAfter !== undefined;
  }

  /** @param {unknown} error */
  static from(error) {
    // By its name: on pages of others there may be several copies of this module, each with a class of its own.
    return /** @type {any} */ (error)?.name === "Failure" ? /** @type {Failure} */ (error) : new Failure("internal", String(error));
  }
}
