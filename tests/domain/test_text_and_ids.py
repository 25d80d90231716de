"""Hostile text becomes storable, and names are legal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.clean import clean_text
from services.domain.consolidate import consolidate
from services.domain.events import Event, Unhandled, Unplaced, instant, parse
from services.domain.ids import document_id, fraction, is_platform_id, split_thread_id, thread_id
from tests.domain.test_policy import NOW, _message

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(st.text())
def test_cleaned_text_is_utf8_without_nul_and_as_long(text: str) -> None:
    cleaned = clean_text(text)
    assert "\x00" not in cleaned
    assert len(cleaned) == len(text)
    cleaned.encode()


def test_only_what_cannot_be_stored_is_replaced() -> None:
    assert clean_text("a\x00\ud83d é 🎾") == "a\ufffd\ufffd é 🎾"


@pytest.mark.parametrize("mid", ["a/b", "..", "__x__", "", "é", "x" * 600])
def test_a_mid_that_firestore_cannot_name_is_hashed(mid: str) -> None:
    assert document_id(mid).startswith("h_")


def test_a_plain_mid_names_its_document() -> None:
    assert document_id("aWdfZAG1fMTpN=") == "aWdfZAG1fMTpN="


@pytest.mark.parametrize("wrong", ["", "1_", "_2", "1_2_3", "a_2", "1/2", "\u0661_\u0662"])
def test_what_is_no_thread_id_is_refused(wrong: str) -> None:
    assert split_thread_id(wrong) is None


def test_a_thread_id_tells_its_parties() -> None:
    assert split_thread_id(thread_id("17", "42")) == ("17", "42")
    assert not is_platform_id("17/42")


@given(st.text())
def test_a_fraction_lies_between_zero_and_one(text: str) -> None:
    assert 0 <= fraction(text) < 1


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (1793610000000, 1793610000),
        ("1793610000000", 1793610000),
        (1527459824, 1527459824),
        ("1527459824", 1527459824),
        (None, NOW.timestamp()),
        ("soon", NOW.timestamp()),
        (float("inf"), NOW.timestamp()),
        ([], NOW.timestamp()),
    ],
)
def test_metas_timestamps_come_in_many_forms(value: object, seconds: float) -> None:
    assert instant(value, NOW).timestamp() == seconds


@given(json_values)
def test_no_body_spoils_the_parser(body: object) -> None:
    for event in parse(body, NOW):
        assert isinstance(event, Event | Unplaced | Unhandled)


def test_the_same_text_again_within_ten_seconds_counts_once() -> None:
    first, again = _message(20, "a"), _message(10, "b")
    later, other = _message(9, "c"), _message(8, "d", text="ho")
    assert consolidate([other, again, first]) == (first, other)
    assert consolidate([first, later]) == (first, later)
