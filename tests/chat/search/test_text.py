"""Search without a database: how texts are compared and taken apart, what a search may say, how a match is shown."""

from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat.exceptions import ChatError
from chat.search.folding import fold, fold_with_places
from chat.search.language import LONGEST, parse
from chat.search.snippets import WIDTH, snippet
from chat.search.terms import grams_of

LETTERS = st.text(st.sampled_from("abAÉßıøłﬁ ’\n\t-./*東京タワ한국がキ👍❤️²"), max_size=40)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Crème BRÛLÉE", "creme brulee"),
        ("Straße, Ærø, Łódź, İstanbul, Đà Nẵng", "strasse, aero, lodz, istanbul, da nang"),
        ("ΣΊΣΥΦΟΣ и ёлка", "σισυφοσ и елка"),
        ("ﬁne ２０ ½", "fine 20 1/2"),
        ("it’s – “so”…", 'it\'s - "so"...'),
        ("two\n\n  lines\t", "two lines"),
        ("❤️ 👩\u200d💻 so\u00adft", "❤ 👩💻 soft"),
        ("שָׁלוֹם مُحَمَّد", "שלום محمد"),
        ("한국어 が か", "한국어 が か"),  # these marks make another letter
        ("किताब ไม้", "किताब ไม้"),
    ],
)
def test_case_and_accents_make_no_difference_where_they_make_no_other_word(text: str, folded: str) -> None:
    assert fold(normalize("NFC", text)) == folded


@given(LETTERS)
@settings(max_examples=500, deadline=None)
def test_each_folded_character_knows_where_it_came_from(text: str) -> None:
    text = normalize("NFC", text)
    folded, places = fold_with_places(text)
    assert folded == fold(text)
    assert len(places) == len(folded)
    assert all(char in fold(text[place]) or char == " " for char, place in zip(folded, places, strict=True))


@given(LETTERS, st.data())
@settings(max_examples=1_000, deadline=None)
def test_a_part_of_a_text_has_no_gram_that_the_text_has_not(text: str, data: st.DataObject) -> None:
    folded = fold(normalize("NFC", text))
    begin = data.draw(st.integers(0, len(folded)))
    part = folded[begin : data.draw(st.integers(begin, len(folded)))].strip()
    grams = set(filter(None, grams_of(part).split(",")))
    assert grams <= set(grams_of(folded).split(","))
    assert grams or len(part) < 3, "what has three characters must be in the index"


@pytest.mark.parametrize("sign", ["東", "タ", "한", "👍", "❤", "→"])
def test_a_single_sign_is_in_the_index(sign: str) -> None:
    assert grams_of(sign)
    assert not grams_of("ab")


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("two words", ["two", "words"]),
        ('"in one piece" and more', ["in one piece", "and", "more"]),
        ("“as phones write it”", ["as phones write it"]),
        ('"not closed', ["not closed"]),
        ("https://example.com/a:b?c", ["https://example.com/a:b?c"]),
        ("foo-bar --flag -> - 12:30 :tada: note:", ["foo-bar", "--flag", "->", "-", "12:30", ":tada:", "note:"]),
        ("std::vector localhost:8000 c:\\temp", ["std::vector", "localhost:8000", "c:\\temp"]),
    ],
)
def test_what_is_no_operator_is_text(text: str, values: list[str]) -> None:
    parts = parse(text)
    assert [part.value for part in parts] == values
    assert not any(part.operator or part.left_out for part in parts)


def test_operators_have_values_and_may_be_left_out() -> None:
    parts = parse('From:@ana in:"Design team" -rain -"too hot" -has:link')
    assert [(part.operator, part.value, part.left_out) for part in parts] == [
        ("from", "@ana", False),
        ("in", "Design team", False),
        ("", "rain", True),
        ("", "too hot", True),
        ("has", "link", True),
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Write what you look for"),
        (" \n ", "Write what you look for"),
        ("x" * (LONGEST + 1), "at most 200 fit"),
        ("form:bob", "Did you mean from:?"),
        ("colour:red", 'put it in quotes: "colour:red"'),
        ("from: bob", "without a blank between: from:@ana_arden"),
        ("before:", "before:2026-11-30"),
        ("nu\x00ll", "Remove it"),
        ("sur\ud800rogate", "Remove it"),
    ],
)
def test_what_makes_no_sense_is_answered_with_what_to_write(text: str, sentence: str) -> None:
    with pytest.raises(ChatError) as refused:
        parse(text)
    assert sentence in refused.value.detail
    assert refused.value.fields == {"q": [refused.value.detail]}


@given(st.text(max_size=LONGEST))
@settings(max_examples=1_000, deadline=None)
def test_nothing_of_a_search_is_lost(text: str) -> None:
    try:
        parts = parse(text)
    except ChatError:
        return
    kept = "".join(part.source for part in parts)
    assert "".join(kept.split()) == "".join(normalize("NFC", text).translate(str.maketrans("“”„‟«»", '"' * 6)).split())


def marked(body: str, *needles: str, html: str = "") -> str:
    """The snippet with brackets around what was found."""
    stretches = snippet(body=body, html=html or f"<p>{body}</p>", needles=needles)
    return "".join(f"[{each.text}]" if each.match else each.text for each in stretches)


def test_what_was_found_is_marked_as_it_was_written() -> None:
    assert marked("Crème  brûlée,\nplease", "creme brulee") == "[Crème brûlée], please"
    assert marked("Die Straße dort", "s", "se") == "Die [S]tra[ße] dort"
    assert marked("東京タワー", "京タ") == "東[京タ]ワー"
    assert marked("aaaa b", "aa", "b") == "[aaaa] [b]"
    assert marked("I ❤️ it", "❤") == "I [❤️] it"


def test_a_snippet_is_of_what_one_reads_or_of_what_was_typed() -> None:
    body, html = "**too** hot [here](https://example.com)", '<p><strong>too</strong> hot <a href="…">here</a></p>'
    assert marked(body, "too hot", html=html) == "[too hot] here"
    assert marked(body, "example", html=html) == "**too** hot [here](https://[example].com)"
    assert marked(body, html=html) == "too hot here"


def test_a_snippet_of_a_long_message_begins_at_a_word_before_the_first_match() -> None:
    body = "first words " * 50 + "needle " + "last words " * 50
    shown = marked(body, "needle")
    assert shown.startswith("…")
    assert shown.endswith("…")
    assert "words [needle] last" in shown
    assert len(shown) <= WIDTH + 4
    assert shown[1:].split()[0] in {"first", "words"}
    assert len(marked("x" * 10_000, "xx")) <= WIDTH + 3


@given(LETTERS, LETTERS)
@settings(max_examples=500, deadline=None)
def test_a_snippet_adds_nothing_and_loses_nothing(body: str, needle: str) -> None:
    body = normalize("NFC", body)
    stretches = snippet(body=body, html="", needles=[folded] if (folded := fold(normalize("NFC", needle))) else [])
    assert "".join(each.text for each in stretches) in {" ".join(body.split()), ""}
