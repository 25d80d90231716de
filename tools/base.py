"""What a tool is: a typed function with a docstring, whose context the model never sees."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, get_args, get_origin, get_type_hints

from services.domain.model import ToolSchema


@dataclass(slots=True)
class ToolContext:
    """One turn, as its tools see it. They record what should happen; the turn's end does it."""

    thread_id: str
    bubbles: list[str] = field(default_factory=list)
    silent_reason: str | None = None


class AskAgain(Exception):  # noqa: N818 (one of the ways in which a tool ends)
    """The call was wrong; the text tells the model how to call."""


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
        description, arguments = _documented(self.run)
        hints = get_type_hints(self.run)
        properties: dict[str, Any] = {}
        required = []
        for name, parameter in _parameters(self.run):
            properties[name] = {**_json_type(hints[name]), "description": arguments[name]}
            if parameter.default is inspect.Parameter.empty:
                required.append(name)
        parameters = {"type": "object", "properties": properties, "required": required}
        return ToolSchema(self.name, description, parameters)

    def call(self, context: ToolContext, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """Run it with the model's arguments; raises `AskAgain` when they do not fit."""
        known = dict(_parameters(self.run))
        hints = get_type_hints(self.run)
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
        return self.run(context, **arguments)


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
    return {"type": _JSON_TYPES[_plain(hint)]}


def _plain(hint: Any) -> Any:
    if get_origin(hint) is None:
        return hint
    return next(part for part in get_args(hint) if part is not type(None))


def _fits(value: Any, hint: Any) -> bool:
    expected = _plain(hint)
    if isinstance(value, bool):
        return expected is bool
    if expected is int:
        return isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    if expected is float:
        return isinstance(value, int | float)
    return isinstance(value, expected)
