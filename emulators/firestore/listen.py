"""One Listen stream: its targets, what each has been told, and what has changed since."""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from emulators.firestore.engine import Engine
from emulators.firestore.fieldpaths import Path
from emulators.firestore.history import Change
from emulators.firestore.identifiers import invalid
from emulators.firestore.instants import from_timestamp, to_timestamp
from emulators.firestore.messages import ListenRequest, ListenResponse, Target, TargetChange
from emulators.firestore.names import parse_database, parse_document
from emulators.firestore.projection import project
from emulators.firestore.query import Query, compile_query
from emulators.firestore.records import Record
from emulators.refused import Refused

Mask = tuple[Path, ...] | None

#: The history's mark and the instant up to which the client was told of it.
_TOKEN = struct.Struct(">8sQ")


@dataclass(slots=True)
class Watched:
    """One target: a query, or documents by name, and the versions that the client knows."""

    query: Query | None
    names: tuple[str, ...]
    known: dict[str, Record] = field(default_factory=dict)

    @property
    def mask(self) -> Mask:
        """Which fields of its documents are told."""
        return self.query.mask if self.query is not None else None

    def current(self, engine: Engine, at: int | None = None) -> dict[str, Record]:
        """The documents that belong to the target."""
        if self.query is not None:
            found = self.query.run(engine.history.scan(self.query.scope, at))
            return {record.name.text: record for record in found}
        records = ((name, engine.history.get(name, at)) for name in self.names)
        return {name: record for name, record in records if record is not None}

    def concerned(self, changes: Iterable[Change]) -> bool:
        """Whether a change could alter what belongs to the target."""
        if self.query is None:
            return any(change.name.text in self.names for change in changes)
        covers = self.query.covers
        return any(
            record is not None and covers(record) for change in changes for record in change[2:]
        )


@dataclass(slots=True)
class _News:
    """One document and the targets that it came into, changed in, or left."""

    added: list[int] = field(default_factory=list)
    removed: list[int] = field(default_factory=list)


