"""Bodies with holes, and the place where answers are kept: nothing here asks a service."""

import gzip
import random
from dataclasses import dataclass
from functools import partial

import pytest

from config.kept.bodies import HOLES, SHORTEST, body_of
from config.kept.store import Store

FILLINGS = {"csrf": b"C" * 64, "client_id": b"1" * 36, "nonce": b"N" * 22}


def with_holes(number: int, *, old: bool) -> bytes:
    """A page with holes here and there, side by side and at both ends, as it was made or as it is filled."""
    luck = random.Random(number)  # noqa: S311 - no secret
    parts: list[bytes] = []
    for _ in range(luck.randrange(12)):
        hole = luck.choice([*HOLES, ""])
        if hole:
            before, length = HOLES[hole]
            parts += [before, b"x" * length if old else FILLINGS[hole], b'"']
        luck_bytes = luck.randbytes(luck.choice([0, 1, 70_000])) if luck.random() < 0.3 else b"<p>hello</p>" * 40
        parts.append(luck_bytes.replace(b'"', b"'"))
    return b"".join(parts)


@pytest.mark.parametrize("is_gzip", [True, False])
def test_a_body_comes_out_as_it_went_in_but_for_its_holes(is_gzip: bool) -> None:
    for number in range(60):
        body = body_of(with_holes(number, old=True), is_gzip=is_gzip)
        sent = body.fill({name: partial(bytes, value) for name, value in FILLINGS.items()})
        assert (gzip.decompress(sent) if body.is_gzip else sent) == with_holes(number, old=False)


def test_where_holes_are_not_wanted_all_stays_as_it_is() -> None:
    page = with_holes(7, old=True)
    assert gzip.decompress(body_of(page, is_gzip=True, has_holes=False).fill({})) == page


def test_what_people_write_is_no_hole() -> None:
    for text in (
        b"&quot; nonce=&quot;" + b"x" * 22,
        b' nonce="' + b"x" * 21 + b'"',
        b'\\" nonce=\\"' + b"x" * 22 + b'\\"',
    ):
        assert not body_of(text, is_gzip=False).has_holes


def test_what_is_short_is_not_compressed() -> None:
    assert not body_of(b"x" * (SHORTEST - 1), is_gzip=True).is_gzip
    assert body_of(b"x" * SHORTEST, is_gzip=True).is_gzip


def test_the_name_in_the_head_has_a_random_length() -> None:
    body = body_of(b"x" * SHORTEST, is_gzip=True)
    assert len({len(body.fill({})) for _ in range(30)}) > 1


@dataclass
class Thing:
    size: int


def test_what_was_not_asked_for_the_longest_goes_first() -> None:
    store: Store[Thing] = Store(1_600)
    for name in range(16):
        store.put(name, Thing(100))
    assert store.get(0)
    store.put("new", Thing(100))
    assert [name for name in [*range(16), "new"] if store.get(name)] == [0, *range(2, 16), "new"]


def test_one_answer_does_not_take_the_place_of_all_others() -> None:
    store: Store[Thing] = Store(1_600)
    store.put("small", Thing(100))
    store.put("large", Thing(101))
    assert (store.get("small"), store.get("large")) == (Thing(100), None)


def test_what_is_replaced_or_dropped_gives_its_place_back() -> None:
    store: Store[Thing] = Store(160_000)
    for _ in range(1_000):
        store.put("one", Thing(10_000))
    store.drop("one")
    for name in range(16):
        store.put(name, Thing(10_000))
    assert len(store) == 16
