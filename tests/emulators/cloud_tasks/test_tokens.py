"""Tokens that a private function can trust, and those that it must not."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from emulators.clock import SimClock
from emulators.cloud_tasks.tokens import InvalidToken, Tokens, without_signature

URL = "http://127.0.0.1:8080/deliver"


@pytest.fixture(scope="module")
def tokens() -> Tokens:
    return Tokens(SimClock(datetime(2026, 3, 1, tzinfo=UTC)).now)


@pytest.fixture(scope="module")
def header(tokens: Tokens) -> str:
    return f"Bearer {tokens.issue('moca@p.iam.gserviceaccount.com', URL)}"


def test_a_token_names_its_account_and_its_audience(tokens: Tokens, header: str) -> None:
    claims = tokens.verify(header, URL)

    assert (claims["email"], claims["aud"]) == ("moca@p.iam.gserviceaccount.com", URL)
    assert claims["exp"] - claims["iat"] == 3600


def changed(header: str) -> str:
    head, claims, signature = header.split(".")
    return f"{head}.{claims[:-1]}{'A' if claims[-1] != 'A' else 'B'}.{signature}"


@pytest.mark.parametrize(
    ("spoil", "status"),
    [
        (lambda _: None, 403),
        (lambda _: "", 403),
        (lambda _: "Basic abc", 401),
        (lambda _: "Bearer", 401),
        (lambda _: "Bearer a.b.c", 401),
        (lambda _: "Bearer é.ü.ö", 401),
        (changed, 401),
        (without_signature, 401),
    ],
)
def test_what_proves_nothing_is_refused(
    tokens: Tokens, header: str, spoil: Callable[[str], str | None], status: int
) -> None:
    with pytest.raises(InvalidToken) as refused:
        tokens.verify(spoil(header), URL)

    assert refused.value.status == status


def test_a_token_for_another_audience_is_refused(tokens: Tokens, header: str) -> None:
    with pytest.raises(InvalidToken, match="the token is for"):
        tokens.verify(header, "http://127.0.0.1:8080/sweep")


def test_another_key_does_not_sign_for_this_one(tokens: Tokens) -> None:
    stranger = Tokens(SimClock(datetime(2026, 3, 1, tzinfo=UTC)).now)

    with pytest.raises(InvalidToken, match="signature"):
        tokens.verify(f"Bearer {stranger.issue('a@b', URL)}", URL)


def test_a_token_expires() -> None:
    clock = SimClock(datetime(2026, 3, 1, tzinfo=UTC))
    tokens = Tokens(clock.now)
    header = f"Bearer {tokens.issue('a@b', URL)}"
    clock.advance(3700)

    with pytest.raises(InvalidToken, match="expired"):
        tokens.verify(header, URL)
    assert tokens.verify(f"Bearer {tokens.issue('a@b', URL)}", URL)


def test_behind_the_front_the_signature_is_gone(header: str) -> None:
    assert without_signature(header).endswith(".SIGNATURE_REMOVED_BY_GOOGLE")
