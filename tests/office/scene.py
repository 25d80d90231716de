"""Conversations written straight into the store, where it matters how many there are."""

from datetime import datetime, timedelta
from typing import Any

from emulators.instagram.people import igsid_of
from tests.world import ACCOUNT, World


def conversations(world: World, number: int, *, since: int = 0, **fields: Any) -> None:
    """So many conversations, a second apart; those before `since` stand already."""
    batch = world.store.batch()
    for n in range(since, number):
        thread_id = f"{ACCOUNT}_{10_000_000 + n}"
        at = world.clock.now() - timedelta(seconds=n)
        row = conversation(str(10_000_000 + n), at) | fields
        batch.set(world.store.document(f"conversations/{thread_id}"), row)
        if n % 400 == 399:
            batch.commit()
            batch = world.store.batch()
    batch.commit()


def conversation(igsid: str, at: datetime) -> dict[str, Any]:
    """The document of a conversation in which the person wrote last."""
    return {
        "account_id": ACCOUNT,
        "igsid": igsid,
        "owner": "bot",
        "status": "open",
        "inbound_seq": 1,
        "last_inbound_at": int(at.timestamp() * 1000),
        "last_text": f"line {igsid}",
        "last_direction": "inbound",
        "updated_at": at,
        "boundary_at": at,
    }


def person(world: World, name: str, **fields: Any) -> str:
    """One conversation with a named person; its thread id."""
    igsid = igsid_of(name)
    thread_id = f"{ACCOUNT}_{igsid}"
    row = conversation(igsid, world.clock.now()) | fields
    world.store.document(f"conversations/{thread_id}").set(row)
    contact = {"name": name.title(), "username": name, "name_key": name, "username_key": name}
    world.store.document(f"contacts/{thread_id}").set(contact)
    return thread_id


def messages(world: World, thread_id: str, number: int, **fields: Any) -> None:
    """So many inbound messages, a second apart, the newest now."""
    batch = world.store.batch()
    for n in range(number):
        path = f"conversations/{thread_id}/messages/m{n:05}"
        at = world.clock.now() - timedelta(seconds=number - n)
        batch.set(world.store.document(path), message(thread_id, f"message {n}", at) | fields)
        if n % 400 == 399:
            batch.commit()
            batch = world.store.batch()
    batch.commit()


def message(thread_id: str, text: str, at: datetime) -> dict[str, Any]:
    """The document of an answered inbound message."""
    return {
        "thread_id": thread_id,
        "direction": "inbound",
        "role": "user",
        "kind": "text",
        "text": text,
        "status": "processed",
        "created_at": at,
    }
