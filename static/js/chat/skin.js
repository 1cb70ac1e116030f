/** The colour of skin that somebody has chosen once on this device, for all emoji that have one. */

const KEY = "parley-skin";

/** The modifiers of Unicode, from light to dark, by what people call them; the first is the yellow of most emoji. @type {Readonly<Record<string, string>>} */
export const TONES = Object.freeze({
  "No skin tone": "",
  "Light": "\u{1F3FB}",
  "Medium light": "\u{1F3FC}",
  "Medium": "\u{1F3FD}",
  "Medium dark": "\u{1F3FE}",
  "Dark": "\u{1F3FF}",
});

/** @returns {string} one of the modifiers, or none */
export function tone() {
  try {
    const kept = localStorage.getItem(KEY) ?? "";
    return Object.values(TONES).includes(kept) ? kept : "";
  } catch {
    return "";
  }
}

/** @param {string} chosen one of the modifiers, or none */
export function chooseTone(chosen) {
  try {
    localStorage.setItem(KEY, chosen);
  } catch {
    // Then they stay yellow.
  }
}

/** An emoji without any colour of skin. @param {string} emoji */
export function plain(emoji) {
  return emoji.replace(/\p{Emoji_Modifier}/gu, "");
}

/** An emoji with the skin that was chosen; one without skin stays as it is. @param {string} emoji @param {string} [chosen] */
export function toned(emoji, chosen = tone()) {
  // What asks for colour (FE0F) gives way to a modifier, which says the same.
  return chosen ? plain(emoji).replace(/(\p{Emoji_Modifier_Base})\uFE0F?/gu, `$1${chosen}`) : emoji;
}
