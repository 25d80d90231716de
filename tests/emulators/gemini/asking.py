"""Requests as the agent makes them, through the real client."""

from typing import Any

from google import genai
from google.genai import types

MODEL = "gemini-3.1-flash-lite"
SEND, SILENT, HUMAN = "send_instagram_message", "do_not_reply", "hand_to_human"


def declared(*names: str, mode: str = "AUTO") -> types.GenerateContentConfig:
    """A configuration with these tools and automatic calling off."""
    schema = {"type": "object", "properties": {"text": {"type": "string"}}}
    functions = [
        types.FunctionDeclaration(name=name, parameters_json_schema=schema) for name in names
    ]
    calling = types.FunctionCallingConfig(mode=types.FunctionCallingConfigMode(mode))
    return types.GenerateContentConfig(
        tools=[types.Tool(function_declarations=functions)] if names else None,
        tool_config=types.ToolConfig(function_calling_config=calling) if names else None,
        automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
    )


def ask(client: genai.Client, contents: Any, *tools: str, mode: str = "AUTO") -> Any:
    """One generateContent through the real client."""
    config = declared(*tools, mode=mode)
    return client.models.generate_content(model=MODEL, contents=contents, config=config)


def called(response: Any) -> list[tuple[str, dict[str, Any]]]:
    """The calls of a response as (name, arguments)."""
    return [(call.name, dict(call.args)) for call in response.function_calls or []]


def refused(response: Any) -> types.Content:
    """What our side sends back when the calls of a response were wrong."""
    return answered(response, key="error")


def answered(response: Any, result: str = "queued", key: str = "result") -> types.Content:
    """What our side sends back after the calls of a response."""
    parts = [
        types.Part(
            function_response=types.FunctionResponse(
                id=call.id, name=call.name, response={key: result}
            )
        )
        for call in response.function_calls
    ]
    return types.Content(role="user", parts=parts)


def said(text: str) -> types.Content:
    """What the person said."""
    return types.Content(role="user", parts=[types.Part(text=text)])
