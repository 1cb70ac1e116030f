/**
 * Where the reader is in the timeline, and staying there.
 *
 * The log is drawn from its end (column-reverse): scrollTop 0 is the newest message, negative is further back.
 */

/** Within this distance of the end (px) new messages scroll into view. */
const NEAR = 80;

/** @typedef {{seq: number, top: number}} Spot a message, and how far below the upper edge of the log it stands */

export class LogScroll {
  #log;
  #timeline;
  /** Where the reader was kept last. @type {{row?: Element, top: number, scrollTop: number}} */
  #held = { top: 0, scrollTop: 0 };

  /** @param {HTMLElement} log that scrolls @param {HTMLElement} timeline the rows in it @param {AbortSignal} signal */
  constructor(log, timeline, signal) {
    this.#log = log;
    this.#timeline = timeline;
    log.addEventListener("scroll", () => this.#moved(), { signal, passive: true });
    const resized = new ResizeObserver((changes) => this.#resized(changes));
    for (const each of [timeline, log]) resized.observe(each);
    signal.addEventListener("abort", () => resized.disconnect());
  }

  get shown() {
    return this.#log.clientHeight > 0;
  }

  get nearEnd() {
    return this.below <= NEAR;
  }

  /** Pixels out of sight towards the newest message. */
  get below() {
    return Math.abs(this.#log.scrollTop);
  }

  /** Pixels out of sight towards the oldest message. */
  get above() {
    return this.#log.scrollHeight - this.#log.clientHeight - this.below;
  }

  get screen() {
    return this.#log.clientHeight;
  }

  toEnd() {
    this.#log.scrollTop = 0;
    this.#held = this.#look();
  }

  /** Bring a line into the upper part of the view, as far as there is something below it. @param {Element} line */
  toLine(line) {
    this.#bring(line, this.#log.clientHeight / 4);
  }

  /** Whether a line is out of sight towards the oldest message. @param {Element} line */
  isAbove(line) {
    return line.getBoundingClientRect().bottom < this.#log.getBoundingClientRect().top;
  }

  /** Whether a line can be seen now, a part of it at least. @param {Element} line */
  inView(line) {
    const [log, { top, bottom }] = [this.#log.getBoundingClientRect(), line.getBoundingClientRect()];
    return bottom > log.top && top < log.bottom;
  }

  /** Where the reader is, to come back to it; null at the end. @returns {Spot | null} */
  get spot() {
    // As of the last move: somebody who leaves waits for no layout.
    const { row, top, scrollTop } = this.#held;
    if (Math.abs(scrollTop) <= NEAR) return null;
    const seq = Number(/** @type {HTMLElement | undefined} */ (row)?.dataset.seq);
    return seq ? { seq, top: Math.round(top) } : null;
  }

  /** @param {Element} row @param {number} top */
  restore(row, top) {
    this.#bring(row, top);
  }

  /**
   * Whatever `change` does to the rows, the one under the reader's eye stays where it is.
   *
   * @param {() => void} change @param {boolean} atEnd the reader follows what is new
   */
  keep(change, atEnd) {
    if (atEnd) {
      change();
      this.toEnd();
      return;
    }
    // scrollTop is rounded to whole pixels: as long as nobody scrolls, keep to where the row stood at first.
    const same = this.#held.row?.isConnected && this.#held.scrollTop === this.#log.scrollTop;
    if (!same) this.#held = this.#look();
    change();
    this.#stay();
  }

  /** The reader has moved, and not we: else what is lost in whole pixels would add up. */
  #moved() {
    if (this.#held.scrollTop !== this.#log.scrollTop || !this.#held.row?.isConnected) this.#held = this.#look();
  }

  /**
   * Where only the window has another height, as above the keyboard of a phone, what stood at its end stays there, and
   * the reader is elsewhere from now on.
   *
   * @param {ResizeObserverEntry[]} changes
   */
  #resized(changes) {
    if (changes.some(({ target }) => target === this.#timeline)) this.#stay();
    else this.#held = this.#look();
  }

  /** Something has changed its height, by our hand or as it was loaded: that moves nothing that is being read. */
  #stay() {
    const { row, top } = this.#held;
    if (!row?.isConnected || this.nearEnd) return;
    const moved = this.#topOf(row) - top;
    if (Math.abs(moved) >= 1) this.#log.scrollTop += moved;
    this.#held = { row, top, scrollTop: this.#log.scrollTop };
  }

  /** @param {Element} row @param {number} top where it shall stand */
  #bring(row, top) {
    this.#log.scrollTop += this.#topOf(row) - top;
    this.#held = this.#look();
  }

  /** @param {Element} row */
  #topOf(row) {
    return row.getBoundingClientRect().top - this.#log.getBoundingClientRect().top;
  }

  /** The first row in view and where it stands. Rows are in order: half of them at a time need not be looked at. */
  #look() {
    const edge = this.#log.getBoundingClientRect().top;
    const rows = this.#timeline.children;
    let [low, high] = [0, rows.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (rows[middle].getBoundingClientRect().bottom > edge) high = middle;
      else low = middle + 1;
    }
    // Not the line of a day: with an earlier message of that day it moves up, and the reader would be carried away.
    let row = rows[low];
    while (row?.nextElementSibling && !row.matches(".message")) row = row.nextElementSibling;
    return { row, top: row ? row.getBoundingClientRect().top - edge : 0, scrollTop: this.#log.scrollTop };
  }
}
