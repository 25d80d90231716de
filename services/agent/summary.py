"""The rolling summary: what no longer fits into the history is kept as notes."""

from dataclasses import dataclass
from datetime import datetime

import structlog

import prompts
from services.agent.asking import Asking
from services.agent.context import Shown, fenced, line_of
from services.agent.input import Asked
from services.domain.model import ModelRequest, Said
from services.errors import ModelError

_log = structlog.get_logger()

#: So many lines fall out before the notes are written anew: one request for many turns.
LINES_BEFORE_SUMMARY = 12
_MOST_CHARACTERS = 1500


@dataclass(frozen=True, slots=True)
class Summary:
    """Notes on all that was said up to an instant."""

    text: str
    until: datetime


def summed_up(asking: Asking, asked: Asked, shown: Shown) -> Summary | None:
    """New notes, when enough has been forgotten since the last ones.

    Only a convenience for later turns: when the model does not write them, there are none.
    """
    forgotten = shown.forgotten
    if len(forgotten) < LINES_BEFORE_SUMMARY:
        return None
    before = asked.thread.summary
    lines = [f"The notes so far: {fenced(before)}"] if before else []
    lines += [line_of(message) for message in forgotten]
    request = ModelRequest(
        model=asked.settings.model,
        system=prompts.load("summary"),
        said=[Said("user", "\n".join(lines))],
        thinking=asked.settings.thinking,
        max_output_tokens=400,
    )
    try:
        text = asking.ask(request).text.strip()
    except ModelError as error:
        _log.warning("no_summary", thread_id=asked.thread.thread_id, error=str(error))
        return None
    return Summary(text[:_MOST_CHARACTERS], forgotten[-1].created_at) if text else None
