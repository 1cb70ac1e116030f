"""What was said, and how it is looked for."""

from collections.abc import Callable, Iterable, Iterator

from accounts.models import User
from chat.search_results import Hit, search

SAID = [
    "Shall we meet at the fountain, or is it **too hot** today?",
    "The foo-bar of https://Example.com/docs/index.html?page=12#top is broken",
    "Crème brûlée for Łukasz, not for Straßenmeier",
    "東京タワーへ行きましょう",
    "我喜欢喝茶",
    "내일 만나요 👍",
    "To be, or not to be",
    "`print(x)` and :tada: for @everybody",
    "Don’t wait – it’s 12:30…",
    "hm",
]


def found(user: User, text: str) -> list[str]:
    return [hit.message.body for hit in search(user, text).hits]


def pages(user: User, text: str, *, limit: int = 25, between: Callable[[], object] = int) -> Iterator[list[Hit]]:
    """All pages of a search; ``between`` happens before the next one is asked for."""
    cursor: str | None = ""
    while cursor is not None:
        results = search(user, text, cursor=cursor, limit=limit)
        yield results.hits
        cursor = results.following
        between()


def seqs(hits: Iterable[Hit]) -> list[int]:
    return [hit.message.seq for hit in hits]
