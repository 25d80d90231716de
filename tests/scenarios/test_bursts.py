"""More waits in a thread than one look takes: the next looks take the rest."""

from typing import Any

from emulators.instagram.people import igsid_of
from tests.world import ACCOUNT, World


def _burst(world: World, *messages: dict[str, Any]) -> None:
    """Alice's messages of one second, all in one body."""
    parties = {"sender": {"id": igsid_of("alice")}, "recipient": {"id": ACCOUNT}}
    at = int(world.clock.now().timestamp() * 1000)
    items = [parties | {"timestamp": at + n, "message": m} for n, m in enumerate(messages)]
    body = {"object": "instagram", "entry": [{"id": ACCOUNT, "messaging": items}]}
    world.post_webhook(body).raise_for_status()


def _texts(count: int) -> list[dict[str, Any]]:
    return [{"mid": f"m{n}", "text": f"text {n}"} for n in range(count)]


def _unsends(count: int) -> list[dict[str, Any]]:
    return [{"mid": f"m{n}", "is_deleted": True} for n in range(count)]


def test_a_burst_that_is_left_to_a_human_leaves_nothing_waiting(world: World) -> None:
    world.dm("alice", "hello")
    world.settle()
    world.owner_types("alice", "I am here")
    world.settle()
    _burst(world, *_texts(150))
    world.settle()
    burst = world.messages("alice", "inbound")[1:]
    assert {(m["status"], m["reason"]) for m in burst} == {("processed", "owner_human")}
    assert world.conversation("alice")["due_at"] is None


def test_a_burst_of_somebody_unconnected_gets_one_link_and_leaves_nothing_waiting(
    world: World,
) -> None:
    world.instagram_knows("alice")
    world.configure(account_linking=True)
    _burst(world, *_texts(101))
    world.settle()
    assert len(world.sent_to("alice")) == 1
    assert {m["reason"] for m in world.messages("alice", "inbound")} == {"not_connected"}
    assert world.conversation("alice")["due_at"] is None


def test_unsent_messages_that_never_came_keep_no_message_from_its_answer(world: World) -> None:
    _burst(world, *_unsends(100))
    world.settle()
    world.dm("alice", "hello")
    world.settle()
    assert len(world.sent_to("alice")) == 1
    assert world.conversation("alice")["due_at"] is None


def test_the_newest_unsends_go_on_waiting_for_their_messages(world: World) -> None:
    _burst(world, *_unsends(100))
    world.settle()
    assert world.statuses("alice") == ["processed"] * 80 + ["pending"] * 20
    _burst(world, _texts(100)[-1])
    world.settle()
    assert world.sent_to("alice") == []
    assert {m["reason"] for m in world.messages("alice") if m["kind"] == "text"} == {"unsent"}
