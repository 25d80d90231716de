"""Deliberate bugs, one for each rule, put between the deployed code and its ports.

A simulator that misses one of them has gone blind. Each is a wrapper of what the services reach,
or a variant of a use case, never a patch.
"""

import dataclasses
import functools
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from services.adapters.instagram import Instagram
from services.claims import Taking
from services.domain.call import Call
from services.domain.documents import Create, Merge, Query, Snapshot, Update, Write
from services.domain.ids import digest
from services.domain.outcome import Answer, NotSent, Unknown
from services.domain.schedule import Appointment
from services.finishing import Finishing
from services.ingest import Ingest
from services.lines import TakingHead
from services.pacing import Leasing
from services.ports import Documents, Reads, TaskQueue, Work
from services.turn import Turns
from tests.simulation.instances import SimServices

#: Changes what a transaction sees of a document: (the work, path, fields) → fields.
Lens = Callable[[Any, str, dict[str, Any]], dict[str, Any]]
#: Changes what is written: (the work or None, a write) → the write, or None for none.
Pen = Callable[[Any, Write], Write | None]


class BentReads:
    """A transaction's reads through a lens."""

    def __init__(self, reads: Reads, work: Any, lens: Lens) -> None:
        self._reads = reads
        self._work = work
        self._lens = lens

    def get(self, *paths: str) -> list[Snapshot]:
        """The documents, bent."""
        return [self._bent(snapshot) for snapshot in self._reads.get(*paths)]

    def query(self, query: Query) -> list[Snapshot]:
        """The matches, bent."""
        return [self._bent(snapshot) for snapshot in self._reads.query(query)]

    def _bent(self, snapshot: Snapshot) -> Snapshot:
        if snapshot.fields is None:
            return snapshot
        return Snapshot(snapshot.path, self._lens(self._work, snapshot.path, snapshot.fields))


class BentDocuments:
    """The store, seen through a lens and written with a pen."""

    def __init__(self, documents: Documents, lens: Lens | None, pen: Pen | None) -> None:
        self._documents = documents
        self._lens = lens
        self._pen = pen

    def __getattr__(self, name: str) -> Any:
        return getattr(self._documents, name)

    def commit(self, writes: Sequence[Write]) -> None:
        """The writes, bent."""
        self._documents.commit(self._written(None, writes))

    def transact(self, work: Work[Any]) -> Any:
        """The transaction, bent."""

        def bent(reads: Reads) -> tuple[Any, Sequence[Write]]:
            seen = BentReads(reads, work, self._lens) if self._lens else reads
            value, writes = work(seen)
            return value, self._written(work, writes)

        return self._documents.transact(bent)

    def _written(self, work: Any, writes: Sequence[Write]) -> list[Write]:
        if self._pen is None:
            return list(writes)
        return [bent for write in writes if (bent := self._pen(work, write)) is not None]


def _bent(lens: Lens | None = None, pen: Pen | None = None) -> type[SimServices]:
    class Bent(SimServices):
        @functools.cached_property
        def documents(self) -> Documents:
            real = self.outside.documents(self.function, self.clock, self.ids)
            return BentDocuments(real, lens, pen)

    return Bent


def _is_conversation(path: str) -> bool:
    return path.startswith("conversations/") and path.count("/") == 1


def _in(kind: type, change: Callable[[Any, dict[str, Any]], dict[str, Any]]) -> Lens:
    """A lens on the conversation, in transactions of one kind."""

    def lens(work: Any, path: str, fields: dict[str, Any]) -> dict[str, Any]:
        if isinstance(work, kind) and _is_conversation(path):
            return {**fields, **change(work, fields)}
        return fields

    return lens


def _without_fence(work: Finishing, _fields: dict[str, Any]) -> dict[str, Any]:
    held = dataclasses.replace(work.claim, expires_at=work.now + timedelta(days=1))
    return {"claim": held.to_doc()}


def _without_epoch(work: Finishing, _fields: dict[str, Any]) -> dict[str, Any]:
    return {"owner_epoch": work.claim.owner_epoch}


def _without_newer(work: Finishing, _fields: dict[str, Any]) -> dict[str, Any]:
    return {"inbound_seq": work.claim.seq}


def _without_hold(work: TakingHead, fields: dict[str, Any]) -> dict[str, Any]:
    held = fields.get("sending")
    over = held and work.now >= held["until"] and not held["unconfirmed"]
    return {"sending": None} if over else {}


def _stale_items(work: Any, path: str, fields: dict[str, Any]) -> dict[str, Any]:
    """Delivery takes an item of an earlier owner for one of the present owner's."""
    if not isinstance(work, TakingHead):
        return fields
    if _is_conversation(path):
        return {**fields, "owner_epoch": 0}
    return {**fields, "owner_epoch": 0} if "owner_epoch" in fields else fields


def _reset_again(work: Any, path: str, fields: dict[str, Any]) -> dict[str, Any]:
    """Held items whose sender is gone look as if they had never been taken."""
    if isinstance(work, TakingHead) and fields.get("status") == "sending":
        return {**fields, "status": "queued"}
    return _in(TakingHead, _without_hold)(work, path, fields)


