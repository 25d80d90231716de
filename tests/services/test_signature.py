"""Signatures over raw bytes, with a vector that anybody can check."""

import pytest

from services.security.signature import matching_secret, same_secret

#: printf '%s' "$BODY" | openssl dgst -sha256 -hmac app-secret
BODY = rb'{"object":"instagram","entry":[{"text":"gr\u00fc\u00dfe"}]}'
SIGNATURE = "sha256=631481008eeb4cea24bcb26ce74becda73a80f4225c95203afa32421e30a0faa"


def test_the_vector_matches() -> None:
    assert matching_secret(BODY, SIGNATURE, ["app-secret"]) == 0


def test_the_matching_key_is_told_by_its_position() -> None:
    assert matching_secret(BODY, SIGNATURE, ["old", "app-secret"]) == 1


@pytest.mark.parametrize("header", [None, "", "sha256=", SIGNATURE[:-1] + "x", "sha256=é"])
def test_any_other_signature_matches_nothing(header: str | None) -> None:
    assert matching_secret(BODY, header, ["app-secret"]) is None


def test_one_changed_byte_matches_nothing() -> None:
    assert matching_secret(BODY + b" ", SIGNATURE, ["app-secret"]) is None


def test_without_secrets_nothing_matches() -> None:
    assert matching_secret(BODY, SIGNATURE, []) is None


def test_an_empty_expected_secret_matches_nothing() -> None:
    assert not same_secret("", "")
    assert not same_secret(None, "")
    assert same_secret("a", "a")


def test_the_vector_that_github_publishes_for_the_same_scheme_matches() -> None:
    # GitHub documentation, Validating webhook deliveries, Testing the webhook payload validation.
    header = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    assert matching_secret(b"Hello, World!", header, ["It's a Secret to Everybody"]) == 0
