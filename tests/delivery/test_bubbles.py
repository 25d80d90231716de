"""Long replies are cut where a reader would pause, and nothing is cut in two."""

import random

import pytest

from services.domain.bubbles import MOST_BYTES, size, split
from services.domain.graphemes import graphemes


def test_a_text_that_fits_stays_one_bubble() -> None:
    assert split("x" * 1000) == ["x" * 1000]


def test_a_blank_text_is_no_bubble() -> None:
    assert split(" \n ") == []


def test_bytes_count_not_characters() -> None:
    assert [size(part) for part in split("é" * 501)] == [1000, 2]


def test_sentences_are_kept_whole() -> None:
    sentences = [f"Sentence {n} {'word ' * 20}ends here." for n in range(20)]
    parts = split(" ".join(sentences))
    assert all(part.endswith("ends here.") for part in parts)
    assert " ".join(parts) == " ".join(sentences)


def test_a_paragraph_is_the_best_place() -> None:
    text = f"{'a b. ' * 120}\n\n{'c d. ' * 120}"
    assert split(text) == [("a b. " * 120).strip(), ("c d. " * 120).strip()]


def test_words_are_kept_whole_where_there_is_no_sentence() -> None:
    assert split("word " * 400) == [("word " * 200).strip()] * 2


def test_an_address_is_kept_whole() -> None:
    address = "https://example.com/" + "p" * 300 + "?a=1.2!x"
    parts = split("w" * 900 + " " + address)
    assert parts == ["w" * 900, address]


def test_an_address_over_the_limit_is_cut_all_the_same() -> None:
    parts = split("https://example.com/" + "p" * 1500)
    assert [size(part) for part in parts] == [1000, 520]


@pytest.mark.parametrize(
    "cluster",
    ["👩‍👩‍👧‍👦", "👍🏽", "🇳🇴", "e\u0301\u0323", "❤️", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "\u1112\u1161\u11ab", "नि"],
)
def test_what_a_person_sees_as_one_character_is_kept_whole(cluster: str) -> None:
    assert list(graphemes(cluster)) == [cluster]
    text = "x" + cluster * 400
    assert all(set(graphemes(part)) <= {cluster, "x"} for part in split(text))
    assert "".join(split(text)) == text


def test_a_single_monstrous_character_is_cut_between_code_points() -> None:
    parts = split("e" + "\u0301" * 900)
    assert all(size(part) <= MOST_BYTES for part in parts)
    assert "".join(parts) == "e" + "\u0301" * 900


def test_nothing_but_blanks_is_lost_and_no_bubble_is_too_long() -> None:
    chance = random.Random(6)  # noqa: S311 (a repeatable shuffle, no secret)
    alphabet = ["a", "é", " ", "\n", ". ", "👩‍👩‍👧", "https://x.io/a ", "漢", "🇳🇴", "\n\n"]
    for _ in range(150):
        text = "".join(chance.choices(alphabet, k=chance.randrange(1, 900)))
        parts = split(text)
        assert all(0 < size(part) <= MOST_BYTES for part in parts)
        assert "".join("".join(parts).split()) == "".join(text.split())
