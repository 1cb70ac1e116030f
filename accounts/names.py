"""What people may call themselves: e-mail, full name and handle, each in one canonical form.

Every cleaner returns the form that is stored, or raises `ValidationError` with what to do about it.
"""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

FULL_NAME_LENGTH = 80
HANDLE_LENGTH = 30
STATUS_LENGTH = 100
ABOUT_LENGTH = 140
EMOJI_LENGTH = 32
HANDLE = re.compile(r"[a-z0-9_]{2,30}")

# Words a mention may come to mean something else by.
RESERVED_HANDLES = frozenset({"admin", "all", "channel", "everyone", "here", "parley", "room", "system"})

# Control characters, surrogates and line separators have no place in a name; format characters (category Cf)
# would let one name look like another or turn the text around it (bidi overrides). Two of them join letters
# and emoji.
REFUSED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
JOINERS = frozenset("\u200c\u200d")


def fold_email(email: str) -> str:
    """The form in which addresses are compared and stored. Never raises: any input can be looked up."""
    return unicodedata.normalize("NFKC", email).strip().lower()


def clean_email(email: str) -> str:
    address = fold_email(email)
    # Django's pattern ignores case by Unicode's rules and so lets a few look-alikes of ASCII letters through.
    local, _, domain = address.rpartition("@")
    if len(address) > 254 or not local.isascii() or not _encodable(domain):
        raise ValidationError("Enter an e-mail address like ada@example.com.")
    validate_email(address)
    return address


def clean_full_name(full_name: str) -> str:
    name = unicodedata.normalize("NFC", full_name)
    if any(unicodedata.category(char) in REFUSED_CATEGORIES and char not in JOINERS for char in name):
        raise ValidationError("Names cannot have control or invisible characters. Type the name again.")
    name = " ".join(name.split())
    if not any(unicodedata.category(char)[0] in "LNPS" for char in name):
        raise ValidationError("Enter your name.")
    if len(name) > FULL_NAME_LENGTH:
        raise ValidationError(f"Names have at most {FULL_NAME_LENGTH} characters.")
    return name


def clean_status(text: str) -> str:
    return _clean_line(text, what="A status", longest=STATUS_LENGTH)


def clean_about(text: str) -> str:
    return _clean_line(text, what="This line", longest=ABOUT_LENGTH)


def _clean_line(text: str, *, what: str, longest: int) -> str:
    line = " ".join(unicodedata.normalize("NFC", text).split())
    if any(unicodedata.category(char) in REFUSED_CATEGORIES and char not in JOINERS for char in line):
        raise ValidationError(f"{what} cannot have control or invisible characters. Type it again.")
    if len(line) > longest:
        raise ValidationError(f"{what} has at most {longest} characters.")
    return line


def clean_emoji(emoji: str) -> str:
    sign = emoji.strip()
    kinds = {unicodedata.category(char) for char in sign if char not in JOINERS}
    if sign and (len(sign) > EMOJI_LENGTH or "So" not in kinds or not kinds <= {"So", "Sk", "Mn"}):
        raise ValidationError("Choose an emoji, or none.")
    return sign


def clean_handle(handle: str) -> str:
    name = handle.strip().removeprefix("@").lower()
    if not HANDLE.fullmatch(name):
        raise ValidationError("Handles have 2 to 30 letters a-z, digits and underscores.")
    if name in RESERVED_HANDLES:
        raise ValidationError("This handle is reserved. Choose another one.")
    return name


def handle_from(full_name: str) -> str:
    """The handle we propose for a name: "Zoë O'Brien" becomes "zoe_o_brien", "李小龙" becomes "person"."""
    folded = unicodedata.normalize("NFKD", full_name.casefold())
    letters = "".join(char for char in folded if not unicodedata.combining(char))
    handle = re.sub(r"[^a-z0-9]+", "_", letters).strip("_")[:HANDLE_LENGTH].strip("_")
    return handle if len(handle) >= 2 else "person"


def initials_of(full_name: str) -> str:
    """First letters of the first and the last word, in capitals."""
    words = full_name.split()
    ends = words if len(words) < 2 else [words[0], words[-1]]
    return "".join(word[0] for word in ends).upper()


def _encodable(text: str) -> bool:
    """Whether the text has no lone surrogates, which neither Postgres nor JSON could carry."""
    return not any(unicodedata.category(char) == "Cs" for char in text)
