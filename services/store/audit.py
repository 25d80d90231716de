"""Who changed what: one entry per change, written in the commit that makes it.

The entry is also the sign that the change was made: where the answer of its commit was lost, it is
found, and nobody is told that an act failed which was done.
"""

import contextlib
from collections.abc import Sequence
from datetime import datetime
from typing import Literal, Protocol, TypeVar, Unpack

from services.domain import paths
from services.domain.documents import Create, Write
from services.domain.fields import AuditFields, AuditMore
from services.errors import AlreadyStored
from services.ports import Documents, Reads, Work

T = TypeVar("T")

#: Everything that is recorded; the office has words for each.
Action = Literal[
    "account_added", "account_paused", "account_resumed", "answer_again", "arrived", "assign",
    "bot", "canned", "canned_removed", "close", "contact", "contact_deleted", "contact_exported",
    "draft_dropped", "event_replayed", "feedback", "first_steps_dismissed", "hand_back",
    "human_agent", "knowledge", "knowledge_removed", "label", "openers", "operator_added",
    "operator_dismissed", "operator_email", "opt_in", "opt_out", "playground_reset", "reopen",
    "reply", "retry", "rule", "rule_removed", "self_test", "settings", "sign_out_everywhere",
    "snooze", "take_over", "token_replaced", "unlabel", "unlinked", "views", "views_removed",
]  # fmt: skip


class Actor(Protocol):
    """Whoever changes something."""

    @property
    def id(self) -> str:
        """Their id."""
        ...

    @property
    def name(self) -> str:
        """Their name, as it was then."""
        ...


def entry(
    entry_id: str, at: datetime, by: Actor, action: Action, target: str, **more: Unpack[AuditMore]
) -> Create:
    """The write that records one change; `more` holds what is needed to understand or undo it."""
    fields: AuditFields = {
        "at": at,
        "operator_id": by.id,
        "operator_name": by.name,
        "action": action,
        "target": target,
        **more,
    }
    return paths.audit(entry_id).create(fields)


def commit(documents: Documents, record: Create, *writes: Write) -> None:
    """`writes` and their `record`, or nothing; raises `Unavailable`.

    Its id is new: whoever finds it stored already has been here before.
    """
    with contextlib.suppress(AlreadyStored):
        documents.commit([record, *writes])


def once(work: Work[T], sign: str) -> Work[T]:
    """`work`, but done once, however often a transaction runs it.

    `sign` is a document that nobody else creates: where it stands at another try, the try before
    took effect and only its answer was lost. What that try found out is answered then.
    """
    found: list[T] = []

    def first(reads: Reads) -> tuple[T, Sequence[Write]]:
        if found and reads.get(sign)[0].fields is not None:
            return found[-1], []
        value, writes = work(reads)
        found.append(value)
        return value, writes

    return first