class ListenStream:
    """What one client listens to; not thread-safe, but for the engine's own lock."""

    def __init__(self, engine: Engine, caller: str) -> None:
        self._engine = engine
        self._caller = caller
        self._targets: dict[int, Watched] = {}
        self._seen = (b"", 0)

    def handle(self, request: ListenRequest) -> list[ListenResponse]:
        """Add or remove a target; what to send for it."""
        with self._engine.lock:
            if request.WhichOneof("target_change") == "remove_target":
                self._targets.pop(request.remove_target, None)
                return [_target_change(TargetChange.REMOVE, [request.remove_target])]
            if request.WhichOneof("target_change") != "add_target":
                raise invalid("A listen request must add or remove a target.")
            # The snapshot that ends this is about every target, not only the new one.
            return [*self.changed(), *self._add(request.add_target, request.database)]

    def changed(self) -> list[ListenResponse]:
        """What has changed in any target since the last answer; empty when nothing has."""
        with self._engine.lock:
            news = list(self._news(self._concerned()))
            self._seen = self._present()
            return [*news, _snapshot(*self._seen)] if news else []

    def _add(self, wanted: Target, database: str) -> Iterator[ListenResponse]:
        number = wanted.target_id or max(self._targets, default=0) + 1
        try:
            watched = self._watched(wanted, parse_database(database))
        except Refused as refused:
            yield _removed(number, refused)
            return
        yield _target_change(TargetChange.ADD, [number])
        resumed = self._resume(watched, wanted)
        if resumed is False:
            yield _target_change(TargetChange.RESET, [number])
        yield from self._catch_up(number, watched, first=resumed is None)
        self._seen = self._present()
        yield _target_change(TargetChange.CURRENT, [number], *self._seen)
        yield _snapshot(*self._seen)
        if wanted.once:
            del self._targets[number]
            yield _target_change(TargetChange.REMOVE, [number])

    def _watched(self, wanted: Target, database: str) -> Watched:
        if wanted.WhichOneof("target_type") == "documents":
            names = [parse_document(name) for name in wanted.documents.documents]
            _check_databases({name.database for name in names}, database)
            return Watched(None, tuple(name.text for name in names))
        query = compile_query(wanted.query.parent, wanted.query.structured_query)
        _check_databases({query.scope.database}, database)
        self._engine.check_index(query)
        return Watched(query, ())

    def _resume(self, watched: Watched, wanted: Target) -> bool | None:
        """Take up where the client was; None when it starts anew, False when that is forgotten."""
        kind = wanted.WhichOneof("resume_type")
        if kind is None:
            return None
        mark, instant = self._engine.history.mark, from_timestamp(wanted.read_time)
        if kind == "resume_token":
            if len(wanted.resume_token) != _TOKEN.size:
                return False
            mark, instant = _TOKEN.unpack(wanted.resume_token)
        if not self._keeps(mark, instant):
            return False
        watched.known = watched.current(self._engine, instant)
        return True

    def _catch_up(self, number: int, watched: Watched, *, first: bool) -> Iterator[ListenResponse]:
        self._targets[number] = watched
        self._engine.counts.add(self._caller, listens=1)
        yield from self._news({number: watched})
        if first:
            for name in watched.names:
                if name not in watched.known:
                    yield self._told(name, None, _News(removed=[number]))

    def _concerned(self) -> dict[int, Watched]:
        if not self._keeps(*self._seen):
            return dict(self._targets)
        changes = list(self._engine.history.since(self._seen[1]))
        return {n: watched for n, watched in self._targets.items() if watched.concerned(changes)}

    def _present(self) -> tuple[bytes, int]:
        """The history that there is now, and the instant up to which it has come."""
        return self._engine.history.mark, self._engine.present()

    def _keeps(self, mark: bytes, instant: int) -> bool:
        history = self._engine.history
        return mark == history.mark and history.keeps(instant)

    def _news(self, targets: dict[int, Watched]) -> Iterator[ListenResponse]:
        news: dict[tuple[str, Mask], _News] = {}
        for number, watched in targets.items():
            current = watched.current(self._engine)
            for name, record in current.items():
                if watched.known.get(name) is not record:
                    news.setdefault((name, watched.mask), _News()).added.append(number)
            for name in watched.known.keys() - current.keys():
                news.setdefault((name, watched.mask), _News()).removed.append(number)
            watched.known = current
        self._engine.counts.add(self._caller, reads=sum(bool(each.added) for each in news.values()))
        return (self._told(name, mask, each) for (name, mask), each in news.items())

    def _told(self, name: str, mask: Mask, news: _News) -> ListenResponse:
        record = self._engine.history.get(name)
        response = ListenResponse()
        if record is None:
            response.document_delete.document = name
            response.document_delete.removed_target_ids.extend(news.removed)
            response.document_delete.read_time.CopyFrom(to_timestamp(self._engine.present()))
        else:
            response.document_change.document.CopyFrom(project(record.document, mask))
            response.document_change.target_ids.extend(news.added)
            response.document_change.removed_target_ids.extend(news.removed)
        return response


def _check_databases(named: set[str], database: str) -> None:
    for other in named - {database}:
        raise invalid(f'The target is in database "{other}", not in "{database}".')


def _target_change(
    kind: int, targets: list[int], mark: bytes = b"", now: int = 0
) -> ListenResponse:
    response = ListenResponse()
    response.target_change.target_change_type = kind
    response.target_change.target_ids.extend(targets)
    if mark:
        response.target_change.read_time.CopyFrom(to_timestamp(now))
        response.target_change.resume_token = _TOKEN.pack(mark, now)
    return response


def _snapshot(mark: bytes, now: int) -> ListenResponse:
    """Everything before it is consistent as of `now`: the client shows it to its callback."""
    return _target_change(TargetChange.NO_CHANGE, [], mark, now)


def _removed(number: int, refused: Refused) -> ListenResponse:
    response = _target_change(TargetChange.REMOVE, [number])
    response.target_change.cause.code = refused.code.value[0]
    response.target_change.cause.message = refused.message
    return response
