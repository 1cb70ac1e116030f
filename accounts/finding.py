"""Finding people by an index: how each word of a name, or of a handle, begins."""

from __future__ import annotations

from django.contrib.postgres.search import SearchVectorField
from django.db.models import BooleanField, Func, Value

from accounts.rows import fetch

MOST = 500
"""People that are found at once: the newest."""

BETWEEN = "-_.'’"
"""What stands between two words beside spaces: whoever looks for Marie finds Anne-Marie, too."""

# As they stand, and not by a parser of texts, which takes names and handles for addresses and numbers. A space for each
# of BETWEEN.
_WORDS = "array_to_tsvector(array_remove(string_to_array(translate(lower({}), '-_.''’', '     '), ' '), ''))"
# By itself, as the planner takes every beginning of a word for a frequent one, and would go through all people by name
# or by age until it has enough of them.
_OF_THEM = _WORDS.format("full_name || ' ' || handle")
_CALLED = f"SELECT id FROM accounts_user WHERE {_OF_THEM} @@ lower(%s)::tsquery"  # noqa: S608 - a constant
_FOUND = f"WITH called AS MATERIALIZED ({_CALLED}) SELECT id FROM called ORDER BY id DESC LIMIT %s"  # noqa: S608
_SPACES = str.maketrans(dict.fromkeys(f"{BETWEEN}@\0", " "))


def words_of_people() -> Func:
    """What is indexed of a person."""
    template, joiner = _WORDS.format("%(expressions)s"), " || ' ' || "
    return Func("full_name", "handle", arg_joiner=joiner, output_field=SearchVectorField(), template=template)


def is_called(text: str) -> Func | None:
    """Whether each of these words begins a word of somebody's name, or handle. None where there is no word in it."""
    if not (terms := _terms(text)):
        return None
    them = Func(Value(terms), template=f"ANY(ARRAY({_CALLED % '%(expressions)s'}))")
    return Func("pk", them, arg_joiner=" = ", template="%(expressions)s", output_field=BooleanField())


def find_by_words(text: str) -> list[int]:
    """The ids of people who are called so, the newest `MOST`."""
    terms = _terms(text)
    return [pk for (pk,) in fetch(_FOUND, [terms, MOST])] if terms else []


def _terms(text: str) -> str:
    """The words as a query of PostgreSQL's: the beginning of each, and all of them."""
    words = [word.replace("\\", "\\\\") for word in text.translate(_SPACES).split()]
    return " & ".join(f"'{word}':*" for word in words)
