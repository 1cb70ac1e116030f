/** What is being written right before the caret that can be completed: a person, a room, an emoji, a command. Pure. */

/**
 * @typedef {object} Token
 * @property {"person" | "room" | "emoji" | "command"} kind
 * @property {string} query what was typed after the sign
 * @property {number} start where the sign stands
 * @property {number} end the caret
 */

const SIGNS = /** @type {Record<string, Token["kind"]>} */ ({ "@": "person", "#": "room", ":": "emoji", "/": "command" });
/** The sign stands at the beginning, or after a space or a bracket: not in "a@b.org", "10:30", "C#". */
const SIGN = /(?:^|[\s([{"'*_~>])(?:([@#])([^\s@#:/\\()[\]]{0,40})|(:)([\p{L}\p{N}_+-]{2,30}))$/u;
const COMMAND = /^(\/)([a-z]*)$/i;
/** No token is longer. */
const REACH = 64;

/**
 * @param {string} text @param {number} caret @returns {Token | null}
 */
export function tokenAt(text, caret) {
  const match = COMMAND.exec(text.slice(0, caret)) ?? SIGN.exec(text.slice(Math.max(0, caret - REACH), caret));
  if (!match) return null;
  const [sign, query] = match[1] ? [match[1], match[2]] : [match[3], match[4]];
  if (sign !== "/" && inCode(text.slice(0, caret))) return null;
  return { kind: SIGNS[sign], query, start: caret - query.length - 1, end: caret };
}

/** Code is written as it is. @param {string} before the caret */
function inCode(before) {
  if (!before.includes("`")) return false;
  const fences = before.split(/^```/m).length - 1;
  if (fences % 2) return true;
  const line = before.slice(before.lastIndexOf("\n") + 1);
  return (line.split("`").length - 1) % 2 === 1 && !line.startsWith("```");
}
