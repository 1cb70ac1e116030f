"""What search keeps of a message: its text as it is compared, and its terms."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from chat.models import Message
from chat.search.folding import fold
from chat.search.having import marks_of
from chat.search.terms import Terms, author_mark, grams_of, join, room_mark
from chat.serializers import plain_text


class Document(NamedTuple):
    """``text`` is what was typed and, where markup makes it another text, in a second line what one reads of it.

    Attachments have a line each, too.
    """

    text: str
    terms: Terms


def document_of(message: Message) -> Document:
    """Make what search keeps of a message of somebody, as it is now."""
    marks = join(author_mark(message.author_id), room_mark(message.room_id), marks_of(message))
    said = _of_text(message, marks)
    return _with_names(said, message.attached) if message.attached else said


def _with_names(said: Document, attached: Sequence[Mapping[str, Any]]) -> Document:
    """Add what attachments are called and show, one in a line."""
    names = [fold(f"{each['name']} {each['alt']}".strip()) for each in attached]
    return Document("\n".join([said.text, *names]), join(said.terms, *map(grams_of, names)))


def _of_text(message: Message, marks: Terms) -> Document:
    typed = fold(message.body)
    terms = join(marks, grams_of(typed))
    if message.html == f"<p>{message.body}</p>":  # most have no markup, and nothing that their markup could show
        return Document(typed, terms)
    read = fold(plain_text(message.html))
    if read == typed:
        return Document(typed, terms)
    return Document(f"{typed}\n{read}", join(terms, grams_of(read)))
