"""What decisions change, as one value: decided apart, committed together."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from services.domain import paths
from services.domain.conversation import ConversationFields
from services.domain.documents import Write


@dataclass(frozen=True, slots=True)
class Patch:
    """Fields of a conversation, and writes to what stands beside it."""

    fields: ConversationFields = field(default_factory=ConversationFields)
    writes: Sequence[Write] = ()

    def __or__(self, later: "Patch") -> "Patch":
        """Both; a field that both change is as `later` says."""
        return Patch(self.fields | later.fields, (*self.writes, *later.writes))

    def of(self, thread_id: str) -> list[Write]:
        """All that is to be committed; nothing for the conversation where none of it changes."""
        changed = [paths.conversation(thread_id).update(self.fields)] if self.fields else []
        return [*self.writes, *changed]
