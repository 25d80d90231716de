"""What the API accepts and refuses on the wire."""

import math
from typing import Any

import httpx
import pytest
from google import genai
from google.genai import errors, types

from emulators.gemini.simulator import GeminiSim
from tests.emulators.gemini.asking import MODEL, SEND, answered, ask, said

HELLO = {"contents": [{"role": "user", "parts": [{"text": "hello"}]}]}


@pytest.mark.parametrize(
    "prefix", ["/v1", "/v1beta", "/v1/projects/p/locations/l/publishers/google", "/v9alpha"]
)
def test_every_version_prefix_is_the_same_api(
    sim: GeminiSim, http: httpx.Client, prefix: str
) -> None:
    answer = http.post(f"{prefix}/models/{MODEL}:generateContent", json=HELLO)
    assert answer.json()["candidates"][0]["finishReason"] == "STOP"


def test_snake_case_is_read_like_camel_case(sim: GeminiSim, http: httpx.Client) -> None:
    tools = [{"function_declarations": [{"name": SEND}]}]
    calling = {"function_calling_config": {"mode": "ANY", "allowed_function_names": [SEND]}}
    body = HELLO | {"tools": tools, "tool_config": calling}
    answer = http.post(f"/v1/models/{MODEL}:generateContent", json=body).json()
    (part,) = answer["candidates"][0]["content"]["parts"]
    assert part["functionCall"]["name"] == SEND


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"contents": []}, "contents is not specified"),
        ({"contents": [{"role": "bot", "parts": [{"text": "x"}]}]}, "valid role"),
        ({"contents": [{"role": "user", "parts": []}]}, "must not be empty"),
        (HELLO | {"tools": [{"functionDeclarations": [{"name": "a"}] * 2}]}, "Duplicate"),
        (HELLO | {"toolConfig": {"functionCallingConfig": {"mode": "ANY"}}}, "no function"),
    ],
)
def test_a_wrong_request_is_refused(
    sim: GeminiSim, http: httpx.Client, body: dict[str, Any], words: str
) -> None:
    answer = http.post(f"/v1/models/{MODEL}:generateContent", json=body)
    assert (answer.status_code, answer.json()["error"]["status"]) == (400, "INVALID_ARGUMENT")
    assert words in answer.json()["error"]["message"]


def test_a_key_is_needed(sim: GeminiSim, http: httpx.Client) -> None:
    path = f"/v1/models/{MODEL}:generateContent"
    assert http.post(path, json=HELLO, headers={"x-goog-api-key": ""}).status_code == 403


def test_a_call_that_comes_back_without_its_signature_is_refused(
    sim: GeminiSim, client: genai.Client
) -> None:
    first = ask(client, "hello", SEND)
    stripped = first.candidates[0].content.model_copy(deep=True)
    stripped.parts[0].thought_signature = None
    with pytest.raises(errors.ClientError, match="missing a `thought_signature`"):
        ask(client, [said("hello"), stripped, answered(first)], SEND)
    earlier = [said("hello"), stripped, answered(first), said("and now?")]
    assert ask(client, earlier, SEND).function_calls


def test_each_call_needs_its_answer(sim: GeminiSim, client: genai.Client) -> None:
    sim.script.add([{"calls": [{"name": SEND}, {"name": SEND}]}])
    first = ask(client, "hello", SEND)
    half = answered(first)
    half.parts = (half.parts or [])[:1]
    with pytest.raises(errors.ClientError, match="number of function response parts"):
        ask(client, [said("hello"), first.candidates[0].content, half], SEND)


def test_a_picture_travels_as_the_client_encodes_it(sim: GeminiSim, client: genai.Client) -> None:
    picture = types.Part.from_bytes(data=bytes(range(256)), mime_type="image/jpeg")
    assert "look" in ask(client, [types.Part(text="look"), picture]).text


def test_every_request_is_kept_as_it_was_sent(
    sim: GeminiSim, http: httpx.Client, client: genai.Client
) -> None:
    ask(client, "hello", SEND)
    (kept,) = http.get("/_sim/requests").json()
    assert (kept["method"], kept["model"]) == ("generateContent", MODEL)
    assert kept["body"]["contents"][0]["parts"] == [{"text": "hello"}]
    assert "google-genai-sdk" in kept["headers"]["user-agent"]


def test_a_stream_gives_its_parts_one_by_one(sim: GeminiSim, client: genai.Client) -> None:
    sim.script.add([{"thought": "hm", "text": "hello"}])
    chunks = list(client.models.generate_content_stream(model=MODEL, contents="hi"))
    assert [chunk.candidates[0].finish_reason for chunk in chunks if chunk.candidates] == [
        None,
        "STOP",
    ]
    assert chunks[-1].text == "hello"


def similarity(one: Any, other: Any) -> float:
    return math.fsum(a * b for a, b in zip(one.values, other.values, strict=True))


def test_embeddings_are_stable_and_near_for_shared_words(
    sim: GeminiSim, client: genai.Client
) -> None:
    texts: list[Any] = ["opening hours on Sunday", "Sunday opening hours", "gluten free pizza"]
    config = types.EmbedContentConfig(output_dimensionality=256)
    made = client.models.embed_content(model="gemini-embedding-001", contents=texts, config=config)
    hours, same, pizza = made.embeddings or []
    assert len(hours.values or []) == 256
    assert similarity(hours, same) > 0.7
    assert similarity(hours, pizza) < 0.4


def test_embedding_fails_on_demand_without_touching_the_replies(
    sim: GeminiSim, client: genai.Client
) -> None:
    sim.script.add([{"on": "embed", "status": 503}, {"text": "fine"}])
    with pytest.raises(errors.ServerError):
        client.models.embed_content(model="gemini-embedding-001", contents="x")
    assert ask(client, "hello").text == "fine"
