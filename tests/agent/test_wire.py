"""What google-genai really sends, held against Google's documentation of the request.

Sources: Gemini API, generateContent and Content (roles, parts), Function calling, Thought
signatures, Thinking; Vertex AI, Model reference.
"""

import base64
import socket
from typing import Any

import pytest

from services.adapters.gemini import GeminiModel, connect, connect_vertex
from services.domain.model import ChatLine, Media, ModelRequest, Step, ToolResult, ToolSchema
from services.errors import ModelBusy, ModelError, ModelRefused
from tests.agent.speaking import call, says, step
from tests.world import World

SCHEMA = {"type": "object", "properties": {"q": {"type": "string", "description": "What"}}}
TOOLS = [ToolSchema("look", "Look it up", SCHEMA), ToolSchema("say", "Say it", SCHEMA)]


def _request(**more: Any) -> ModelRequest:
    usual: dict[str, Any] = {
        "model": "gemini-3.1-flash-lite",
        "system": "Be kind.",
        "said": [ChatLine("user", "hi"), ChatLine("model", "hello"), ChatLine("user", "and?")],
        "tools": TOOLS,
        "thinking": "minimal",
    }
    return ModelRequest(**{**usual, **more})


def _model(world: World) -> GeminiModel:
    return GeminiModel(connect("key", world.stack.gemini_url))


def _sent(world: World) -> dict[str, Any]:
    return world.model_requests()[-1]


def test_the_request_has_the_documented_shape(world: World) -> None:
    _model(world).generate(_request(allowed=["say"]))
    sent = _sent(world)
    assert sent["path"].endswith("/models/gemini-3.1-flash-lite:generateContent")
    body = sent["body"]
    assert body["systemInstruction"]["parts"] == [{"text": "Be kind."}]
    assert [c["role"] for c in body["contents"]] == ["user", "model", "user"]
    declared = body["tools"][0]["functionDeclarations"]
    assert [d["name"] for d in declared] == ["look", "say"]
    assert (
        declared[0].get("parametersJsonSchema", declared[0].get("parameters_json_schema")) == SCHEMA
    )
    assert body["toolConfig"]["functionCallingConfig"] == {
        "mode": "ANY",
        "allowedFunctionNames": ["say"],
    }
    config = body["generationConfig"]
    assert config["maxOutputTokens"] == 2048
    thinking = config["thinkingConfig"]
    assert thinking.get("thinkingLevel", thinking.get("thinking_level")) == "MINIMAL"


def test_the_older_generation_is_told_a_thinking_budget(world: World) -> None:
    _model(world).generate(_request(model="gemini-2.5-flash-lite"))
    thinking = _sent(world)["body"]["generationConfig"]["thinkingConfig"]
    assert list(thinking.values()) == [0]


def test_a_look_up_comes_back_with_its_signature_ids_and_response(world: World) -> None:
    world.model_says(step(call("look", q="a"), call("look", q="b")), says("x"))
    model = _model(world)
    reply = model.generate(_request())
    results = [ToolResult(c, {"found": c.arguments["q"]}) for c in reply.calls]
    model.generate(_request(steps=[Step(reply, results, "Hurry.")]))
    first, second = [r["body"]["contents"] for r in world.model_requests()]
    model_turn, answer = second[len(first) :]
    assert model_turn["role"] == "model"
    assert model_turn["parts"][0]["thoughtSignature"]
    calls = [part["functionCall"] for part in model_turn["parts"]]
    responses = [part["functionResponse"] for part in answer["parts"][:2]]
    assert answer["role"] == "user"
    assert [r["id"] for r in responses] == [c["id"] for c in calls]
    assert [r["response"] for r in responses] == [{"found": "a"}, {"found": "b"}]
    assert answer["parts"][2] == {"text": "Hurry."}


def test_pictures_and_voice_notes_travel_inline(world: World) -> None:
    media = (Media("image/jpeg", b"\xff\xd8\xfe"), Media("audio/mp4", b"\x00\x01"))
    _model(world).generate(_request(said=[ChatLine("user", "look", media)]))
    parts = _sent(world)["body"]["contents"][0]["parts"]
    inline = [part["inlineData"] for part in parts[1:]]
    assert [item.get("mimeType", item.get("mime_type")) for item in inline] == [
        "image/jpeg",
        "audio/mp4",
    ]
    assert base64.urlsafe_b64decode(inline[0]["data"]) == b"\xff\xd8\xfe"


def test_usage_is_read_by_kind(world: World) -> None:
    usage = {"promptTokenCount": 9, "candidatesTokenCount": 8, "thoughtsTokenCount": 7}
    world.model_says(says("x", usage={**usage, "cachedContentTokenCount": 6}))
    tokens = _model(world).generate(_request()).tokens
    assert tokens == {"input": 9, "output": 8, "thinking": 7, "cached": 6}


def test_vertex_ai_is_asked_at_its_own_path_by_a_token(world: World) -> None:
    model = GeminiModel(connect_vertex("shop", "europe-west4", world.stack.gemini_url))
    model.generate(_request())
    assert _sent(world)["path"].endswith(
        "/projects/shop/locations/europe-west4/publishers/google/models/"
        "gemini-3.1-flash-lite:generateContent"
    )


def test_an_embedding_says_what_it_is_for(world: World) -> None:
    vector = _model(world).embed("gemini-embedding-2", "hello", query=True)
    assert len(vector) == 768
    assert "RETRIEVAL_QUERY" in str(_sent(world)["body"])


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, ModelRefused),
        (403, ModelError),
        (404, ModelRefused),
        (429, ModelBusy),
        (500, ModelBusy),
        (503, ModelBusy),
        (504, ModelBusy),
    ],
)
def test_errors_are_told_apart_by_status_and_never_quoted(
    world: World, status: int, kind: type[ModelError]
) -> None:
    world.model_says({"status": status, "message": "with your secret", "retry_after": 7})
    with pytest.raises(ModelError) as raised:
        _model(world).generate(_request())
    assert type(raised.value) is kind
    assert "secret" not in str(raised.value)
    if isinstance(raised.value, ModelBusy):
        assert raised.value.retry_after_seconds == 7


def test_a_model_that_hangs_is_given_up_after_its_time(world: World) -> None:
    world.model_says(says("late", hold="hanging"))
    with pytest.raises(ModelBusy, match="Timeout"):
        _model(world).generate(_request(timeout_seconds=0.2))
    world.stack.gemini.gates.release("hanging")


def test_nobody_listening_is_a_busy_model() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(ModelBusy, match="ConnectError"):
        GeminiModel(connect("key", url)).generate(_request())
