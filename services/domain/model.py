"""A model request and its answer, free of any SDK."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class ToolSchema:
    """A tool as the model sees it; `parameters` is a JSON schema."""

    name: str
    description: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """The model wants `name` called with these arguments."""

    id: str | None
    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What a call gave, said back to the model."""

    call: ToolCall
    content: Mapping[str, Any]
    failed: bool = False  #: the call did nothing; `content` says why
    ends: bool = False  #: the turn is over with this step
    seconds: float = 0


@dataclass(frozen=True, slots=True)
class Media:
    """An image or a voice note, as it was fetched."""

    mime_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ChatLine:
    """A line of the conversation: by the person (`user`) or by us (`model`)."""

    role: Literal["user", "model"]
    text: str
    media: Sequence[Media] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelReply:
    """One step of the model; `raw` is its turn as the adapter must send it back, unchanged."""

    calls: Sequence[ToolCall] = ()
    text: str = ""
    finish: str = "STOP"
    tokens: Mapping[str, int] = field(default_factory=dict)
    raw: Any = None


@dataclass(frozen=True, slots=True)
class Step:
    """A model turn and the results that answer its calls."""

    reply: ModelReply
    results: Sequence[ToolResult]
    note: str = ""  #: what a turn without calls is told


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRequest:
    """Everything that one step of the model sees.

    What never changes comes first: tools and system, then what was said, then the steps. `allowed`
    narrows the tools without touching that prefix, which the provider caches.
    """

    model: str
    system: str
    said: Sequence[ChatLine]
    steps: Sequence[Step] = ()
    tools: Sequence[ToolSchema] = ()
    allowed: Sequence[str] = ()  #: the tools that may be called now; empty for all
    thinking: str = ""  #: a level of the provider's; empty for its default
    max_output_tokens: int = 2048
    timeout_seconds: float = 30
