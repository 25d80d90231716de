"""The connection is looked after, and what never came by webhook is caught up with."""

from typing import Any

from services import bootstrap
from services.ingest.catch_up import OVERLAP
from tests.world import ACCOUNT, World


def _findings(world: World) -> dict[str, tuple[bool, str]]:
    found = bootstrap.services("back_office").health.self_test(ACCOUNT)
    return {finding.what: (finding.ok, str(finding.says)) for finding in found}


def _drop_webhooks(world: World, person: str, text: str, **more: Any) -> None:
    """Something is said whose webhook gets lost."""
    world.dm(person, text, **more)
    with world.stack.instagram.webhooks._changed:
        world.stack.instagram.webhooks._events.clear()


def _catch_up(world: World) -> int:
    return bootstrap.services("sweep").catch_up.run(ACCOUNT, "trace")


def test_a_healthy_connection_says_so(world: World) -> None:
    findings = _findings(world)
    assert all(ok for ok, _ in findings.values())
    assert "@moca_local" in findings["token"][1]


def test_missing_webhook_fields_are_subscribed_again(world: World) -> None:
    url = f"{world.stack.instagram_url}/_sim/account"
    world.http.post(url, json={"subscribed_fields": ["messages"]})
    ok, says = _findings(world)["webhooks"]
    assert ok
    assert "message_echoes" in says
    assert _findings(world)["webhooks"] == (True, "All webhook fields are subscribed.")


def test_a_permission_that_was_switched_off_is_explained(world: World) -> None:
    world.instagram_does({"on": "conversation", "code": 200, "subcode": 2534041})
    ok, says = _findings(world)["messages"]
    assert not ok
    assert "Allow access to messages" in says


def test_a_dead_token_is_explained(world: World) -> None:
    world.http.post(f"{world.stack.instagram_url}/_sim/token", json={"invalid": True})
    ok, says = _findings(world)["token"]
    assert not ok
    assert "Generate token" in says


def test_a_long_silence_is_a_finding(world: World) -> None:
    world.dm("alice", "hello")
    world.settle()
    world.advance(8 * 24 * 3600)
    ok, says = _findings(world)["last message"]
    assert not ok
    assert "Meta's dashboard" in says


def test_a_message_whose_webhook_never_came_is_answered(world: World) -> None:
    _drop_webhooks(world, "alice", "are you there?")
    world.advance(60)
    assert _catch_up(world) == 1
    world.settle()
    assert len(world.sent_to("alice")) == 1


def test_catching_up_twice_finds_nothing_new(world: World) -> None:
    world.dm("alice", "hello")
    world.settle()
    world.owner_types("bob", "hi bob")
    world.settle()
    world.advance(60)
    assert _catch_up(world) == 0
    assert _catch_up(world) == 0


def test_an_old_message_is_shown_and_not_answered(world: World) -> None:
    _drop_webhooks(world, "alice", "are you there?")
    world.advance(16 * 60)
    assert _catch_up(world) == 1
    world.settle()
    (stored,) = world.messages("alice", "inbound")
    assert (stored["status"], stored["reason"]) == ("processed", "caught_up")
    assert world.sent_to("alice") == []


def test_more_conversations_than_one_run_looks_at_are_all_caught_up_with(world: World) -> None:
    _unhurried(world)
    for n in range(62):
        world.dm(f"person{n}", "are you there?")
        world.advance(1)
    _drop_webhooks(world, "person0", "hello?")  # among the first, and now the last
    world.advance(16 * 60)
    assert [_catch_up(world) for _ in range(3)] == [60, 3, 0]
    assert world.documents("accounts")[0]["caught_up_at"] == world.clock.now() - OVERLAP


def test_a_conversation_that_is_not_shown_keeps_no_other_from_being_caught_up_with(
    world: World,
) -> None:
    _unhurried(world)
    for person in ("alice", "bob", "carol"):
        _drop_webhooks(world, person, "are you there?")
        world.advance(1)
    shown: dict[str, Any] = {"on": "conversation"}
    world.instagram_does(shown, shown | {"code": 100, "subcode": 33})
    assert _catch_up(world) == 2
    world.settle()
    assert [len(world.sent_to(name)) for name in ("alice", "bob", "carol")] == [0, 1, 1]


def test_a_run_that_is_throttled_goes_on_where_it_was(world: World) -> None:
    _unhurried(world)
    for person in ("alice", "bob", "carol"):
        _drop_webhooks(world, person, "are you there?")
        world.advance(16 * 60)
    shown: dict[str, Any] = {"on": "conversation"}
    world.instagram_does(shown, shown, shown | {"code": 613})
    assert _catch_up(world) == 1
    account = world.documents("accounts")[0]
    assert account["catch_up_from"] < account["caught_up_at"]
    assert (_catch_up(world), world.documents("accounts")[0]["catch_up_from"]) == (2, None)


def _unhurried(world: World) -> None:
    """Let Instagram be asked often: time stands still here."""
    limits = f"{world.stack.instagram_url}/_sim/limits"
    world.http.post(limits, json={"per_second": {"conversation": 100}})


def test_what_the_owner_typed_meanwhile_makes_the_bot_step_back(world: World) -> None:
    world.dm("alice", "hello")
    world.settle()
    world.owner_types("alice", "I am here")
    with world.stack.instagram.webhooks._changed:
        world.stack.instagram.webhooks._events.clear()
    world.advance(60)
    _catch_up(world)
    assert world.conversation("alice")["owner"] == "human"


def test_connecting_checks_stores_subscribes_and_catches_up(world: World) -> None:
    url = f"{world.stack.instagram_url}/_sim/account"
    world.http.post(url, json={"subscribed_fields": ["messages"]})
    _unhurried(world)
    _drop_webhooks(world, "alice", "are you there?")
    connected = bootstrap.services("back_office").upkeep.connect("local-access-token", "t")
    assert (connected.account_id, connected.username) == (ACCOUNT, "moca_local")
    assert all(finding.ok for finding in connected.findings)
    assert connected.caught_up == 1
    assert bootstrap.services("back_office").secrets.latest(f"instagram-token-{ACCOUNT}")


def test_the_sweep_looks_after_accounts_once_an_hour(world: World) -> None:
    _to_minute(world, 40)
    assert world.call_task("sweep", {}).is_success
    assert world.documents("accounts") == []
    _to_minute(world, 31)
    world.call_task("sweep", {})
    (account,) = world.documents("accounts")
    assert {"token_expires_at", "health", "caught_up_at"} <= account.keys()


def _to_minute(world: World, minute: int) -> None:
    world.advance((minute - world.clock.now().minute) % 60 * 60)
