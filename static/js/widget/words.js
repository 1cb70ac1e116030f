/**
 * The words of the page in place of ours: each is looked up before it is drawn, whichever element wrote it. What people
 * write, and how they and their rooms are called, is theirs and stays.
 */

const THEIRS = "[data-slot=body], [data-slot=author], [data-slot=initials], [data-slot=quote-who], [data-slot=quote-text], [data-slot=room-name], [data-slot=start-name], [data-slot=name], textarea";
/** Of these, what we wrote all the same. */
const OURS = ".message--mine [data-slot=author], :is(.message--system, .message--deleted) [data-slot=body]";
const SAID = ["aria-label", "title", "placeholder"];

const BLANK = /\{n?\}/;
const BLANKS = /\{n?\}/g;

/** @typedef {(text: string) => string | undefined} Find */

/**
 * @param {HTMLElement} panel
 * @param {string} words JSON: an object with ours as names, in which `{n}` is any number, and `{}` anything
 * @param {string} lang @param {AbortSignal} signal
 */
export function speak(panel, words, lang, signal) {
  const find = finder(JSON.parse(words));
  const observer = new MutationObserver((changes) => {
    for (const { type, target, addedNodes } of changes) for (const node of type === "childList" ? addedNodes : [target]) turn(node, find, lang);
    observer.takeRecords(); // of what was written here
  });
  panel.lang = lang;
  turn(panel, find, lang);
  observer.observe(panel, { subtree: true, childList: true, characterData: true, attributeFilter: SAID });
  signal.addEventListener("abort", () => observer.disconnect());
}

/** @param {Record<string, string>} words @returns {Find} */
export function finder(words) {
  const patterns = Object.entries(words).filter(([ours]) => BLANK.test(ours)).map(([ours, theirs]) => {
    const source = ours.replace(/[.*+?^$()|[\]\\]/g, "\\$&").replaceAll("{n}", "([\\d.,+]+)").replaceAll("{}", "(.+)");
    return { pattern: new RegExp(`^${source}$`, "s"), theirs };
  });
  return (text) => {
    if (Object.hasOwn(words, text)) return words[text];
    for (const { pattern, theirs } of patterns) {
      const [, ...found] = pattern.exec(text) ?? [];
      if (found.length) return theirs.replace(BLANKS, () => found.shift() ?? "");
    }
    return undefined;
  };
}

/** @param {Node} node and all within @param {Find} find @param {string} lang */
function turn(node, find, lang) {
  if (node instanceof Text) return turnText(node, find, lang);
  if (!(node instanceof Element)) return;
  for (const name of SAID) {
    const said = find(node.getAttribute(name) ?? "");
    if (said !== undefined) node.setAttribute(name, said);
  }
  if (node.matches("time[datetime][title]")) /** @type {HTMLElement} */ (node).title = moment(node, lang, { dateStyle: "full", timeStyle: "short" });
  for (const child of node.childNodes) turn(child, find, lang);
}

/** @param {Text} node @param {Find} find @param {string} lang */
function turnText(node, find, lang) {
  const parent = /** @type {Element} */ (node.parentElement);
  const text = node.data.trim();
  if (!text || parent.closest(THEIRS)?.matches(`:not(${OURS})`)) return;
  const said = find(text);
  if (said !== undefined) node.data = node.data.replace(text, () => said);
  else if (parent.matches("time[data-slot=day-text]")) node.data = moment(parent, lang, dayIn(text));
}

/** The day as ours is: with the year where that is another one. @param {string} text @returns {Intl.DateTimeFormatOptions} */
function dayIn(text) {
  return { weekday: "long", day: "numeric", month: "long", year: /\d{4}/.test(text) ? "numeric" : undefined };
}

/** @param {Element} time @param {string} lang @param {Intl.DateTimeFormatOptions} options */
function moment(time, lang, options) {
  const written = /** @type {HTMLTimeElement} */ (time).dateTime;
  const at = new Date(written.length > 10 ? written : `${written}T12:00`);
  try {
    return at.toLocaleString(lang, options);
  } catch {
    return at.toLocaleString([], options); // there is no such language
  }
}
