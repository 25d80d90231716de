"""What the local stand-in answers when no script is left: no model, five visible rules.

1. A tool's result ends the turn; a message that was refused is sent again without its quote.
2. Nothing but "ok", "thanks" or an emoji needs no reply.
3. Who asks for a human gets one.
4. Anything else is quoted back, in one message, through `send_instagram_message`.
5. Without that tool the quote is plain text.
"""

import re
from typing import Any

from emulators.gemini.prompt import (
    Request,
    called_in_turn,
    declared_tools,
    ends_in_function_response,
    last_user_text,
    must_call,
    was_refused,
)

Reply = dict[str, Any]

_STAND_IN = "[local stand-in, no model was asked]"
_SEND, _SILENT, _HUMAN = "send_instagram_message", "do_not_reply", "hand_to_human"
_ACKNOWLEDGEMENT = re.compile(
    r"(ok(ay)?|k|thx|thanks?|thank you|cheers|cool|great|perfect|\W)*", re.IGNORECASE
)
#: How Moca's prompt numbers and fences what a person wrote.
_FENCED = re.compile(r"\[\d+\] <<(.*?)>>", re.DOTALL)
_WANTS_HUMAN = re.compile(r"\b(human|real person|speak to (someone|a person))\b", re.IGNORECASE)


def answer(request: Request) -> Reply:
    """The reply to a request in camelCase, in the words of the script: calls or text."""
    tools = declared_tools(request)
    said = _said(request)
    if ends_in_function_response(request):
        return _end_of_turn(request, tools)
    if said and _ACKNOWLEDGEMENT.fullmatch(said) and _SILENT in tools:
        return _call(_SILENT, reason="They only acknowledged; nothing is asked.")
    if _WANTS_HUMAN.search(said) and _HUMAN in tools:
        return _call(_HUMAN, reason="customer_request", note=said)
    words = f"{_STAND_IN} I understood: {_quoted(said)}"
    return _call(_SEND, text=words) if _SEND in tools else {"text": words}


def _said(request: Request) -> str:
    text = last_user_text(request).strip()
    return "\n".join(_FENCED.findall(text)) or text


def _end_of_turn(request: Request, tools: set[str]) -> Reply:
    if not must_call(request):
        return {"text": "[local stand-in] The turn is over."}
    if _SEND in tools and was_refused(request, _SEND):
        return _call(_SEND, text=f"{_STAND_IN} I may not repeat what you wrote.")
    if _SEND in tools and _SEND not in called_in_turn(request):
        return _call(_SEND, text=f"{_STAND_IN} I looked that up for you.")
    return _call(_SILENT if _SILENT in tools else min(tools), reason="The turn is over.")


def _quoted(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return " / ".join(f'"{line}"' for line in lines) or "nothing"


def _call(name: str, **args: Any) -> Reply:
    return {"calls": [{"name": name, "args": args}]}
