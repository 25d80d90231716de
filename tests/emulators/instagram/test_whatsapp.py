"""The manager's WhatsApp: accepted first, delivered or failed later."""

import json
from typing import Any

import pytest

from tests.emulators.instagram.world import World, refused

PATH = "/v25.0/100000000000001/messages"
HEADERS = {"Authorization": "Bearer local-whatsapp-token"}
TEXT = {"type": "text", "text": {"body": "alert"}}


def post(world: World, **words: Any) -> Any:
    body = {"messaging_product": "whatsapp", "to": "491700000000", **words}
    return world.http.post(PATH, json=body, headers=HEADERS)


def template(*texts: str) -> dict[str, Any]:
    parameters = [{"type": "text", "text": text} for text in texts]
    components = [{"type": "body", "parameters": parameters}]
    named = {"name": "alert", "language": {"code": "en"}, "components": components}
    return {"type": "template", "template": named}


def status_of(world: World) -> dict[str, Any]:
    world.sim.webhooks.pump()
    body = json.loads(world.webhook.bodies[-1])
    assert body["object"] == "whatsapp_business_account"
    (status,) = body["entry"][0]["changes"][0]["value"]["statuses"]
    return dict(status)


def test_a_text_outside_the_window_is_accepted_and_fails_later(world: World) -> None:
    wamid = post(world, **TEXT).json()["messages"][0]["id"]
    status = status_of(world)
    assert (status["id"], status["status"], status["errors"][0]["code"]) == (
        wamid,
        "failed",
        131047,
    )
    assert world.webhook.signed(-1)


def test_a_text_inside_the_managers_window_is_delivered(world: World) -> None:
    world.control("whatsapp/reply")
    post(world, **TEXT)
    assert status_of(world)["status"] == "delivered"


def test_a_template_is_delivered_at_any_time(world: World) -> None:
    post(world, **template("Alice needs you"))
    assert status_of(world)["status"] == "delivered"
    (accepted,) = world.http.get("/_sim/whatsapp").json()
    assert (accepted["to"], accepted["text"]) == ("491700000000", "Alice needs you")


@pytest.mark.parametrize("text", ["", "two\nlines", "a\tb", "five     spaces"])
def test_a_template_parameter_must_be_flat(world: World, text: str) -> None:
    assert refused(post(world, **template(text))) == (132018, None)


def test_only_the_allowed_number_gets_anything(world: World) -> None:
    assert refused(post(world, to="4712345678", **TEXT)) == (131030, None)


def test_the_whatsapp_token_is_its_own(world: World) -> None:
    body = {"messaging_product": "whatsapp", "to": "491700000000", **TEXT}
    assert refused(world.http.post(PATH, json=body)) == (190, None)


def test_whatsapp_fails_on_demand(world: World) -> None:
    world.faults({"on": "whatsapp", "code": 131056})
    assert refused(post(world, **TEXT)) == (131056, None)
    assert world.http.get("/_sim/whatsapp").json() == []
