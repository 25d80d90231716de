"""What a reply costs in a store that has grown: operations, and the functions' own time.

Documents are loaded straight into the engine, as if they had always been there. The engine's own
time is left out: it scans where Firestore has indexes, and so tells nothing about Firestore.
"""

import gc
from collections.abc import Callable, Iterator
from datetime import timedelta

from benchmarks.inside import ACCOUNT, BEGINNING, Inside, igsid, thread
from benchmarks.measure import Figure
from emulators.firestore.engine import INDEXED_DATABASE
from emulators.firestore.messages import Document
from emulators.firestore.names import DocumentName
from emulators.firestore.records import Record
from services.adapters.firestore.codec import encode_into

REPEATS = 15
_FULL = 40  # messages in the thread: as many as a turn reads, and some
MESSAGES = (10, 100, 1_000, 10_000, 100_000)
#: The largest takes three gigabytes.
CONVERSATIONS = (10, 1_000, 100_000, 1_000_000)
ACCOUNTS = (1, 30, 1_000)


def figures() -> Iterator[Figure]:
    """Every axis, smallest first."""
    for axis, sizes, load in (
        ("messages in the thread", MESSAGES, _messages),
        ("conversations", CONVERSATIONS, _conversations),
        ("accounts", ACCOUNTS, _accounts),
    ):
        for size in sizes:
            yield from _measured(axis, size, load)
            gc.collect()


def _measured(axis: str, size: int, load: Callable[[Inside, int], None]) -> Iterator[Figure]:
    inside = Inside()
    inside.writes(1)
    inside.settle()
    load(inside, size)
    inside.clock.advance(60)
    inside.spent.clear()
    operations: dict[str, list[float]] = {}
    for repeat in range(REPEATS + 1):
        inside.clear_counts()
        inside.writes(1)
        inside.settle(timedelta(minutes=2))
        inside.clock.advance(60)
        if repeat:
            for function, usage in inside.counts().items():
                total = usage["reads"] + usage["writes"] + usage["deletes"]
                operations.setdefault(f"{function}, operations", []).append(total)
                operations.setdefault(f"{function}, round trips", []).append(usage["round_trips"])
    for name, runs in operations.items():
        yield Figure(f"{size:,} {axis}, {name}", "counted", runs)
    for function, spent in inside.spent.items():
        yield Figure(f"{size:,} {axis}, {function}, own CPU", "ms", spent)


def _messages(inside: Inside, size: int) -> None:
    for n in range(size):
        path = ("conversations", thread(1), "messages", f"old{n:08d}")
        _put(inside, path, _message(1, n))


def _conversations(inside: Inside, size: int) -> None:
    _messages(inside, _FULL)
    for n in range(size):
        _put(inside, ("conversations", thread(1000 + n)), _conversation(ACCOUNT, 1000 + n))


def _accounts(inside: Inside, size: int) -> None:
    _messages(inside, _FULL)
    for n in range(size):
        account = str(27_000_000_000_000_000 + n)
        _put(inside, ("accounts", account), {"state": "active"})
        _put(inside, ("settings", account), {"cooldown_seconds": 7})
        _put(inside, ("pacing", account), {"next_slot_ms": 1})
        for person in range(20):
            path = ("conversations", f"{account}_{igsid(person)}")
            _put(inside, path, _conversation(account, person))


def _message(person: int, n: int) -> dict[str, object]:
    return {
        "thread_id": thread(person),
        "account_id": ACCOUNT,
        "igsid": igsid(person),
        "direction": "outgoing" if n % 2 else "inbound",
        "role": "bot" if n % 2 else "user",
        "kind": "text",
        "text": "Yes, gladly: until when, and for how many?",
        "status": "sent" if n % 2 else "processed",
        "created_at": BEGINNING - timedelta(minutes=n + 1),
    }


def _conversation(account: str, person: int) -> dict[str, object]:
    return {
        "account_id": account,
        "igsid": igsid(person),
        "status": "open",
        "owner": "bot",
        "last_text": "Thank you!",
        "updated_at": BEGINNING - timedelta(minutes=person % 10_000),
    }


def _put(inside: Inside, path: tuple[str, ...], fields: dict[str, object]) -> None:
    name = DocumentName(INDEXED_DATABASE, path)
    document = Document(name=name.text)
    for field, value in fields.items():
        encode_into(document.fields[field], value)
    document.create_time.FromDatetime(BEGINNING)
    document.update_time.FromDatetime(BEGINNING)
    inside.engine.history.load(Record(name, document))
