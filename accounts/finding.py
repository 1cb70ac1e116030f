"""Finding people for lists of the admin, by an index: how each word of a name, or a handle, begins."""

from __future__ import annotations

from django.contrib.postgres.search import SearchVectorField
from django.db.models import Func

from accounts.rows import fetch

MOST = 500
"""People that are found at once: the newest."""

# As it stands, and not by a parser of texts, which takes names and handles for addresses, numbers and hyphens.
_WORDS = "array_to_tsvector(array_remove(string_to_array(lower({}), ' '), ''))"
_FOUND = f"""
    SELECT id FROM accounts_user WHERE {_WORDS.format("full_name || ' ' || handle")} @@ lower(%s)::tsquery
    ORDER BY id DESC LIMIT %s
"""  # noqa: S608 - a constant


def words_of_people() -> Func:
    """What is indexed of a person."""
    template, joiner = _WORDS.format("%(expressions)s"), " || ' ' || "
    return Func("full_name", "handle", arg_joiner=joiner, output_field=SearchVectorField(), template=template)


def find_by_words(text: str) -> list[int]:
    """The ids of people of whom each of these words begins a word of the name, or the handle; the newest `MOST`."""
    words = text.replace("@", " ").replace("\0", " ").split()
    terms = ["'" + word.replace("\\", "\\\\").replace("'", "''") + "':*" for word in words]
    return [pk for (pk,) in fetch(_FOUND, [" & ".join(terms), MOST])] if terms else []
