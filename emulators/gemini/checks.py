"""What the Gemini API refuses before any model runs."""

import base64
import binascii
from typing import Any

from emulators.gemini.prompt import Content, Request, calls, contents, current_turn, parts
from emulators.gemini.refusals import ApiError

_ROLES = {"user", "model", "function", None}
_MODES = {"AUTO", "ANY", "NONE", "VALIDATED", "MODE_UNSPECIFIED", None}


def check(request: Request, model: str) -> None:
    """Raise ApiError 400 for what the real API would refuse."""
    found = contents(request)
    if not found:
        raise ApiError(400, "* GenerateContentRequest.contents: contents is not specified")
    for index, content in enumerate(found):
        _check_content(index, content)
    _check_answers(found)
    _check_tools(request)
    if not model.startswith(("gemini-1", "gemini-2")):
        _check_signatures(request)


def _check_content(index: int, content: Content) -> None:
    if content.get("role") not in _ROLES:
        raise ApiError(400, "Please use a valid role: user, model.")
    if not parts(content):
        raise ApiError(
            400,
            f"* GenerateContentRequest.contents[{index}].parts: contents.parts must not be empty.",
        )
    for part in parts(content):
        _check_media(part)


def _check_media(part: Any) -> None:
    media = part.get("inlineData")
    if media is None:
        return
    encoded = str(media.get("data", "")).replace("-", "+").replace("_", "/")
    try:
        base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except binascii.Error as error:
        raise ApiError(400, f"Base64 decoding failed for inline_data: {error}") from error


def _check_answers(found: list[Content]) -> None:
    """Each turn of function calls is followed by as many function responses, or by nothing."""
    for content, after in zip([{}, *found], found, strict=False):
        answers = sum("functionResponse" in part for part in parts(after))
        asked = len(list(calls(content)))
        if answers and not asked:
            raise ApiError(
                400,
                "Please ensure that function response turn comes immediately after a function "
                "call turn.",
            )
        if asked and answers != asked:
            raise ApiError(
                400,
                "Please ensure that the number of function response parts is equal to the number "
                "of function call parts of the function call turn.",
            )


def _check_tools(request: Request) -> None:
    names = [
        declaration.get("name")
        for tool in request.get("tools") or []
        for declaration in tool.get("functionDeclarations") or []
    ]
    if len(names) != len(set(names)):
        raise ApiError(400, "Duplicate function declaration found.")
    config = (request.get("toolConfig") or {}).get("functionCallingConfig") or {}
    if config.get("mode") not in _MODES:
        raise ApiError(400, f"Invalid value at 'tool_config': {config.get('mode')!r}")
    if config.get("mode") == "ANY" and not names:
        raise ApiError(400, "Function calling mode is ANY but no function is declared.")
    allowed = set(config.get("allowedFunctionNames") or [])
    if unknown := sorted(allowed - set(names)):
        raise ApiError(400, f"allowed_function_names are not declared: {', '.join(unknown)}")


def _check_signatures(request: Request) -> None:
    """Gemini 3 wants the signature of each step's first call back, in the current turn only."""
    for index, content in current_turn(request):
        first = next((part for part in parts(content) if "functionCall" in part), None)
        if first is not None and not first.get("thoughtSignature"):
            name = first["functionCall"].get("name")
            raise ApiError(
                400,
                f"Function call `{name}` in the `{index + 1}.` content block is missing a "
                "`thought_signature`.",
            )
