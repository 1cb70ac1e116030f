"""Names of files as people see and save them: nothing in one may lie, hide, or lead anywhere."""

import re
import unicodedata
from pathlib import PurePosixPath

LONGEST = 120
"""Characters of a name, and no more than `LONGEST_BYTES` of UTF-8, which is what file systems take."""

LONGEST_BYTES = 240

ALT_LENGTH = 1024

_TEXT_ENDINGS = frozenset(
    "txt md csv tsv log json yaml yml toml ini cfg conf srt vtt ics vcf tex bib diff patch sql".split()  # noqa: SIM905
) | frozenset("py rb rs go c h cpp java kt swift ts css po".split())  # noqa: SIM905 - a list takes three times the room
"""How the name of a plain text may end as it is; nothing that a double click runs."""

_SAME = {"jpg": {"jpeg"}, "mp3": {"mpga"}, "doc": {"xls", "ppt"}, "gz": {"tgz"}, "ogg": {"oga", "opus"}, "mp4": {"m4v"}}
"""Endings that are as right as the usual one."""

# Of paths, of Windows, and what is no character or shows as none: controls, marks of direction, zero width.
_NEVER = re.compile(
    '[<>:"|?*\x00-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f'
    "\ufeff\uffa0\ufff0-\uffff\ud800-\udfff]"
)
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)


def clean_name(name: str, *, extension: str, otherwise: str) -> str:
    """Bring the name of a file into a form that is safe to show and to save, ending as its content says.

    ``otherwise`` is its stem where nothing of the name is left.
    """
    last = re.split(r"[/\\]", name)[-1]
    line = " ".join(_NEVER.sub("", unicodedata.normalize("NFC", last)).split())
    stem, ending = _split(line.strip(" ."))
    if ending.lower() not in _endings(extension):
        # `holiday.jpg` that is a PDF keeps no ending that is wrong; `Report 2.1` has none to lose
        stem = stem if len(ending) <= 5 and ending.isalnum() and not ending.isdigit() else f"{stem}.{ending}"
        ending = extension
    stem = _shorten(stem.strip(" ."), len(ending) + 1) or otherwise
    if _DEVICE.fullmatch(stem):
        stem = f"_{stem}"
    return f"{stem}.{ending.lower()}"


def clean_alt(text: str) -> str:
    """What a picture shows, in words, as one line without anything that does not show."""
    return " ".join(_NEVER_IN_TEXT.sub(" ", unicodedata.normalize("NFC", text)).split())


_NEVER_IN_TEXT = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def _endings(extension: str) -> frozenset[str]:
    if extension == "txt":
        return _TEXT_ENDINGS
    return frozenset({extension, *_SAME.get(extension, ())})


def _split(name: str) -> tuple[str, str]:
    path = PurePosixPath(name or ".")
    return (path.stem, path.suffix.removeprefix(".")) if name else ("", "")


def _shorten(stem: str, taken: int) -> str:
    stem = stem[: LONGEST - taken]
    while len(stem.encode()) > LONGEST_BYTES - taken:
        stem = stem[:-1]
    return stem.rstrip(" .")
