"""The messages of a thread, read from its newest end."""

from collections.abc import Sequence
from datetime import datetime

from services.domain import paths
from services.domain.documents import Query, Snapshot
from services.domain.message import Message
from services.domain.retention import kept
from services.ports import Documents


def newest(documents: Documents, thread_id: str, limit: int) -> list[Snapshot]:
    """The last `limit` messages as they are stored, newest first; raises `Unavailable`."""
    return documents.query(
        Query(paths.messages(thread_id), order=[("created_at", "DESCENDING")], limit=limit)
    )


def still_kept(newest_first: Sequence[Snapshot], now: datetime) -> list[Message]:
    """Those whose time has not run out, oldest first."""
    return [Message.from_doc(s.id, s.fields or {}) for s in reversed(newest_first) if kept(s, now)]
