"""Exactly counted operations and own processor time: of messages, turns, deliveries, an idle day.

Counts are the same in every run, and the tests assert them; times are of the functions alone, with
neither the model, nor Instagram, nor what plays Google.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import httpx
from google.protobuf.timestamp_pb2 import Timestamp

from benchmarks.inside import BEGINNING, Inside, quiet
from benchmarks.measure import Figure
from emulators.clock import SimClock
from emulators.firestore.engine import INDEXED_DATABASE
from emulators.firestore.instants import from_timestamp
from emulators.firestore.values import size_of
from emulators.gateway import credentials
from emulators.gateway.local import LocalStack
from emulators.gemini.replies import tokens_in

#: Messages that become one turn.
MERGED = (1, 2, 3)
BUBBLES = (1, 2, 3)
REPEATS = 30
#: Where a reply leaves documents; TTL deletes those of the first three.
COLLECTIONS = ("messages", "turns", "receipts", "conversations", "contacts")
#: What is counted of a function.
STORE = ("round_trips", "reads", "writes", "deletes")
#: Messages in a thread whose history is as full as a turn reads it.
_FULL_HISTORY = 36


def figures() -> Iterator[Figure]:
    """What a reply costs by function, per number of messages and of bubbles; then own times."""
    for merged in MERGED:
        yield from as_figures(f"b={merged}", exchange(merged))
    for bubbles in BUBBLES:
        yield from as_figures(f"{bubbles} bubbles", exchange(1, bubbles))
    yield from as_figures("idle day", idle_day())
    yield from _own_times()
    yield from stored_figures()


def exchange(merged: int, bubbles: int = 1) -> Mapping[str, Mapping[str, int]]:
    """Operations by function of one reply in a quiet thread: messages, turn, bubbles, echoes, seen.

    Each instance is warm, but half a minute old, so that settings are read anew: the dearest case.
    """
    inside = Inside(bubbles)
    inside.writes(1)
    inside.settle()
    inside.clock.advance(60)
    inside.clear_counts()
    for _ in range(merged):
        inside.writes(1)
        inside.clock.advance(0.2)
    inside.settle()
    inside.reads(1, inside.messenger.last_mid)
    return inside.counts() | {"queue": {"dispatches": inside.dispatches}}


def touched() -> Mapping[str, int]:
    """Writes of one reply to one message, by collection."""
    inside = Inside()
    inside.writes(1)
    inside.settle()
    inside.clock.advance(60)
    began = Timestamp()
    began.FromDatetime(inside.clock.now())
    inside.writes(1)
    inside.settle()
    inside.reads(1, inside.messenger.last_mid)
    changes = inside.engine.history.since(from_timestamp(began) - 1)
    return Counter(change.name.path[-2] for change in changes)


def idle_day() -> Mapping[str, Mapping[str, int]]:
    """Operations of a day on which nobody writes: the sweep, every five minutes."""
    clock = SimClock(frozen_at=BEGINNING)
    stack = LocalStack(clock).start()
    url, sweeps = f"{stack.url}/sweep", 288
    with httpx.Client(timeout=30, trust_env=False) as http:
        for number in range(sweeps + 1):
            if number == 1:  # the first one finds a new deployment
                quiet()
                stack.firestore.counts.clear()
                stack.tasks.counts.clear()
                stack.secrets.counts.clear()
            clock.advance(300)
            token = stack.dispatcher.tokens.issue(credentials.TASKS_SERVICE_ACCOUNT, url)
            headers = {"Authorization": f"Bearer {token}"}
            http.post(url, json={}, headers=headers).raise_for_status()
    usage: dict[str, Any] = stack.firestore.counts.snapshot()["sweep"]
    tasks, secrets = (
        engine.counts.snapshot()["callers"].get("sweep", {}).get("round_trips", 0)
        for engine in (stack.tasks, stack.secrets)
    )
    stack.stop()
    store = {key: usage[key] for key in STORE}
    return {"sweep": {"requests": sweeps, **store, "tasks": tasks, "secrets": secrets}}


def as_figures(name: str, counts: Mapping[str, Mapping[str, int]]) -> Iterator[Figure]:
    """Every count that is not zero."""
    for function, usage in counts.items():
        for key, number in usage.items():
            if number:
                yield Figure(f"{name}, {function}, {key}", "counted", [number])


def _own_times() -> Iterator[Figure]:
    inside = Inside()
    inside.configure(messages_per_second=80)
    for person in range(5):
        inside.writes(person)
    inside.settle()
    inside.spent.clear()
    for _ in range(REPEATS):
        inside.clock.advance(60)
        inside.writes(1)
        inside.settle()
    for function, runs in inside.spent.items():
        yield Figure(f"own CPU of a request, {function}", "ms", runs)


def stored_figures() -> Iterator[Figure]:
    """What each step of a reply adds to the store."""
    for step, grown in stored().items():
        for collection, (documents, size) in grown.items():
            yield Figure(f"{step} adds documents of {collection}", "counted", [documents])
            yield Figure(f"{step} adds bytes of {collection}", "bytes", [size])


def stored() -> Mapping[str, Mapping[str, tuple[int, int]]]:
    """Documents and bytes that each step of a reply adds, by collection, where it adds any.

    Bytes are those that Firestore bills (its documentation, Storage size calculations), without
    index entries.
    """
    inside = Inside()
    inside.writes(1)
    inside.settle()
    inside.clock.advance(60)
    found, before = {}, _sizes(inside)
    steps: tuple[tuple[str, Callable[[], object]], ...] = (
        ("a message", lambda: inside.writes(1)),
        ("its turn", lambda: _next_task(inside)),
        ("its bubble, with the echo", inside.settle),
    )
    for step, work in steps:
        work()
        after = _sizes(inside)
        grown = {
            name: (after[name][0] - before[name][0], after[name][1] - before[name][1])
            for name in COLLECTIONS
        }
        found[step] = {name: change for name, change in grown.items() if any(change)}
        before = after
    return found


def _next_task(inside: Inside) -> None:
    next_at = inside.tasks.next_at()
    assert next_at is not None  # noqa: S101 (a message waits for its turn)
    inside.clock.set(next_at)
    inside.run_due()


def _sizes(inside: Inside) -> dict[str, tuple[int, int]]:
    found = {}
    for name in COLLECTIONS:
        records = inside.engine.history.group(INDEXED_DATABASE, name)
        found[name] = len(records), sum(size_of(record.document) for record in records)
    return found


def full_history() -> float:
    """Tokens of what was said, in a request about a thread whose history is full."""
    inside = Inside()
    for _ in range(_FULL_HISTORY // 2):
        inside.writes(1)
        inside.settle()
        inside.clock.advance(60)
    (request,) = inside.model.requests
    return tokens_in([line.text for line in request.said])