def _echo_at_once(work: Any, path: str, fields: dict[str, Any]) -> dict[str, Any]:
    if "Echoes" in getattr(work, "__qualname__", "") and _is_conversation(path):
        return {**fields, "sending": None}
    return fields


def _pen(drop: Callable[[Any, Write], set[str]]) -> Pen:
    """A pen that leaves out fields."""

    def pen(work: Any, write: Write) -> Write | None:
        gone = drop(work, write)
        if not gone or not isinstance(write, Create | Merge | Update):
            return write
        return dataclasses.replace(
            write, fields={name: value for name, value in write.fields.items() if name not in gone}
        )

    return pen


def _create_as_merge(_work: Any, write: Write) -> Write:
    if isinstance(write, Create) and write.fields.get("direction") == "inbound":
        return Merge(write.path, write.fields)
    return write


def _drop(*names: str, kind: type | None = None) -> Pen:
    return _pen(
        lambda work, _write: set(names) if kind is None or isinstance(work, kind) else set()
    )


def _no_lease(work: Any, write: Write) -> Write | None:
    return None if isinstance(work, Leasing) else write


class NamedByThread:
    """A queue whose tasks are named by their thread alone."""

    def __init__(self, queue: TaskQueue) -> None:
        self._queue = queue

    def ensure(self, appointment: Appointment, body: dict[str, str]) -> None:
        """The task, under the wrong name."""
        self._queue.ensure(Appointment(digest(body["thread_id"]), appointment.at), body)


class OneTaskAThread(SimServices):
    """R2: a name that was used once is taken for a day."""

    @functools.cached_property
    def turn_tasks(self) -> TaskQueue:
        """The queue, misnamed."""
        return NamedByThread(self._queue(self.settings.inbound_queue, self.settings.process_url))


class NoSecondTask(SimServices):
    """R1: a commit that was acknowledged too late trusts the task that may have run before it."""

    @functools.cached_property
    def ingest(self) -> Ingest:
        """Ingest that thinks every commit came in time."""
        return dataclasses.replace(self.people.ingest, clock_margin_seconds=-1e6)


class _BusyIsDone(Turns):
    def _ensure_looks(self, *_: Any) -> None:
        """Nobody looks again."""


class BusyIsDone(SimServices):
    """R3: a run that finds the thread busy leaves, and the turn that is busy forgets what came.

    Each of the two alone is made good by the other.
    """

    @functools.cached_property
    def documents(self) -> Documents:
        """A store in which finish sees no newer message."""
        real = self.outside.documents(self.function, self.clock, self.ids)
        return BentDocuments(real, _in(Finishing, _without_newer), None)

    @functools.cached_property
    def turns(self) -> Turns:
        """Turns that never look again."""
        real = SimServices.turns.func(self)  # type: ignore[attr-defined]  # of the cached property
        parts = {f.name: getattr(real, f.name) for f in dataclasses.fields(real)}
        return _BusyIsDone(**parts)


class _BlindRetry:
    def __init__(self, real: Instagram) -> None:
        self._real = real

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def send(self, account_id: str, call: Call) -> Answer:
        """What may have arrived is called not sent."""
        answer = self._real.send(account_id, call)
        if isinstance(answer.outcome, Unknown):
            return Answer(NotSent(answer.outcome.reason), answer.usage)
        return answer


class BlindRetry(SimServices):
    """R8: an ambiguous send is repeated."""

    @functools.cached_property
    def messenger(self) -> Any:
        """The messenger that is too sure."""
        return _BlindRetry(self.instagram)


#: Rule → the services that break it.
MUTANTS: Mapping[str, type[SimServices]] = {
    "R1 no second task after a late commit": NoSecondTask,
    "R2 tasks named by the thread alone": OneTaskAThread,
    "R3 neither a look nor a follow-up": BusyIsDone,
    "R4 attempts are not counted": _bent(pen=_drop("attempts", kind=Taking)),
    "R5 finish ignores the epoch": _bent(_in(Finishing, _without_epoch)),
    "R5 delivery ignores the epoch": _bent(_stale_items),
    "R6 a redelivery resets its message": _bent(pen=_create_as_merge),
    "R7 nothing says when a turn is due": _bent(pen=_drop("due_at", "deliver_due_at")),
    "R8 an ambiguous send is repeated": BlindRetry,
    "R8 an expired hold is queued again": _bent(_reset_again),
    "R9 an early echo is taken for a human's": _bent(_echo_at_once),
    "R10 a block of slots is leased twice": _bent(pen=_no_lease),
    "R11 STOP is not noticed": _bent(pen=_drop("opted_out_at")),
    "R12 a claim is not respected": _bent(_in(Taking, lambda *_: {"claim": None})),
    "R12 finish without the fence": _bent(_in(Finishing, _without_fence)),
    "the cooldown is not kept": _bent(_in(Taking, lambda *_: {"cooldown_until": None})),
}
