"""Exactly counted operations and own processor time: of messages, turns, deliveries, an idle day.

Counts are the same in every run, and the tests assert them; times are of the functions alone, with
neither the model, nor Instagram, nor what plays Google.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import httpx

from benchmarks.inside import BEGINNING, Inside, quiet
from benchmarks.measure import Figure
from emulators.clock import SimClock
from emulators.firestore.engine import INDEXED_DATABASE
from emulators.gateway import credentials
from emulators.gateway.local import LocalStack

#: Messages that become one turn.
MERGED = (1, 2, 3)
BUBBLES = (1, 2, 3)
REPEATS = 30
_KEPT_UNTIL = ("messages", "turns")


def figures() -> Iterator[Figure]:
    """What a reply costs by function, per number of messages and of bubbles; then own times."""
    for merged in MERGED:
        yield from _as_figures(f"b={merged}", exchange(merged))
    for bubbles in BUBBLES:
        yield from _as_figures(f"{bubbles} bubbles", exchange(1, bubbles))
    yield from _as_figures("idle day", idle_day())
    yield from _own_times()
    yield from _stored()
    yield from prompt()


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
            clock.advance(300)
            token = stack.dispatcher.tokens.issue(credentials.TASKS_SERVICE_ACCOUNT, url)
            headers = {"Authorization": f"Bearer {token}"}
            http.post(url, json={}, headers=headers).raise_for_status()
    usage: dict[str, Any] = stack.firestore.counts.snapshot()["sweep"]
    tasks = stack.tasks.counts.snapshot()["callers"].get("sweep", {}).get("round_trips", 0)
    stack.stop()
    store = {key: usage[key] for key in ("round_trips", "reads", "writes", "deletes")}
    return {"sweep": {"requests": sweeps, **store, "tasks": tasks}}


def _as_figures(name: str, counts: Mapping[str, Mapping[str, int]]) -> Iterator[Figure]:
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


def _stored() -> Iterator[Figure]:
    inside = Inside()
    inside.writes(1)
    inside.settle()
    before = _bytes(inside)
    inside.clock.advance(60)
    inside.writes(1)
    inside.settle()
    for name, (count, size) in _bytes(inside).items():
        yield Figure(f"a reply adds documents of {name}", "counted", [count - before[name][0]])
        yield Figure(f"a reply adds bytes of {name}", "bytes", [size - before[name][1]])


def _bytes(inside: Inside) -> dict[str, tuple[int, int]]:
    found = {}
    for name in (*_KEPT_UNTIL, "conversations", "contacts"):
        records = inside.engine.history.group(INDEXED_DATABASE, name)
        found[name] = len(records), sum(record.document.ByteSize() for record in records)
    return found


def prompt() -> Iterator[Figure]:
    """Characters of one model request after a short history: the prompt as it is deployed."""
    inside = Inside()
    for _ in range(6):
        inside.writes(1)
        inside.settle()
        inside.clock.advance(60)
    (request,) = inside.model.requests
    tools = sum(len(t.name) + len(t.description) + len(str(t.parameters)) for t in request.tools)
    said = sum(len(line.text) for line in request.said)
    for name, count in (("system", len(request.system)), ("tools", tools), ("said", said)):
        yield Figure(f"model request, {name}", "characters", [count])
