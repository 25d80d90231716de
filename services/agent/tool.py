"""What a tool is: a typed function with a docstring, whose context the model never sees.

A tool ends in one of four ways: it returns, or it raises `AskAgain`, `ToolFailed` or `HandOff`.
"""

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.domain import json_types
from services.domain.contact import ContactFields
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
    contact_details: ContactFields = field(default_factory=ContactFields)
    follow_up: FollowUp | None = None
    handoff: Handoff | None = None
    silent_reason: str | None = None

    def copy(self) -> "Intended":
        """As it is now, to come back to."""
        return Intended(
            bubbles=list(self.bubbles),
            reactions=list(self.reactions),
            alerts=list(self.alerts),
            contact_details=self.contact_details.copy(),
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
        known = _arguments(self.run)
        read, wrong = _read(known, arguments)
        problems = [
            f"{what}: {', '.join(sorted(names))}"
            for what, names in (
                ("unknown arguments", set(arguments) - set(known)),
                ("missing arguments", set(json_types.needed(known.values())) - set(arguments)),
                ("arguments of the wrong type", wrong),
            )
            if names
        ]
        if problems:
            raise AskAgain(f"{self.name} was called wrongly ({'; '.join(problems)}). Call again.")
        return self.run(context, **read)


@functools.cache
def declared(run: Callable[..., Any]) -> ToolSchema:
    """A tool's declaration: every model request holds all of them, and none ever changes."""
    description, texts = _documented(run)
    known = _arguments(run)
    properties = {
        name: {
            **json_types.schema(json_types.without_none(p.annotation)),
            "description": texts[name],
        }
        for name, p in known.items()
    }
    required = json_types.needed(known.values())
    parameters = {"type": "object", "properties": properties, "required": required}
    return ToolSchema(run.__name__, description, parameters)


def _arguments(run: Callable[..., Any]) -> dict[str, json_types.Parameter]:
    return dict(list(json_types.parameters(run).items())[1:])  # the first is the context


def _read(
    known: Mapping[str, json_types.Parameter], arguments: Mapping[str, Any]
) -> tuple[dict[str, Any], set[str]]:
    """The arguments as the tool takes them, and the names of those that are of another type."""
    read, wrong = {}, set()
    for name in set(arguments) & set(known):
        try:
            read[name] = json_types.read(arguments[name], known[name].annotation)
        except ValueError:
            wrong.add(name)
    return read, wrong


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
