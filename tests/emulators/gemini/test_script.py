"""What a test makes the model say, and how the real client reads it."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import httpx2
import pytest
from google import genai
from google.genai import errors, types

from emulators.gemini.simulator import GeminiSim
from tests.emulators.gemini.asking import SEND, ask, called

FINISHES = sorted(
    finish.value for finish in types.FinishReason if finish.value != "FINISH_REASON_UNSPECIFIED"
)


def script(http: httpx.Client, *replies: dict[str, Any]) -> None:
    http.post("/_sim/script", json={"replies": list(replies)}).raise_for_status()


def test_scripted_replies_come_in_order_and_then_the_rules(
    sim: GeminiSim, http: httpx.Client, client: genai.Client
) -> None:
    script(http, {"text": "one"}, {"text": "two"})
    texts = [ask(client, "hello").text for _ in range(3)]
    assert texts[:2] == ["one", "two"]
    assert "local stand-in" in texts[2]


def test_parallel_calls_carry_one_signature_on_the_first(
    sim: GeminiSim, http: httpx.Client, client: genai.Client
) -> None:
    bubbles = [{"name": SEND, "args": {"text": text}} for text in ("a", "b")]
    script(http, {"thought": "two bubbles", "calls": bubbles})
    response = ask(client, "hello", SEND)
    assert called(response) == [(SEND, {"text": "a"}), (SEND, {"text": "b"})]
    parts = response.candidates[0].content.parts
    assert [bool(part.thought_signature) for part in parts] == [False, True, False]
    assert len({call.id for call in response.function_calls}) == 2


@pytest.mark.parametrize("status", [400, 429, 500, 503])
def test_an_error_reaches_the_client_with_its_status(
    sim: GeminiSim, http: httpx.Client, client: genai.Client, status: int
) -> None:
    script(http, {"status": status, "retry_after": 7})
    with pytest.raises(errors.APIError) as caught:
        ask(client, "hello")
    assert caught.value.code == status
    assert caught.value.response.headers["Retry-After"] == "7"


@pytest.mark.parametrize("finish", FINISHES)
def test_every_finish_reason_is_understood_by_the_client(
    sim: GeminiSim, http: httpx.Client, client: genai.Client, finish: str
) -> None:
    script(http, {"finish": finish})
    response = ask(client, "hello")
    assert response.candidates[0].finish_reason == finish
    assert not response.text


def test_a_cut_reply_keeps_the_text_it_had(
    sim: GeminiSim, http: httpx.Client, client: genai.Client
) -> None:
    script(http, {"finish": "MAX_TOKENS", "text": "half a sen"})
    assert ask(client, "hello").text == "half a sen"


def test_a_blocked_prompt_has_no_candidates(
    sim: GeminiSim, http: httpx.Client, client: genai.Client
) -> None:
    script(http, {"block": "SAFETY"})
    response = ask(client, "hello")
    assert response.candidates is None
    assert response.prompt_feedback.block_reason == "SAFETY"


def test_the_connection_can_be_cut(
    sim: GeminiSim, http: httpx.Client, client: genai.Client
) -> None:
    script(http, {"drop": True})
    with pytest.raises(httpx2.TransportError):
        ask(client, "hello")


def test_a_held_reply_waits_until_it_is_released(
    sim: GeminiSim, http: httpx.Client, client: genai.Client
) -> None:
    script(http, {"hold": "thinking", "text": "at last"})
    with ThreadPoolExecutor(1) as thread:
        asking = thread.submit(ask, client, "hello")
        assert sim.gates.wait_for("thinking")
        assert not asking.done()
        http.post("/_sim/release", json={"name": "thinking"})
        assert asking.result().text == "at last"


def test_usage_is_counted_and_can_be_scripted(
    sim: GeminiSim, http: httpx.Client, client: genai.Client
) -> None:
    script(http, {"text": "x", "usage": {"cachedContentTokenCount": 900}})
    usage = ask(client, "hello " * 100).usage_metadata
    assert usage.cached_content_token_count == 900
    assert 150 <= usage.prompt_token_count <= 250
    parts = usage.prompt_token_count + usage.candidates_token_count + usage.thoughts_token_count
    assert usage.total_token_count == parts


def test_a_misspelt_reply_is_refused(sim: GeminiSim, http: httpx.Client) -> None:
    answer = http.post("/_sim/script", json={"replies": [{"texd": "x"}]})
    assert (answer.status_code, "texd" in answer.json()["error"]) == (400, True)
