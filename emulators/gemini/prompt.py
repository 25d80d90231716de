"""Reads a generateContent request: declared tools, the current turn, what was said last."""

from collections.abc import Iterator, Mapping
from typing import Any

Request = Mapping[str, Any]
Content = Mapping[str, Any]


def contents(request: Request) -> list[Content]:
    """The contents; a single one may come without its list."""
    found = request.get("contents", [])
    return list(found) if isinstance(found, list) else [found]


def parts(content: Content) -> list[Mapping[str, Any]]:
    """The parts of one content."""
    found = content.get("parts") or []
    return list(found) if isinstance(found, list) else [found]


def declared_tools(request: Request) -> set[str]:
    """The names of the declared functions that the tool mode lets the model call."""
    names = {
        declaration["name"]
        for tool in request.get("tools") or []
        for declaration in tool.get("functionDeclarations") or []
    }
    allowed = _calling(request).get("allowedFunctionNames")
    if _calling(request).get("mode") == "NONE":
        return set()
    return names & set(allowed) if allowed else names


def must_call(request: Request) -> bool:
    """Whether the tool mode forbids plain text."""
    return _calling(request).get("mode") == "ANY"


def ends_in_function_response(request: Request) -> bool:
    """Whether the last content carries what a tool gave back."""
    found = contents(request)
    return bool(found) and any("functionResponse" in part for part in parts(found[-1]))


def was_refused(request: Request, name: str) -> bool:
    """Whether the last content says that a call of `name` was wrong, and no earlier one did."""
    answers = [
        part["functionResponse"]
        for _, content in current_turn(request)
        for part in parts(content)
        if "functionResponse" in part
    ]
    wrong = [a for a in answers if a.get("name") == name and "error" in (a.get("response") or {})]
    return len(wrong) == 1 and answers[-1] in wrong


def current_turn(request: Request) -> list[tuple[int, Content]]:
    """The contents after the last one in which the user wrote, each with its index."""
    numbered = list(enumerate(contents(request)))
    for index, content in reversed(numbered):
        if content.get("role", "user") == "user" and not _is_tool_answer(content):
            return numbered[index + 1 :]
    return numbered


def last_user_text(request: Request) -> str:
    """The text of the newest content in which the user wrote, its parts on lines of their own."""
    for content in reversed(contents(request)):
        texts = [part["text"] for part in parts(content) if isinstance(part.get("text"), str)]
        if content.get("role", "user") == "user" and texts:
            return "\n".join(texts)
    return ""


def called_in_turn(request: Request) -> set[str]:
    """The names of the functions that the model already called in this turn."""
    return {call["name"] for _, content in current_turn(request) for call in calls(content)}


def calls(content: Content) -> Iterator[Mapping[str, Any]]:
    """The function calls of one content, in order."""
    for part in parts(content):
        if "functionCall" in part:
            yield part["functionCall"]


def _is_tool_answer(content: Content) -> bool:
    return any("functionResponse" in part for part in parts(content))


def _calling(request: Request) -> Mapping[str, Any]:
    found: Mapping[str, Any] = (request.get("toolConfig") or {}).get("functionCallingConfig") or {}
    return found
