"""A thread whose person has written, and lines of replies put into it as a turn would."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from emulators.instagram.people import igsid_of
from tests.world import ACCOUNT, World

Queue = Callable[..., list[str]]


@pytest.fixture
def queue(world: World) -> Queue:
    """Put items into a person's line; a person without one writes first."""
    numbers = iter(range(1000))

    def put(person: str, *texts: str, **more: Any) -> list[str]:
        thread = world.store.document(f"conversations/{world.thread(person)}")
        if not thread.get().exists:
            _writes_first(world, person)
        ids = [f"item{next(numbers)}" for _ in texts]
        for number, (item_id, text) in enumerate(zip(ids, texts, strict=True)):
            item = {**_item(world, person, number), "text": text, **more}
            thread.collection("messages").document(item_id).set(item)
        stored = thread.get().to_dict() or {}
        due = int(world.clock.now().timestamp() * 1000) + 60_000
        thread.update({"outbox": [*stored.get("outbox", []), *ids], "deliver_due_at": due})
        return ids

    return put


def _writes_first(world: World, person: str) -> None:
    """The person opens the window; no turn is left to answer it."""
    world.dm(person, "hello")
    world.deliver_webhooks()
    world.stack.tasks.reset()
    path = f"conversations/{world.thread(person)}"
    for message in world.store.collection(f"{path}/messages").stream():
        message.reference.update({"status": "processed"})
    world.store.document(path).update({"due_at": None})


def _item(world: World, person: str, number: int) -> dict[str, Any]:
    return {
        "thread_id": world.thread(person),
        "account_id": ACCOUNT,
        "igsid": igsid_of(person),
        "direction": "outgoing",
        "role": "bot",
        "kind": "text",
        "status": "queued",
        "attempts": 0,
        "turn_id": "turn",
        "owner_epoch": 0,
        "created_at": world.clock.now() + timedelta(microseconds=number),
        "queued_at": world.clock.now(),
    }


def deliver(world: World, person: str) -> str:
    """The queue calls `deliver` for the person's thread."""
    answer = world.call_task("deliver", {"thread_id": world.thread(person), "trace_id": "test"})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["outcome"])


def item(world: World, person: str, item_id: str) -> dict[str, Any]:
    """An item as it is stored."""
    path = f"conversations/{world.thread(person)}/messages/{item_id}"
    return world.store.document(path).get().to_dict() or {}
