"""What a person or another service of the business sends goes the same way, by Meta's rules."""

from datetime import timedelta
from typing import Any

import pytest

from services import bootstrap
from services.errors import Rejected
from services.outbox.manual import Manual, Writer
from tests.delivery.conftest import Queue, item
from tests.world import ACCOUNT, World

OPERATOR = Writer("op1", "Ola")
DAY = timedelta(days=1).total_seconds()


@pytest.fixture
def manual(world: World, queue: Queue) -> Manual:
    """The use case, in a world where Alice has just written."""
    queue("alice")
    return bootstrap.services("back_office").manual


def _permit(world: World) -> None:
    world.store.document(f"accounts/{ACCOUNT}").set({"human_agent": True}, merge=True)


def _sent(world: World) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = world.http.get(f"{world.stack.instagram_url}/_sim/sent").json()
    return found


def test_an_operator_s_message_makes_the_thread_the_human_s(world: World, manual: Manual) -> None:
    manual.queue_manual(world.thread("alice"), "I'll see to it", operator=OPERATOR)
    world.settle()
    assert world.sent_to("alice") == ["I'll see to it"]
    (stored,) = world.messages("alice", "outgoing")
    assert (stored["role"], stored["operator_name"]) == ("human", "Ola")
    assert world.conversation("alice")["owner"] == "human"


def test_a_service_s_message_changes_no_owner(world: World, manual: Manual) -> None:
    queued = manual.queue_manual(world.thread("alice"), "Verified!", "verification")
    world.settle()
    assert world.sent_to("alice") == ["Verified!"]
    assert world.conversation("alice").get("owner", "bot") == "bot"
    assert item(world, "alice", queued.item_ids[0])["kind"] == "verification"


def test_after_a_day_an_operator_writes_under_the_human_agent_tag(
    world: World, manual: Manual
) -> None:
    _permit(world)
    world.advance(2 * DAY)
    manual.queue_manual(world.thread("alice"), "sorry, late", operator=OPERATOR)
    world.settle()
    assert [s["tag"] for s in _sent(world)] == ["HUMAN_AGENT"]


def test_within_the_day_no_tag_is_used(world: World, manual: Manual) -> None:
    _permit(world)
    manual.queue_manual(world.thread("alice"), "hello", operator=OPERATOR)
    world.settle()
    assert [s["tag"] for s in _sent(world)] == [None]


@pytest.mark.parametrize(
    ("days", "permitted", "by", "reason"),
    [
        (2, False, OPERATOR, "Human Agent permission"),
        (8, True, OPERATOR, "7 days"),
        (2, True, None, "only a person of the team"),
    ],
)
def test_outside_the_window_it_is_refused_before_anything_is_queued(  # noqa: PLR0917 (a table)
    world: World, manual: Manual, days: int, permitted: bool, by: Writer | None, reason: str
) -> None:
    if permitted:
        _permit(world)
    world.advance(days * DAY)
    with pytest.raises(Rejected, match=reason):
        manual.queue_manual(world.thread("alice"), "hi", "custom", by)
    assert world.messages("alice", "outgoing") == []


def test_somebody_who_never_wrote_cannot_be_written_to(world: World, manual: Manual) -> None:
    with pytest.raises(Rejected, match="only after the person has written"):
        manual.queue_manual(world.thread("nobody"), "hi", "custom")


def test_a_long_text_and_its_files_become_an_item_each(world: World, manual: Manual) -> None:
    files = [{"type": "image", "url": f"https://example.com/{n}.png"} for n in range(2)]
    text = "word " * 300
    manual.queue_manual(world.thread("alice"), text, operator=OPERATOR, attachments=files)
    world.settle()
    assert [len(s["text"] or "") for s in _sent(world)] == [0, 0, 999, 499]


def test_the_same_key_queues_once(world: World, manual: Manual) -> None:
    for _ in range(2):
        manual.queue_manual(world.thread("alice"), "once", operator=OPERATOR, key="form1")
    world.settle()
    assert world.sent_to("alice") == ["once"]


@pytest.mark.parametrize(
    ("text", "kind", "files", "reason"),
    [
        ("", "custom", [], "empty"),
        ("x" * 10_001, "custom", [], "10,000"),
        ("x", "text", [], "kind must be"),
        ("x", "custom", [{"type": "exe", "url": "https://x.io"}], "image, audio"),
        ("x", "custom", [{"type": "image", "url": "ftp://x.io"}], "https"),
    ],
)
def test_bad_input_is_refused_in_words(  # noqa: PLR0917 (a table)
    world: World, manual: Manual, text: str, kind: str, files: list[dict[str, str]], reason: str
) -> None:
    with pytest.raises(Rejected, match=reason):
        manual.queue_manual(world.thread("alice"), text, kind, attachments=files)
