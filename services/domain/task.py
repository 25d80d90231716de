"""What a task asks for: its body, as whoever leaves something undone writes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from services.domain.ids import is_platform_id


class Kind(StrEnum):
    """What is to be done."""

    TURN = "turn"  #: answer what waits in a thread
    BACKFILL = "backfill"  #: ask Instagram for an account's messages of which only edits told
    DELIVERY = "delivery"  #: send what is queued in a thread
    DELIVERY_AND_ALERTS = "delivery_and_alerts"  #: and then tell the manager what a turn queued


@dataclass(frozen=True, slots=True)
class Task:
    """One task's body, read."""

    kind: Kind
    about: str  #: a thread's id; an account's, of a backfill
    trace_id: str = ""
    slot: datetime | None = None  #: the instant that was leased for its first send
    item_id: str | None = None  #: the item that was in front when it was made

    def body(self) -> dict[str, str]:
        """As it is queued."""
        body = self.log_context()
        if self.slot is not None:
            body["slot"] = self.slot.isoformat()
        if self.item_id is not None:
            body["item"] = self.item_id
        return body

    def log_context(self) -> dict[str, str]:
        """What a log line says of it."""
        return {"kind": self.kind.value, _subject(self.kind): self.about, "trace_id": self.trace_id}

    @classmethod
    def from_body(cls, body: Any, unsaid: Kind) -> "Task | None":
        """What a body asks for, or None where that cannot be told.

        `unsaid` is what the queue's tasks ask for where their body, from the version before,
        names no kind.
        """
        if not isinstance(body, Mapping):
            return None
        if "kind" not in body:
            body = _with_kind(body, unsaid)
        if body["kind"] not in list(Kind):
            return None
        kind = Kind(body["kind"])
        about, item = body.get(_subject(kind)), body.get("item")
        if not isinstance(about, str) or (kind is Kind.BACKFILL and not is_platform_id(about)):
            return None
        item_id = item if isinstance(item, str) and item and "/" not in item else None
        return cls(kind, about, str(body.get("trace_id", "")), _instant(body.get("slot")), item_id)


def _subject(kind: Kind) -> str:
    return "account_id" if kind is Kind.BACKFILL else "thread_id"


def _with_kind(body: Mapping[str, Any], unsaid: Kind) -> Mapping[str, Any]:
    """A body of the version before: what was no turn or delivery was told by other signs."""
    account_id, _, rest = str(body.get("thread_id")).partition("_")
    if unsaid is Kind.TURN and rest == "missing":
        return {**body, "kind": Kind.BACKFILL, "account_id": account_id}
    if unsaid is Kind.DELIVERY and body.get("alerts") == "1":
        return {**body, "kind": Kind.DELIVERY_AND_ALERTS}
    return {**body, "kind": unsaid}


def _instant(text: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found if found.tzinfo else None
