"""Emoji: what counts as one, and the names that people type for the common ones."""

import re
from types import MappingProxyType

_PICTOGRAPH = (
    r"[\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u25aa-\u27bf\u2934\u2935\u2b05-\u2b55\U0001f000-\U0001faff]"
    r"[\ufe0f\U0001f3fb-\U0001f3ff]{0,2}"
)
_FLAG = r"[\U0001f1e6-\U0001f1ff]{2}"
_SUBDIVISION = r"\U0001f3f4[\U000e0061-\U000e007a\U000e0030-\U000e0039]{2,6}\U000e007f"
_KEYCAP = r"[0-9#*]\ufe0f?\u20e3"

EMOJI = rf"(?:{_SUBDIVISION}|{_FLAG}|{_KEYCAP}|{_PICTOGRAPH}(?:\u200d{_PICTOGRAPH}){{0,5}})"
"""A pattern for what is drawn as one emoji: with its skin colours, flags, keycaps and families."""

LONGEST = 32
"""In code points; the longest family has 10."""

QUICK_REACTIONS = ("👍", "❤️", "😂", "🎉", "😮", "😢", "🙏", "👀")
"""Those that are one click away."""

_one = re.compile(EMOJI)


def is_emoji(text: str) -> bool:
    """Whether ``text`` is exactly one emoji."""
    return len(text) <= LONGEST and _one.fullmatch(text) is not None and not _is_half_flag(text)


def _is_half_flag(text: str) -> bool:
    return len(text) == 1 and "\U0001f1e6" <= text <= "\U0001f1ff"


def one_form(emoji: str) -> str:
    """Write one emoji in one way: keyboards differ in whether they add the sign that asks for colour."""
    if len(emoji) == 2 and emoji[1] == "\ufe0f" and emoji[0] >= "\U0001f000":
        return emoji[0]
    return emoji


SHORTCODES = MappingProxyType(
    {
        "+1": "👍", "-1": "👎", "100": "💯", "alarm_clock": "⏰", "angry": "😠", "apple": "🍎", "art": "🎨",
        "astonished": "😲", "baby": "👶", "balloon": "🎈", "beer": "🍺", "beers": "🍻", "bell": "🔔", "bike": "🚲",
        "bird": "🐦", "birthday": "🎂", "blue_heart": "💙", "blush": "😊", "bomb": "💣", "book": "📖", "books": "📚",
        "boom": "💥", "brain": "🧠", "bread": "🍞", "broken_heart": "💔", "bug": "🐛", "bulb": "💡", "bus": "🚌",
        "cactus": "🌵", "cake": "🍰", "calendar": "📅", "camera": "📷", "car": "🚗", "cat": "🐱", "chart": "📊",
        "checkered_flag": "🏁", "cherry_blossom": "🌸", "clap": "👏", "clipboard": "📋", "cloud": "☁️", "coffee": "☕",
        "cold_sweat": "😰", "computer": "💻", "confetti_ball": "🎊", "confounded": "😖", "confused": "😕",
        "construction": "🚧", "cookie": "🍪", "cool": "😎", "crossed_fingers": "🤞", "crown": "👑", "cry": "😢",
        "dancer": "💃", "dart": "🎯", "disappointed": "😞", "dizzy": "💫", "dog": "🐶", "dragon": "🐉", "earth": "🌍",
        "egg": "🥚", "email": "📧", "exclamation": "❗", "exploding_head": "🤯", "eyes": "👀", "facepalm": "🤦",
        "fire": "🔥", "fish": "🐟", "fist": "✊", "flushed": "😳", "four_leaf_clover": "🍀", "fox": "🦊", "gem": "💎",
        "ghost": "👻", "gift": "🎁", "globe": "🌐", "green_heart": "💚", "grimacing": "😬", "grin": "😁",
        "grinning": "😀", "guitar": "🎸", "hammer": "🔨", "handshake": "🤝", "hatching_chick": "🐣",
        "headphones": "🎧", "heart": "❤️", "heart_eyes": "😍", "hourglass": "⌛", "house": "🏠", "hugs": "🤗",
        "hushed": "😯", "innocent": "😇", "joy": "😂", "key": "🔑", "kiss": "😘", "kissing_heart": "😘", "knife": "🔪",
        "laughing": "😆", "leaves": "🍃", "link": "🔗", "lock": "🔒", "loudspeaker": "📢", "mag": "🔍", "mailbox": "📫",
        "mask": "😷", "medal": "🏅", "memo": "📝", "microphone": "🎤", "money": "💰", "moon": "🌙", "mouse": "🐭",
        "muscle": "💪", "mushroom": "🍄", "musical_note": "🎵", "nauseated": "🤢", "nerd": "🤓", "neutral_face": "😐",
        "no_entry": "⛔", "no_mouth": "😶", "ocean": "🌊", "octopus": "🐙", "ok": "🆗", "ok_hand": "👌",
        "open_mouth": "😮", "orange_heart": "🧡", "package": "📦", "panda": "🐼", "party": "🥳", "partying_face": "🥳",
        "pencil": "✏️", "penguin": "🐧", "pensive": "😔", "phone": "📞", "pill": "💊", "pizza": "🍕", "plus": "➕",
        "point_down": "👇", "point_left": "👈", "point_right": "👉", "point_up": "☝️", "poop": "💩", "popcorn": "🍿",
        "pray": "🙏", "purple_heart": "💜", "pushpin": "📌", "question": "❓", "rainbow": "🌈", "raised_hand": "✋",
        "raised_hands": "🙌", "recycle": "♻️", "red_circle": "🔴", "relaxed": "☺️", "relieved": "😌", "robot": "🤖",
        "rocket": "🚀", "rofl": "🤣", "rose": "🌹", "rotating_light": "🚨", "runner": "🏃", "salute": "🫡",
        "scream": "😱", "seedling": "🌱", "see_no_evil": "🙈", "shield": "🛡️", "ship": "🚢", "shrug": "🤷",
        "shushing": "🤫", "skull": "💀", "sleeping": "😴", "sleepy": "😪", "slightly_smiling_face": "🙂",
        "smile": "😄", "smiley": "😃", "smirk": "😏", "snail": "🐌", "snowflake": "❄️", "sob": "😭", "soccer": "⚽",
        "sparkles": "✨", "sparkling_heart": "💖", "speech_balloon": "💬", "star": "⭐", "star_struck": "🤩",
        "stuck_out_tongue": "😛", "sun": "☀️", "sunflower": "🌻", "sunglasses": "😎", "sweat": "😓",
        "sweat_smile": "😅", "tada": "🎉", "taxi": "🚕", "tea": "🍵", "thinking": "🤔", "thumbsdown": "👎",
        "thumbsup": "👍", "tired_face": "😫", "train": "🚆", "tree": "🌳", "triumph": "😤", "trophy": "🏆",
        "turtle": "🐢", "umbrella": "☔", "unamused": "😒", "unicorn": "🦄", "unlock": "🔓", "upside_down": "🙃",
        "v": "✌️", "vulcan": "🖖", "warning": "⚠️", "wave": "👋", "weary": "😩", "white_check_mark": "✅",
        "wink": "😉", "wrench": "🔧", "x": "❌", "yawning": "🥱", "yellow_heart": "💛", "yum": "😋", "zap": "⚡",
        "zipper_mouth": "🤐", "zzz": "💤",
    }
)  # fmt: skip
"""By the names that other chats have made common."""
