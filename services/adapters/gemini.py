"""The model port over google-genai: one request per step, no automatic calling, no hidden retry."""

from collections.abc import Mapping, Sequence
from typing import Any

import httpx2
from google import genai
from google.genai import errors, types

from services.domain.model import ModelReply, ModelRequest, Said, Step, ToolCall, ToolSchema
from services.errors import ModelError

#: Seconds that one step may take, whatever the turn has left.
STEP_SECONDS = 30.0


def connect(api_key: str, base_url: str) -> genai.Client:
    """A client for the developer API, or for a stand-in at `base_url`."""
    options = types.HttpOptions(base_url=base_url) if base_url else None
    return genai.Client(api_key=api_key, http_options=options)


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
            raise ModelError(f"Gemini answered {error.code} {error.status}.") from None
        except httpx2.HTTPError as error:
            raise ModelError(f"Gemini did not answer: {type(error).__name__}.") from None
        return _reply(response)


def _config(request: ModelRequest) -> types.GenerateContentConfig:
    seconds = min(request.timeout_seconds, STEP_SECONDS)
    return types.GenerateContentConfig(
        system_instruction=request.system,
        tools=[types.Tool(function_declarations=[_declaration(tool) for tool in request.tools])],
        tool_config=types.ToolConfig(
            function_calling_config=types.FunctionCallingConfig(
                mode=types.FunctionCallingConfigMode.ANY
            )
        ),
        automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
        http_options=types.HttpOptions(timeout=max(1, int(seconds * 1000))),
    )


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


def _said(line: Said) -> types.Content:
    return types.Content(role=line.role, parts=[types.Part(text=line.text)])


def _step(step: Step) -> Sequence[types.Content]:
    parts = [
        types.Part(
            function_response=types.FunctionResponse(
                id=result.call.id, name=result.call.name, response=dict(result.content)
            )
        )
        for result in step.results
    ]
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
