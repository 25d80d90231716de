"""The model port over google-genai: one request per step, no automatic calling, no hidden retry."""

from collections.abc import Mapping, Sequence
from typing import Any

import httpx2
from google import genai
from google.genai import errors, types
from google.oauth2.credentials import Credentials

from services.adapters.http import trust
from services.domain.model import ChatLine, ModelReply, ModelRequest, Step, ToolCall, ToolSchema
from services.errors import ModelBusy, ModelError, ModelRefused, NoAnswer
from services.ports import VECTOR_LENGTH

#: Seconds that one step and one embedding may take, whatever the turn has left.
STEP_SECONDS = 30.0
EMBED_SECONDS = 5.0

_MAY_PASS = frozenset({408, 429, 500, 502, 503, 504})
_REFUSED = frozenset({400, 404, 413, 422})


def connect(api_key: str, base_url: str) -> genai.Client:
    """A client for the developer API, or for a stand-in at `base_url`."""
    return genai.Client(api_key=api_key, http_options=_options(base_url))


def connect_vertex(project: str, location: str, base_url: str) -> genai.Client:
    """A client for Vertex AI with the function's own service account, or for a stand-in."""
    if not base_url:
        return genai.Client(
            vertexai=True, project=project, location=location, http_options=_options("")
        )
    return genai.Client(
        vertexai=True,
        project=project,
        location=location,
        credentials=Credentials(token="local"),  # noqa: S106 (a stand-in asks for any)
        http_options=_options(base_url),
    )


def _options(base_url: str) -> types.HttpOptions:
    # The library builds an asynchronous client as well, with its own trust if it is given none.
    return types.HttpOptions(
        base_url=base_url or None,
        client_args={"verify": trust()},
        async_client_args={"ssl": trust()},
    )


class GeminiModel:
    """Gemini with function calling. The model's own turns go back exactly as they came.

    A thought signature that is lost makes Gemini refuse the next step (Gemini API, Thought
    signatures), so `ModelReply.raw` holds the whole content.
    """

    def __init__(self, client: genai.Client) -> None:
        self._client = client

    def generate(self, request: ModelRequest) -> ModelReply:
        """One step; raises `ModelError` with the provider's status, never with its text."""
        try:
            response = self._client.models.generate_content(
                model=request.model, contents=_contents(request), config=_config(request)
            )
        except errors.APIError as error:
            raise _ours(error) from None
        except httpx2.HTTPError as error:
            raise ModelBusy(f"Gemini did not answer: {type(error).__name__}.") from None
        return _reply(response)

    def embed(self, model: str, text: str, *, query: bool) -> Sequence[float]:
        """A vector of `VECTOR_LENGTH` numbers; raises `NoAnswer`."""
        try:
            response = self._client.models.embed_content(
                model=model,
                contents=text,
                config=types.EmbedContentConfig(
                    task_type="RETRIEVAL_QUERY" if query else "RETRIEVAL_DOCUMENT",
                    output_dimensionality=VECTOR_LENGTH,
                    http_options=types.HttpOptions(timeout=int(EMBED_SECONDS * 1000)),
                ),
            )
        except (errors.APIError, httpx2.HTTPError) as error:
            raise NoAnswer(f"No embedding: {type(error).__name__}.") from None
        found = response.embeddings[0].values if response.embeddings else None
        if not found or len(found) != VECTOR_LENGTH:
            raise NoAnswer("No embedding: the answer has another length.")
        return found


def _ours(error: errors.APIError) -> ModelError:
    words = f"Gemini answered {error.code} {error.status}."
    if error.code in _MAY_PASS:
        return ModelBusy(words, _retry_after(error))
    return ModelRefused(words) if error.code in _REFUSED else ModelError(words)


def _retry_after(error: errors.APIError) -> float | None:
    headers = getattr(error.response, "headers", None) or {}
    try:
        return max(0.0, float(headers.get("Retry-After", "")))
    except ValueError:
        return None


def _config(request: ModelRequest) -> types.GenerateContentConfig:
    seconds = min(request.timeout_seconds, STEP_SECONDS)
    return types.GenerateContentConfig(
        system_instruction=request.system,
        **_tools(request),
        thinking_config=_thinking(request),
        max_output_tokens=request.max_output_tokens,
        automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
        http_options=types.HttpOptions(timeout=max(1, int(seconds * 1000))),
    )


def _tools(request: ModelRequest) -> dict[str, Any]:
    if not request.tools:
        return {}
    calling = types.FunctionCallingConfig(
        mode=types.FunctionCallingConfigMode.ANY,
        allowed_function_names=list(request.allowed) or None,
    )
    return {
        "tools": [types.Tool(function_declarations=[_declaration(t) for t in request.tools])],
        "tool_config": types.ToolConfig(function_calling_config=calling),
    }


def _thinking(request: ModelRequest) -> types.ThinkingConfig | None:
    """The level for Gemini 3 and later; the generation before knows only a budget."""
    if not request.thinking:
        return None
    if request.model.startswith(("gemini-2", "gemini-1")):
        return types.ThinkingConfig(thinking_budget=0 if request.thinking == "minimal" else -1)
    return types.ThinkingConfig(thinking_level=types.ThinkingLevel(request.thinking.upper()))


def _declaration(tool: ToolSchema) -> types.FunctionDeclaration:
    return types.FunctionDeclaration(
        name=tool.name,
        description=tool.description,
        parameters_json_schema=dict(tool.parameters),
    )


def _contents(request: ModelRequest) -> list[Any]:
    contents = [_said(line) for line in request.said]
    for step in request.steps:
        contents += _step(step)
    return contents


def _said(line: ChatLine) -> types.Content:
    media = [types.Part.from_bytes(data=m.content, mime_type=m.mime_type) for m in line.media]
    return types.Content(role=line.role, parts=[types.Part(text=line.text), *media])


def _step(step: Step) -> Sequence[types.Content]:
    parts = [
        types.Part(
            function_response=types.FunctionResponse(
                id=result.call.id, name=result.call.name, response=dict(result.content)
            )
        )
        for result in step.results
        if step.reply.calls
    ]
    if step.note:
        parts.append(types.Part(text=step.note))
    return [step.reply.raw, types.Content(role="user", parts=parts)]


def _reply(response: types.GenerateContentResponse) -> ModelReply:
    if not response.candidates:
        feedback = response.prompt_feedback
        reason = feedback.block_reason if feedback else None
        return ModelReply(finish=f"BLOCKED_{_name(reason)}", tokens=_tokens(response))
    candidate = response.candidates[0]
    parts = (candidate.content.parts if candidate.content else None) or []
    calls = [part.function_call for part in parts if part.function_call]
    texts = [part.text for part in parts if part.text and not part.thought]
    return ModelReply(
        calls=[ToolCall(call.id, call.name or "", dict(call.args or {})) for call in calls],
        text="".join(texts),
        finish=_name(candidate.finish_reason),
        tokens=_tokens(response),
        raw=candidate.content,
    )


def _tokens(response: types.GenerateContentResponse) -> Mapping[str, int]:
    usage = response.usage_metadata
    if usage is None:
        return {}
    return {
        "input": usage.prompt_token_count or 0,
        "output": usage.candidates_token_count or 0,
        "thinking": usage.thoughts_token_count or 0,
        "cached": usage.cached_content_token_count or 0,
    }


def _name(value: Any) -> str:
    return getattr(value, "name", None) or str(value or "NONE")
