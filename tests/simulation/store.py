"""The store as an observer sees it: every commit, with what it changed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from emulators.firestore.engine import Engine
from services.adapters.firestore.codec import decode_fields

Fields = dict[str, Any]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Changed:
    """One document before and after a commit; None where there is none."""

    path: tuple[str, ...]
    old: Fields | None
    new: Fields | None


@dataclass(frozen=True, slots=True)
class Commit:
    """What one commit changed, and when the store did it."""

    at: datetime
    changes: tuple[Changed, ...]

    def of(self, *pattern: str | None) -> Iterator[Changed]:
        """The changes of documents of this path; None stands for any id."""
        for change in self.changes:
            if len(change.path) == len(pattern) and all(
                wanted in (None, part) for wanted, part in zip(pattern, change.path, strict=True)
            ):
                yield change


@dataclass(slots=True)
class Mirror:
    """Every document as it is, and the commits since the last look."""

    engine: Engine
    documents: dict[tuple[str, ...], Fields] = field(default_factory=dict)
    seen_until: int = field(init=False)
    _news: bool = False

    def __post_init__(self) -> None:
        self.seen_until = self.engine.present()
        self.engine.listen(self._changed)

    def commits(self) -> Iterator[Commit]:
        """The new commits in order; `documents` is brought up to date after each one is given."""
        if not self._news:
            return
        self._news = False
        changes = list(self.engine.history.since(self.seen_until))[::-1]
        for instant, group in groupby(changes, key=lambda change: change.instant):
            self.seen_until = instant
            changed = tuple(self._compared(change) for change in group)
            yield Commit(datetime.fromtimestamp(instant / 1e6, UTC), changed)
            for change in changed:
                self._remember(change)

    def conversation(self, thread: str) -> Fields:
        """A conversation as it was before the commit under way."""
        return self.documents.get(("conversations", thread), {})

    def messages(self, thread: str) -> dict[str, Fields]:
        """The messages of a thread, by id."""
        return {
            path[3]: fields
            for path, fields in self.documents.items()
            if len(path) == 4 and path[1] == thread and path[2] == "messages"
        }

    def _changed(self) -> None:
        self._news = True

    def _compared(self, change: Any) -> Changed:
        path = tuple(change.name.path)
        new = decode_fields(change.new.document.fields) if change.new is not None else None
        return Changed(path, self.documents.get(path), new)

    def _remember(self, change: Changed) -> None:
        if change.new is None:
            self.documents.pop(change.path, None)
        else:
            self.documents[change.path] = change.new
