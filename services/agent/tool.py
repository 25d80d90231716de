"""What a tool is: a typed function with a docstring, whose context the model never sees.

A tool ends in one of four ways: it returns, or it raises `AskAgain`, `ToolFailed` or `HandOff`.
"""

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, get_args, get_origin, get_type_hints

from services.domain.decision import Bubble, FollowUp, Handoff, Reaction
from services.domain.model import ToolSchema
from services.errors import AskAgain
from services.ports import Calendar, KnowledgeSearch


@dataclass(slots=True)
class Intended:
    """What the calls of a turn recorded; the turn's end does it, or throws it away."""

    bubbles: list[Bubble] = field(default_factory=list)
    reactions: list[Reaction] = field(default_factory=list)
    alerts: list[str] = field(default_factory=list)
    contact_details: dict[str, str] = field(default_factory=dict)
    follow_up: FollowUp | None = None
    handoff: Handoff | None = None
    silent_reason: str | None = None

    def copy(self) -> "Intended":
        """As it is now, to come back to."""
        return Intended(
            bubbles=list(self.bubbles),
            reactions=list(self.reactions),
            alerts=list(self.alerts),
            contact_details=dict(self.contact_details),
            follow_up=self.follow_up,
            handoff=self.handoff,
            silent_reason=self.silent_reason,
        )


def _no_objection(_text: str) -> str | None:
    return None


def _no_past(_limit: int) -> Sequence[str]:
    return ()


@dataclass(slots=True, kw_only=True)
class ToolContext:
    """One turn, as its tools see it: its own thread and nothing beside it."""

    thread_id: str
    account_id: str = ""
    now: datetime
    window_ends_at: datetime | None = None  #: until when the bot may write
    time_zone: str = "UTC"
    mids: Mapping[int, str] = field(default_factory=dict)  #: by the number shown in the prompt
    person_said: str = ""  #: all that the person wrote, as far as the model sees it
    is_new_thread: bool = False
    objection: Callable[[str], str | None] = _no_objection
    #: ↑ why a text must not go out, in a sentence for the model, or None
    past: Callable[[int], Sequence[str]] = _no_past  #: lines of the thread, oldest first
    calendar: Calendar | None = None
    knowledge: KnowledgeSearch | None = None
    max_bubbles: int = 5
    max_characters: int = 3000
    intended: Intended = field(default_factory=Intended)


@dataclass(frozen=True, slots=True)
class Tool:
    """One verb of the model's."""

    run: Callable[..., Mapping[str, Any]]
    ends_turn: bool = False

    @property
    def name(self) -> str:
        """The name that the model calls it by."""
        return self.run.__name__

    @property
    def schema(self) -> ToolSchema:
        """The declaration, from the signature and the docstring."""
        return declared(self.run)

    def call(self, context: ToolContext, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """Run it with the model's arguments; raises `AskAgain` when they do not fit."""
        known = dict(_parameters(self.run))
        hints = _hints(self.run)
        unknown = sorted(set(arguments) - set(known))
        missing = sorted(
            name
            for name, parameter in known.items()
            if parameter.default is inspect.Parameter.empty and name not in arguments
        )
        wrong = sorted(
            name for name in known if name in arguments and not _fits(arguments[name], hints[name])
        )
        problems = [
            f"{what}: {', '.join(names)}"
            for what, names in (
                ("unknown arguments", unknown),
                ("missing arguments", missing),
                ("arguments of the wrong type", wrong),
            )
            if names
        ]
        if problems:
            raise AskAgain(f"{self.name} was called wrongly ({'; '.join(problems)}). Call again.")
        whole = {
            n: int(v) if _plain(hints[n]) is int and v is not None else v
            for n, v in arguments.items()
        }
        return self.run(context, **whole)


@functools.cache
def declared(run: Callable[..., Any]) -> ToolSchema:
    """A tool's declaration: every model request holds all of them, and none ever changes."""
    description, arguments = _documented(run)
    hints = _hints(run)
    properties: dict[str, Any] = {}
    required = []
    for name, parameter in _parameters(run):
        properties[name] = {**_json_type(hints[name]), "description": arguments[name]}
        if parameter.default is inspect.Parameter.empty:
            required.append(name)
    parameters = {"type": "object", "properties": properties, "required": required}
    return ToolSchema(run.__name__, description, parameters)


@functools.cache
def _hints(run: Callable[..., Any]) -> dict[str, Any]:
    return get_type_hints(run)


def _parameters(run: Callable[..., Any]) -> list[tuple[str, inspect.Parameter]]:
    return list(inspect.signature(run).parameters.items())[1:]  # the first is the context


def _documented(run: Callable[..., Any]) -> tuple[str, dict[str, str]]:
    head, _, tail = inspect.cleandoc(run.__doc__ or "").partition("\nArgs:\n")
    arguments: dict[str, str] = {}
    name = ""
    for line in tail.splitlines():
        if line.startswith("    ") and not line.startswith("     ") and ":" in line:
            name, _, text = line.strip().partition(":")
            arguments[name] = text.strip()
        elif name and line.strip():
            arguments[name] += " " + line.strip()
    return " ".join(head.split()), arguments


_JSON_TYPES: dict[Any, str] = {str: "string", int: "integer", float: "number", bool: "boolean"}


def _json_type(hint: Any) -> dict[str, Any]:
    plain = _plain(hint)
    if get_origin(plain) is Literal:
        return {"type": "string", "enum": list(get_args(plain))}
    return {"type": _JSON_TYPES[plain]}


def _plain(hint: Any) -> Any:
    if get_origin(hint) in (None, Literal):
        return hint
    return next(part for part in get_args(hint) if part is not type(None))


def _fits(value: Any, hint: Any) -> bool:
    expected = _plain(hint)
    if get_origin(expected) is Literal:
        return value in get_args(expected)
    if value is None:
        return type(None) in get_args(hint)
    if isinstance(value, bool):
        return expected is bool
    if expected is int:
        return isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    if expected is float:
        return isinstance(value, int | float)
    return isinstance(value, expected)
