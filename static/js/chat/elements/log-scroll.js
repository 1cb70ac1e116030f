/**
 * Where the reader is in the timeline, and staying there.
 *
 * The log is drawn from its end (column-reverse): scrollTop 0 is the newest message, negative is further back.
 */

/** Within this distance of the end (px) new messages scroll into view. */
const NEAR = 80;

export class LogScroll {
  #log;
  #timeline;
  /** Where the reader was kept last. @type {{row?: Element, top: number, scrollTop: number}} */
  #held = { top: 0, scrollTop: 0 };

  /** @param {HTMLElement} log that scrolls @param {HTMLElement} timeline the rows in it */
  constructor(log, timeline) {
    this.#log = log;
    this.#timeline = timeline;
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
  }

  /** Bring a line into the upper part of the view, as far as there is something below it. @param {Element} line */
  toLine(line) {
    const log = this.#log.getBoundingClientRect();
    this.#log.scrollTop += line.getBoundingClientRect().top - log.top - log.height / 4;
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
    const { row, top } = this.#place();
    change();
    if (row?.isConnected) this.#log.scrollTop += row.getBoundingClientRect().top - top;
    this.#held = { row, top, scrollTop: this.#log.scrollTop };
  }

  /** The first row in view and where it should stand. */
  #place() {
    // scrollTop is rounded to whole pixels: as long as nobody scrolls, keep to where the row stood at first.
    if (this.#held.row?.isConnected && this.#held.scrollTop === this.#log.scrollTop) return this.#held;
    const edge = this.#log.getBoundingClientRect().top;
    const row = [...this.#timeline.children].find((each) => each.getBoundingClientRect().bottom > edge);
    return { row, top: row?.getBoundingClientRect().top ?? 0 };
  }
}
