/** Finding things by what somebody types: accents and case do not count, and letters may be left out. Pure. */

/** What Unicode does not take apart by itself. @type {Record<string, string>} */
const LETTERS = { ß: "ss", æ: "ae", œ: "oe", ø: "o", ł: "l", đ: "d", ð: "d", þ: "th", ı: "i" };

/** How good a match is; the sum over the words that were typed decides. */
const WHOLE = 100;
const BEGINNING = 80;
const WORD = 60;
const INITIALS = 50;
const INSIDE = 30;
const SCATTERED = 10;

/** A text as it is compared. @param {string} text */
export function fold(text) {
  const bare = text.normalize("NFKD").replace(/\p{M}+/gu, "").toLowerCase();
  return bare.replace(/[ßæœøłđðþı]/g, (letter) => LETTERS[letter]);
}

/**
 * How well what was typed fits any of these texts; 0 if one of its words fits none of them.
 *
 * @param {string} query @param {string[]} texts
 */
export function score(query, texts) {
  const words = fold(query).split(/\s+/).filter(Boolean);
  const folded = texts.map(fold);
  let sum = 0;
  for (const word of words) {
    const best = Math.max(0, ...folded.map((text) => fit(word, text)));
    if (!best) return 0;
    sum += best;
  }
  return words.length ? sum / words.length : 1;
}

/** @param {string} word @param {string} text both folded */
function fit(word, text) {
  if (text === word) return WHOLE;
  if (text.startsWith(word)) return BEGINNING;
  const words = text.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  if (words.some((each) => each.startsWith(word))) return WORD;
  if (words.map((each) => each[0]).join("").startsWith(word)) return INITIALS;
  if (text.includes(word)) return INSIDE;
  return word.length > 2 && scattered(word, words) ? SCATTERED : 0;
}

/** Whether the letters stand in this order in the text, the first of them at the beginning of a word. @param {string} word @param {string[]} words */
function scattered(word, words) {
  return words.some((_, first) => {
    let at = 0;
    for (const letter of words.slice(first).join("")) if (letter === word[at]) at += 1;
    return words[first][0] === word[0] && at >= word.length;
  });
}

/**
 * Keep what fits, the best first; what fits equally well stays in its order.
 *
 * @template T
 * @param {T[]} things @param {string} query @param {(thing: T) => string[]} texts by which each is found
 * @returns {T[]}
 */
export function rank(things, query, texts) {
  if (!query.trim()) return things;
  const scored = things.map((thing) => ({ thing, points: score(query, texts(thing)) }));
  return scored.filter(({ points }) => points > 0).sort((a, b) => b.points - a.points).map(({ thing }) => thing);
}
