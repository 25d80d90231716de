"""The rolling summary: what leaves the history is kept as notes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

import prompts
from services.agent.asking import Asking
from services.agent.context import LINES_BEFORE_SUMMARY, PromptContext, readable
from services.agent.input import TurnInput
from services.agent.lines import fenced, line_of
from services.domain import paths
from services.domain.documents import Query
from services.domain.message import Message
from services.domain.model import ChatLine, ModelRequest
from services.errors import ModelError
from services.ports import Documents
from services.store.messages import still_kept

_log = structlog.get_logger()

_MOST_CHARACTERS = 1500
#: Older messages that are read where they left the history before any notes were made of them.
MOST_OLDER = 4 * LINES_BEFORE_SUMMARY
_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Summary:
    """Notes on all that was said up to an instant."""

    text: str
    until: datetime


def leaving(
    documents: Documents, asked: TurnInput, shown: PromptContext, now: datetime
) -> list[Message]:
    """The lines that the notes do not hold and that leave the history, oldest first.

    Those that left it already are read by one query more. It takes many new lines at once for
    that: a burst, a human's time, or a thread that is older than its notes.
    """
    begins_at, until = asked.history_begins_at, asked.thread.summary_until or _BEGINNING
    if not shown.leaving or begins_at is None or until >= begins_at:
        return list(shown.leaving)
    found = documents.query(
        Query(
            paths.messages(asked.thread.thread_id),
            where=[("created_at", ">", until), ("created_at", "<=", begins_at)],
            order=[("created_at", "DESCENDING")],
            limit=MOST_OLDER,
        )
    )
    known = {m.id for m in asked.history}
    older = [m for m in still_kept(found, now) if m.id not in known]
    return [*readable(older), *shown.leaving]


def summed_up(asking: Asking, asked: TurnInput, leaving: Sequence[Message]) -> Summary | None:
    """New notes, when enough lines leave the history.

    Only a convenience for later turns: when the model does not write them, there are none.
    """
    if len(leaving) < LINES_BEFORE_SUMMARY:
        return None
    before = asked.thread.summary
    lines = [f"The notes so far: {fenced(before)}"] if before else []
    lines += [line_of(message) for message in leaving]
    request = ModelRequest(
        model=asked.settings.model,
        system=prompts.load("summary"),
        said=[ChatLine("user", "\n".join(lines))],
        thinking=asked.settings.thinking,
        max_output_tokens=400,
    )
    try:
        text = asking.ask(request).text.strip()
    except ModelError as error:
        _log.warning("no_summary", thread_id=asked.thread.thread_id, error=str(error))
        return None
    return Summary(text[:_MOST_CHARACTERS], leaving[-1].created_at) if text else None
