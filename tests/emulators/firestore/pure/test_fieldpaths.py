"""Field paths: what parses, what is refused, and what masks do."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulators.firestore import fieldpaths
from emulators.refused import Refused
from tests.emulators.firestore.pure.making import document, plain_fields, value

PARSED = [
    ("a", ("a",)),
    ("a.b_2.C", ("a", "b_2", "C")),
    ("`a.b`.c", ("a.b", "c")),
    ("`a-b`", ("a-b",)),
    (r"`a\`b`", ("a`b",)),
    (r"`a\\b`", ("a\\b",)),
    ("`ä`", ("ä",)),
    ("__name__", ("__name__",)),
]


@pytest.mark.parametrize(("text", "segments"), PARSED)
def test_a_path_is_read_segment_by_segment(text: str, segments: tuple[str, ...]) -> None:
    assert fieldpaths.parse(text) == segments


@pytest.mark.parametrize("text", [".", "a.", ".a", "a..b", "a-b", "1a", "`a", "``", "`a`b", "ä"])
def test_a_malformed_path_is_refused_in_production_s_words(text: str) -> None:
    with pytest.raises(Refused, match="Unquoted property paths must match regex"):
        fieldpaths.parse(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty property path"),
        ("a.__x__", "reserved name"),
        ("__name__.a", "reserved name"),
        (".".join("a" * 21), "at most 20 elements"),
        ("a" * 1501, "longer than 1500 bytes"),
    ],
)
def test_a_path_that_no_field_can_have_is_refused(text: str, said: str) -> None:
    """Source: Firestore documentation, Usage and limits."""
    with pytest.raises(Refused, match=said):
        fieldpaths.parse(text)


@given(st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=4).map(tuple))
@settings(max_examples=60)
def test_what_is_quoted_parses_back(path: tuple[str, ...]) -> None:
    assert fieldpaths.parse(fieldpaths.quote(path)) == path


MASKS = [
    (["a"], {"a": 2}, {"a": 2, "b": {"c": 1, "d": 1}}),
    (["b.c"], {"b": {"c": 5, "d": 6}}, {"a": 1, "b": {"c": 5, "d": 1}}),
    (["b.c"], {}, {"a": 1, "b": {"d": 1}}),
    (["b.c", "b.d"], {}, {"a": 1, "b": {}}),
    (["a.x"], {"a": {"x": 1}}, {"a": {"x": 1}, "b": {"c": 1, "d": 1}}),
    (["a.x"], {}, {"a": 1, "b": {"c": 1, "d": 1}}),
    (["z"], {}, {"a": 1, "b": {"c": 1, "d": 1}}),
    (["n.m.o"], {"n": {"m": {"o": 3}}}, {"a": 1, "b": {"c": 1, "d": 1}, "n": {"m": {"o": 3}}}),
    ([], {"a": 2}, {"a": 1, "b": {"c": 1, "d": 1}}),
]


@pytest.mark.parametrize(("mask", "new", "wanted"), MASKS)
def test_a_mask_changes_its_own_paths_only(
    mask: list[str], new: dict[str, object], wanted: dict[str, object]
) -> None:
    """Source: google.firestore.v1 write.proto, Write.update_mask."""
    old = document("c/a", {"a": 1, "b": {"c": 1, "d": 1}})
    fieldpaths.apply_mask(old.fields, document("c/a", new).fields, mask)
    assert plain_fields(old.fields) == wanted


def test_reading_a_path_adds_nothing_to_the_document() -> None:
    made = document("c/a", {"a": 1, "b": {}})
    before = made.SerializeToString(deterministic=True)
    assert fieldpaths.get(made.fields, ("a", "x")) is None
    assert fieldpaths.get(made.fields, ("b", "x", "y")) is None
    fieldpaths.remove(made.fields, ("b", "x", "y"))
    assert made.SerializeToString(deterministic=True) == before


def test_a_field_holding_an_empty_map_is_there() -> None:
    assert fieldpaths.get(document("c/a", {"b": {}}).fields, ("b",)) == value({})
