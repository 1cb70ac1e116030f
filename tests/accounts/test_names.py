"""Names in one canonical form, and what cannot be a name."""

import pytest
from django.core.exceptions import ValidationError

from accounts.names import clean_email, clean_full_name, clean_handle, handle_from, initials_of


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("  Ada   Lovelace ", "Ada Lovelace"),
        ("Zoe\u0308", "Zo\u00eb"),  # composed, so that one name has one form
        ("李小龙", "李小龙"),
        ("नि\u200dन", "नि\u200dन"),  # joiners are part of how many scripts are written
        ("👩\u200d🚀 Sam", "👩\u200d🚀 Sam"),
    ],
)
def test_full_names_are_stored_in_one_form(typed: str, stored: str) -> None:
    assert clean_full_name(typed) == stored


@pytest.mark.parametrize(
    "name",
    [
        "",
        "   ",
        "\u200d",
        "Ada\x00",
        "Ada\nLovelace",
        "Ada \u202egnp.exe",
        "\u2066Ada\u2069",
        "A\u200bda",
        "Ada\ud800",
        "x" * 81,
    ],
)
def test_names_that_deceive_or_break_are_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        clean_full_name(name)


def test_e_mail_addresses_are_trimmed_and_folded() -> None:
    assert clean_email("  Ada@Example.ORG ") == "ada@example.org"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ada",
        "ada@",
        "@example.org",
        "a da@example.org",
        "ada@localhost\x00",
        "ada@exa\ud800mple.org",
        "\u0131da@example.org",
        f"{'a' * 250}@example.org",
    ],
)
def test_what_is_no_e_mail_address_is_refused(address: str) -> None:
    with pytest.raises(ValidationError):
        clean_email(address)


@pytest.mark.parametrize(("typed", "stored"), [("@Ada_1", "ada_1"), (" ada ", "ada"), ("x" * 30, "x" * 30)])
def test_handles_are_stored_in_lower_case(typed: str, stored: str) -> None:
    assert clean_handle(typed) == stored


@pytest.mark.parametrize("handle", ["", "a", "x" * 31, "ada lovelace", "adá", "ada\x00", "everyone", "@@ada"])
def test_other_handles_are_refused(handle: str) -> None:
    with pytest.raises(ValidationError):
        clean_handle(handle)


@pytest.mark.parametrize(
    ("name", "handle"),
    [
        ("Ada Lovelace", "ada_lovelace"),
        ("Zoë O'Brien", "zoe_o_brien"),
        ("Ærøskøbing", "r_sk_bing"),
        ("李小龙", "person"),
        ("X", "person"),
        ("a" * 80, "a" * 30),
    ],
)
def test_a_handle_is_made_from_the_name(name: str, handle: str) -> None:
    assert handle_from(name) == handle


@pytest.mark.parametrize(
    ("name", "initials"), [("Ada", "A"), ("Ada King Lovelace", "AL"), ("élan vital", "ÉV"), ("李小龙", "李")]
)
def test_initials_are_of_the_first_and_last_word(name: str, initials: str) -> None:
    assert initials_of(name) == initials
