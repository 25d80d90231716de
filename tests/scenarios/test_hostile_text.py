"""Half of a character, which JSON can carry and UTF-8 cannot: nobody's words get lost over it."""

import json
from typing import Any

import pytest

from emulators.gateway import credentials
from emulators.instagram.people import igsid_of
from tests.agent.speaking import call, says, step
from tests.world import World

HALF = "Hello \ud83d there"
WHOLE = "Hello \ufffd there"


def _scripted(world: World, *replies: dict[str, Any]) -> None:
    raw = json.dumps({"replies": replies})  # escaped, as the model's own answers are
    world.http.post(f"{world.stack.gemini_url}/_sim/script", content=raw).raise_for_status()


@pytest.mark.parametrize(
    "replies",
    [
        [says(HALF)],
        [{"text": HALF}],
        [step(call("save_contact_detail", field="name", value=HALF)), says(HALF)],
        [step(call("search_knowledge", query=HALF)), says(HALF)],
        [step(call(HALF, **{HALF: 1})), says(HALF)],
    ],
    ids=["a bubble", "a plain text", "a detail", "a look-up", "a tool"],
)
def test_half_a_character_from_the_model_costs_nobody_the_answer(
    world: World, replies: list[dict[str, Any]]
) -> None:
    _scripted(world, *replies)
    world.dm("alice", "hello")
    world.settle()
    assert world.sent_to("alice") == [WHOLE]
    (question,) = world.messages("alice", "inbound")
    assert (question["status"], question["attempts"]) == ("processed", 1)


def test_half_a_character_from_another_service_is_sent_without_it(world: World) -> None:
    world.dm("alice", "hello")
    world.settle()
    raw = json.dumps({"ig_id": igsid_of("alice"), "message_text": HALF}).encode()
    url = f"{world.stack.url}/internal_api/api/internal/send-dm"
    answer = world.http.post(
        url, content=raw, headers={"x-service-token": credentials.SERVICE_TOKEN}
    )
    world.settle()
    assert answer.status_code == 200
    assert world.sent_to("alice")[1:] == [WHOLE]
