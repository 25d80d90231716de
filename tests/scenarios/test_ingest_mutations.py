"""Whatever is done to a payload: never a 5xx, never an exception, every good sibling stored."""

import copy
import itertools
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.world import ACCOUNT, World

PAYLOADS = sorted((Path(__file__).parents[1] / "payloads").glob("*.json"))
#: One seed per test: together a few hundred bodies, each posted in a second at most.
SEEDS = (*range(10), 100, 104)
BODIES_PER_SEED = 30

_odd: list[Any] = [
    None, True, False, 0, -1, 2**63, 2**70, 1.5, float("nan"), float("inf"), "", " ", "\ud800",
    "\x00", "x" * 20_000, [], {}, [[]], [None], {"id": {}}, {"": 1}, {"__x__": 1}, "é" * 5000,
]  # fmt: skip


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place below `value`."""
    keys = (
        value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    )
    for key in keys:
        yield (*path, key)
        yield from _places(value[key], (*path, key))


def _nested(depth: int) -> Any:
    value: Any = 1
    for level in range(depth):
        value = {"a": value} if level % 2 else [value]
    return value


def _at(body: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        body = body[key]
    return body


def _remove(chance: random.Random, parent: Any, key: Any) -> None:
    del parent[key]


def _retype(chance: random.Random, parent: Any, key: Any) -> None:
    parent[key] = copy.deepcopy(chance.choice(_odd))


def _wrap(chance: random.Random, parent: Any, key: Any) -> None:
    parent[key] = chance.choice(([parent[key]], {"id": parent[key]}, str(parent[key])))


def _bury(chance: random.Random, parent: Any, key: Any) -> None:
    parent[key] = _nested(chance.choice((5, 25, 120)))


def _add(chance: random.Random, parent: Any, key: Any) -> None:
    if isinstance(parent, dict):
        parent[chance.choice(("novelty", "", "__name__", "a.b", "`", "x" * 2000))] = parent[key]


_MUTATIONS: list[Callable[[random.Random, Any, Any], None]] = [_remove, _retype, _wrap, _bury, _add]


def _mutated(chance: random.Random) -> Any:
    body = json.loads(chance.choice(PAYLOADS).read_text(encoding="utf-8"))["body"]
    for _ in range(chance.choice((1, 1, 2, 4))):
        places = list(_places(body))
        if places:
            *path, key = chance.choice(places)
            chance.choice(_MUTATIONS)(chance, _at(body, tuple(path)), key)
    return body


def _good(number: int) -> dict[str, Any]:
    return {
        "sender": {"id": "1784000000000077"},
        "recipient": {"id": ACCOUNT},
        "timestamp": 1793610000000 + number,
        "message": {"mid": f"good{number}", "text": f"good {number}"},
    }


def _with_sibling(body: Any, number: int) -> Any:
    sibling = {"object": "instagram", "entry": [{"id": ACCOUNT, "messaging": [_good(number)]}]}
    return [*(body if isinstance(body, list) else [body]), sibling]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_mutated_payload_harms_nobody(
    world: World, seed: int, capfd: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(seed)  # noqa: S311 (the same bodies every time)
    for number in range(BODIES_PER_SEED):
        answer = world.post_webhook(_with_sibling(_mutated(chance), number))
        assert answer.status_code == 200, answer.text
    kept = {m.id for m in world.store.collection_group("messages").stream()}
    assert {f"good{number}" for number in range(BODIES_PER_SEED)} <= kept
    world.settle(within_seconds=20)
    out, err = capfd.readouterr()
    assert "Traceback" not in out + err
    assert '"severity": "ERROR"' not in out


_RAW = [
    b'{"object": "instagram", "object": "page", "entry": [], "entry": [1]}',
    b'{"object": "instagram", "entry": NaN}',
    b'{"object": "instagram", "entry": [{"id": "\xff\xfe"}]}',
    b'{"object": "instagram", "entry": [' + b"[" * 5000 + b"]" * 5000 + b"]}",
    b'{"object": "instagram", "entry": [{"id": ' + b"9" * 5000 + b"}]}",
    b'{"object": "instagram", "entry": [{"messaging": [' + b"{}," * 2000 + b"{}]}]}",
    b'"' + b"\\ud800" * 1000 + b'"',
    b'{"object": "instagram", "entry": [{"messaging": ['
    + b'{"a": {"b": [' * 240 + b"]}}" * 240 + b"]}]}",
]  # fmt: skip


@pytest.mark.parametrize("raw", _RAW, ids=itertools.count())
def test_a_hostile_body_is_taken_or_refused_never_an_error(
    world: World, raw: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    assert world.post_webhook(raw).status_code in (200, 400)
    assert "Traceback" not in "".join(capfd.readouterr())
