"""The table of a week's hours: what stands in its fields, and what was typed into them."""

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from services.domain import hours
from services.domain.hours import Spans

#: Spans for which a day has fields at least; there is always an empty one.
LEAST_SPANS = 2
_DAY = 24 * 60
_CLOCK = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class Week:
    """The spans that can be read, what is wrong by day, and each day's fields as texts."""

    spans: Spans
    problems: Mapping[int, str]
    fields: Sequence[Sequence[tuple[str, str]]]


def stored(weekly: str) -> Week:
    """The table of the hours that the settings say."""
    spans = hours.spans_in(weekly)
    rows = [[(hours.clock(s), hours.clock(e % _DAY)) for s, e in day] for day in spans]
    return Week(spans, {}, [_padded(row) for row in rows])


def typed(form: MultiDict[str, str]) -> Week:
    """The table of a form; what cannot be read is named beside its day and kept as typed."""
    spans: list[tuple[tuple[int, int], ...]] = []
    problems: dict[int, str] = {}
    fields: list[list[tuple[str, str]]] = []
    for day in range(7):
        begins, ends = form.getlist(f"from-{day}"), form.getlist(f"to-{day}")
        pairs = [(b.strip(), e.strip()) for b, e in zip(begins, ends, strict=False)]
        pairs = [pair for pair in pairs if any(pair)]
        found, wrong = _spans(pairs)
        if wrong:
            problems[day] = wrong
        spans.append(found)
        fields.append(_padded(pairs))
    return Week(tuple(spans), problems, fields)


def _spans(pairs: Sequence[tuple[str, str]]) -> tuple[tuple[tuple[int, int], ...], str]:
    """A day's spans in order, and what is wrong with the first that cannot be one."""
    read = [_span(*pair) for pair in pairs]
    found = tuple(sorted(span for span in read if not isinstance(span, str)))
    wrong = next((words for words in read if isinstance(words, str)), "")
    if not wrong and any(later[0] < first[1] for first, later in itertools.pairwise(found)):
        wrong = gettext("Two spans of this day overlap.")
    return found, wrong


def _span(begin: str, end: str) -> tuple[int, int] | str:
    """Minutes of the day, or what is wrong; midnight at the end is the end of the day."""
    first, last = _CLOCK.fullmatch(begin), _CLOCK.fullmatch(end)
    if first is None or last is None:
        return gettext("A span needs two times, as 09:00 and 18:00.")
    start, stop = (int(m[1]) * 60 + int(m[2]) for m in (first, last))
    stop = stop or _DAY
    if not start < stop <= _DAY:
        return gettext(
            "The end must be after the beginning; what is past midnight is the next day's."
        )
    return start, stop


def _padded(row: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [*row, *([("", "")] * max(LEAST_SPANS - len(row), 1))]
