"""From what was typed to what is shown: nothing unsafe, nothing lost."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat import rendering
from chat.exceptions import ChatError
from chat.rendering import clean_body, render


@pytest.mark.parametrize("body", ["", " ", "\n\t \r\n", "\u200b\u200d", "\u2800", "\u202e \u2066", "\x07"])
def test_what_nobody_can_see_is_empty(body: str) -> None:
    with pytest.raises(ChatError) as refusal:
        clean_body(body)
    assert refusal.value.code == "empty"


@pytest.mark.parametrize("body", ["a\x00b", "\ud800", "fine \udfff fine"])
def test_characters_that_cannot_be_stored_are_refused(body: str) -> None:
    with pytest.raises(ChatError) as refusal:
        clean_body(body)
    assert refusal.value.code == "invalid"


def test_ten_thousand_characters_are_the_limit_and_the_sentence_says_how_many_there_are() -> None:
    assert clean_body("x" * 10_000) == "x" * 10_000
    with pytest.raises(ChatError) as refusal:
        clean_body("x" * 10_001)
    assert refusal.value.code == "too_long"
    assert "10,001" in refusal.value.detail


def test_text_is_normalised_and_its_inner_shape_kept() -> None:
    assert clean_body("\n\n  e\u0301  one\r\ntwo\rthree\n\n") == "  \u00e9  one\ntwo\nthree"
    assert clean_body("abc\u202edef") == "abcdef"
    assert (
        clean_body("family: \U0001f468\u200d\U0001f469\u200d\U0001f467")
        == "family: \U0001f468\u200d\U0001f469\u200d\U0001f467"
    )


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("hello", "<p>hello</p>"),
        ("one\ntwo", "<p>one<br>\ntwo</p>"),
        ("**bold** *it* ~~gone~~ `code`", "<p><strong>bold</strong> <em>it</em> <s>gone</s> <code>code</code></p>"),
        ("# no heading", "<p># no heading</p>"),
        ("![x](https://a.example/x.png)", '<p>!<a href="https://a.example/x.png"'),
        ("<b>&</b>", "<p>&lt;b&gt;&amp;&lt;/b&gt;</p>"),
    ],
)
def test_a_subset_of_markdown_is_rendered(body: str, html: str) -> None:
    assert render(body).startswith(html)


def test_links_are_found_and_made_safe() -> None:
    html = render("see https://example.com/a?b=c&d=e and [here](https://example.org)")
    assert html.count('rel="noopener noreferrer nofollow ugc"') == html.count('target="_blank"') == 2


@pytest.mark.parametrize(
    "body",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](vbscript:msgbox)",
        '[x](https://a.example "onmouseover=alert(1)")',
        "<svg/onload=alert(1)>",
        '[x](https://a.example/"onmouseover="alert(1))',
        "`<script>`",
        "<a href='javascript:alert(1)'>x</a>",
        "<iframe srcdoc='<script>1</script>'>",
        "<style>*{display:none}</style>",
        "<form action=//a.example><input name=password>",
    ],
)
def test_nothing_active_comes_through(body: str) -> None:
    html = render(body)
    for tag in ("<script", "<img", "<svg", "<iframe", "<style", "<form", "<input"):
        assert tag not in html.lower()
    for attribute in ('href="javascript', 'href="data', 'href="vbscript', ' onmouseover="', " title="):
        assert attribute not in html.lower()


WORDS = st.text(st.one_of(st.sampled_from(" .,;:!?'\"-()*_~`<>&@#/\\|1a"), st.characters(codec="utf-8")), max_size=60)


@given(WORDS)
@settings(max_examples=2_000, deadline=None)
def test_the_short_way_for_plain_words_comes_to_the_same(text: str) -> None:
    try:
        body = clean_body(text)
    except ChatError:
        return
    assert render(body) == rendering._sanitiser.clean(rendering._markdown.render(body)).strip()


@pytest.mark.parametrize("body", ["Hello, how are you?", "Über die Wüste: ja!", "It's fine. See you at four", "日本語"])
def test_what_people_mostly_say_goes_the_short_way(body: str) -> None:
    assert rendering._PLAIN.fullmatch(body)
