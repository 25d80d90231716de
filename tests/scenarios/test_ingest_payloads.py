"""Every shape of `tests/payloads`, posted signed: what is stored, and whether it is answered."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.world import World

#: The second at which everything in the files happened; the tests let it be just now.
HAPPENED = "1793609998"
PAYLOADS = sorted((Path(__file__).parents[1] / "payloads").glob("*.json"))


def _messages(world: World) -> list[dict[str, Any]]:
    found = [m.to_dict() for m in world.store.collection_group("messages").stream()]
    return [m for m in found if m and m.get("role") != "bot"]


def _matches(stored: dict[str, Any], expected: dict[str, Any]) -> bool:
    return all(name in stored and stored[name] == value for name, value in expected.items())


def _answers(world: World) -> list[str]:
    sent = world.http.get(f"{world.stack.instagram_url}/_sim/sent").json()
    return [item["text"] for item in sent]


def _just_now(world: World, path: Path) -> Any:
    seconds = int(world.clock.now().timestamp()) - 2
    return json.loads(path.read_text(encoding="utf-8").replace(HAPPENED, str(seconds)))


@pytest.mark.parametrize("path", PAYLOADS, ids=lambda path: path.stem)
def test_every_shape_is_stored_and_answered_as_it_should(world: World, path: Path) -> None:
    case = _just_now(world, path)
    world.instagram_knows("1784000000000042")
    assert world.post_webhook(case["body"]).status_code == 200
    assert world.post_webhook(case["body"]).status_code == 200
    world.settle(within_seconds=60)
    stored = _messages(world)
    for expected in case["stored"]:
        assert [m for m in stored if _matches(m, expected)], (expected, stored)
    assert len(stored) == len(case["stored"])
    assert len(world.documents("unhandled_events")) == case.get("unhandled", 0)
    answers = _answers(world)
    assert len(answers) == case["answered"]
    assert not answers or case.get("said", "") in answers[0]
    owners = [c.get("owner", "bot") for c in world.documents("conversations")]
    assert case.get("owner", "bot") in [*owners, "bot"]
