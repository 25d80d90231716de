"""Tokens are renewed long before they end, kept in Secret Manager, and never seen in a log."""

import logging
from datetime import timedelta
from typing import Any

import pytest

from services import bootstrap
from services.accounts.tokens import Tokens
from services.errors import Rejected
from tests.delivery.conftest import Queue, deliver
from tests.world import ACCOUNT, World

SECRET = f"projects/moca-local/secrets/instagram-token-{ACCOUNT}"


@pytest.fixture
def tokens(world: World) -> Tokens:
    """The use case, as the sweep has it."""
    return bootstrap.services("sweep").tokens


def _account(world: World) -> dict[str, Any]:
    return world.store.document(f"accounts/{ACCOUNT}").get().to_dict() or {}


def _token(world: World, **said: Any) -> dict[str, Any]:
    answer = world.http.post(f"{world.stack.instagram_url}/_sim/token", json=said)
    found: dict[str, Any] = answer.json()
    return found


def test_a_token_of_unknown_age_is_renewed_and_stored_as_a_version(
    world: World, tokens: Tokens
) -> None:
    assert tokens.keep(ACCOUNT) == "renewed"
    _, version = world.stack.secrets.access(f"{SECRET}/versions/latest")
    assert version.payload != b"local-access-token"
    assert _account(world)["token_expires_at"] == world.clock.now() + timedelta(days=60)


def test_it_is_left_alone_until_it_has_less_than_fifty_days(world: World, tokens: Tokens) -> None:
    tokens.keep(ACCOUNT)
    outcomes = []
    for _ in range(12):
        world.advance(24 * 3600)
        outcomes.append(tokens.keep(ACCOUNT))
    assert outcomes == ["fresh"] * 10 + ["renewed"] + ["fresh"]


def test_old_versions_are_disabled_after_a_day_of_grace(world: World, tokens: Tokens) -> None:
    for _ in range(2):
        tokens.keep(ACCOUNT)
        world.advance(11 * 24 * 3600)
    assert _state(world, 1) == "ENABLED"
    tokens.keep(ACCOUNT)
    assert _state(world, 1) == "DISABLED"
    assert _state(world, 2) == "ENABLED"


def _state(world: World, number: int) -> str:
    return world.stack.secrets.version(f"{SECRET}/versions/{number}")[1].state


def test_every_instance_uses_the_new_token_within_a_minute(
    world: World, tokens: Tokens, queue: Queue
) -> None:
    queue("alice", "one")
    deliver(world, "alice")
    tokens.keep(ACCOUNT)
    world.advance(56)
    queue("alice", "two")
    deliver(world, "alice")
    _, version = world.stack.secrets.access(f"{SECRET}/versions/latest")
    instance = bootstrap.services("deliver").instagram
    assert instance._graph._tokens.token(ACCOUNT).encode() == version.payload


def test_a_token_that_was_replaced_this_second_costs_no_message(
    world: World, tokens: Tokens, queue: Queue
) -> None:
    queue("alice", "one")
    deliver(world, "alice")
    _token(world, invalid=True)
    fresh = _token(world, new=True)
    tokens.replace(ACCOUNT, _value(world), "trace")
    queue("alice", "two")
    world.advance(1)
    deliver(world, "alice")
    assert fresh
    assert world.sent_to("alice") == ["one", "two"]
    assert _account(world).get("state", "active") == "active"


def _value(world: World) -> str:
    return world.stack.instagram.core.tokens.newest.value


def test_a_token_that_is_too_young_is_tried_again_tomorrow(world: World, tokens: Tokens) -> None:
    _token(world, age_days=0.5)
    assert tokens.keep(ACCOUNT) == "too_young"
    world.advance(24 * 3600)
    assert tokens.keep(ACCOUNT) == "renewed"


def test_the_team_is_warned_below_fourteen_days_once_a_day(world: World, tokens: Tokens) -> None:
    expires = world.clock.now() + timedelta(days=13)
    known = {"token_expires_at": expires, "token_refreshed_at": expires - timedelta(days=60)}
    world.store.document(f"accounts/{ACCOUNT}").set(known)
    world.instagram_does({"on": "account", "code": 10, "times": 3})
    for _ in range(3):
        tokens.keep(ACCOUNT)
        world.advance(4 * 3600)
    (alert,) = world.documents("manager_alerts")
    assert alert["text"].startswith("The Instagram token ends in 13 days. Log in")


def test_a_dead_token_pauses_sending_and_says_how_to_log_in_again(
    world: World, tokens: Tokens, queue: Queue
) -> None:
    _token(world, invalid=True)
    assert tokens.keep(ACCOUNT) == "dead"
    assert _account(world)["state"] == "reauthorise"
    (alert,) = world.documents("manager_alerts")
    assert "Generate token" in alert["text"]
    queue("alice", "one")  # ingest goes on
    deliver(world, "alice")
    assert world.sent_to("alice") == []
    _token(world, invalid=False, new=True)
    tokens.replace(ACCOUNT, _value(world), "trace")
    world.advance(6)
    world.settle()
    assert world.sent_to("alice") == ["one"]


@pytest.mark.parametrize("state", ["paused", "blocked"])
def test_a_new_token_lifts_no_pause_that_the_old_one_did_not_cause(
    world: World, tokens: Tokens, state: str
) -> None:
    known = {"state": state, "state_reason": "a person said so"}
    world.store.document(f"accounts/{ACCOUNT}").set(known)
    _token(world, new=True)
    tokens.replace(ACCOUNT, _value(world), "trace")
    stored = _account(world)
    assert (stored["state"], stored["state_reason"]) == (state, "a person said so")
    assert stored["token_version"]


@pytest.mark.parametrize("token", ["not-a-token", "", "two words and more", "línea-larga-más"])
def test_a_wrong_token_is_refused_in_words(world: World, tokens: Tokens, token: str) -> None:
    with pytest.raises(Rejected, match=r"not accept this token|not an access token"):
        tokens.replace(ACCOUNT, token, "trace")


def test_a_token_of_another_account_is_refused(world: World, tokens: Tokens) -> None:
    with pytest.raises(Rejected, match="belongs to account"):
        tokens.replace("17841400000000002", "local-access-token", "trace")


def test_no_log_and_no_error_holds_a_token(
    world: World,
    tokens: Tokens,
    queue: Queue,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    queue("alice", "one")
    deliver(world, "alice")
    tokens.keep(ACCOUNT)
    _token(world, invalid=True)
    tokens.keep(ACCOUNT)
    world.instagram_does({"message": "bad token local-access-token", "code": 190})
    deliver(world, "alice")
    everything = caplog.text + "".join(capsys.readouterr()) + repr(_account(world))
    assert "local-access-token" not in everything
    assert _value(world) not in everything
