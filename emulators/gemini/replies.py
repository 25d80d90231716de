"""Turns a scripted or ruled reply into the response that the Gemini API would send."""

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any

Reply = Mapping[str, Any]
Response = dict[str, Any]

#: The one rule by which this side counts tokens, as Gemini's own vocabulary cannot be had offline.
#: Beside that of Gemma 3, its public relative, over all 144 requests of the evaluation set: 1 % too
#: few for the JSON as it is sent (single requests from 9 % too few to 22 % too many), and 25 % too
#: many for the texts and names in it alone (18 to 45 %). A model is shown something between these.
CHARACTERS_PER_TOKEN = 4
_WITHOUT_CONTENT = frozenset({
    "MALFORMED_FUNCTION_CALL", "SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST",
    "PROHIBITED_CONTENT", "SPII", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS",
    "MISSING_THOUGHT_SIGNATURE", "MALFORMED_RESPONSE",
})  # fmt: skip


def response_to(request: Mapping[str, Any], reply: Reply, model: str, number: int) -> Response:
    """The whole response; `number` makes ids and signatures differ from call to call."""
    if "raw" in reply:
        return dict(reply["raw"])
    parts = _parts(reply, number)
    response: Response = {"modelVersion": model, "responseId": f"local-{number}"}
    response["usageMetadata"] = _usage(request, parts) | dict(reply.get("usage", {}))
    if "block" in reply:
        return response | {"promptFeedback": {"blockReason": reply["block"]}}
    return response | {"candidates": [_candidate(reply, parts)]}


def _candidate(reply: Reply, parts: list[Response]) -> Response:
    finish = str(reply.get("finish", "STOP"))
    candidate: Response = {"finishReason": finish, "index": 0}
    if finish != "STOP":
        candidate["finishMessage"] = reply.get("message", f"The reply ended with {finish}.")
    if parts:
        candidate["content"] = {"role": "model", "parts": parts}
    elif finish not in _WITHOUT_CONTENT:
        candidate["content"] = {"role": "model"}
    return candidate


def _parts(reply: Reply, number: int) -> list[Response]:
    parts: list[Response] = []
    if "thought" in reply:
        parts.append({"text": reply["thought"], "thought": True})
    if "text" in reply:
        parts.append({"text": reply["text"]})
    calls = [_call(call, number, place) for place, call in enumerate(reply.get("calls", []))]
    if calls and reply.get("signature", True):
        calls[0]["thoughtSignature"] = _signature(number)
    return parts + calls


def _call(call: Mapping[str, Any], number: int, place: int) -> Response:
    made: Response = {"name": call["name"], "args": call.get("args", {})}
    made["id"] = call.get("id", f"call-{number}-{place}")
    return {"functionCall": made}


def _signature(number: int) -> str:
    digest = hashlib.sha256(f"thought {number}".encode()).digest()
    return base64.b64encode(digest).decode()


def _usage(request: Mapping[str, Any], parts: list[Response]) -> Response:
    asked = {key: request.get(key) for key in ("systemInstruction", "contents", "tools")}
    prompt, written, thought = tokens_in(asked), tokens_in(parts) if parts else 0, 8
    return {
        "promptTokenCount": prompt,
        "candidatesTokenCount": written,
        "thoughtsTokenCount": thought,
        "totalTokenCount": prompt + written + thought,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": prompt}],
    }


def tokens_in(value: Any) -> int:
    """By `CHARACTERS_PER_TOKEN` of the JSON, at least one."""
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return max(1, len(written) // CHARACTERS_PER_TOKEN)
