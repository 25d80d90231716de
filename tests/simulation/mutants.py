"""Deliberate bugs, one for each rule, put between the deployed code and its ports.

A simulator that misses one of them has gone blind. Each is a wrapper of what the services reach,
or a variant of a use case, never a patch.
"""

import dataclasses
import functools
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from services.adapters.instagram import Instagram
from services.agent.agent import Agent
from services.agent.input import TurnInput
from services.domain.call import Call
from services.domain.decision import Decision
from services.domain.documents import Create, Merge, Write
from services.domain.ids import digest
from services.domain.instants import to_ms
from services.domain.outcome import Answer, NotSent, Unknown
from services.domain.schedule import TaskSpec
from services.ingest.service import Ingest
from services.outbox.delivery import Delivery
from services.outbox.pacing import Leasing, Pacer
from services.outbox.queue import TakingHead
from services.outbox.record import RecordSend
from services.ports import Documents, TaskQueue
from services.turns.claim import ClaimThread
from services.turns.finish import FinishTurn
from services.turns.turn import Turns
from tests.simulation.bending import BentDocuments, bent, drop, is_conversation, within
from tests.simulation.instances import SimServices


def _without_fence(work: FinishTurn, _fields: dict[str, Any]) -> dict[str, Any]:
    held = dataclasses.replace(work.claim, expires_at=work.now + timedelta(days=1))
    return {"claim": held.to_doc()}


def _without_epoch(work: FinishTurn, _fields: dict[str, Any]) -> dict[str, Any]:
    return {"owner_epoch": work.claim.owner_epoch}


def _without_newer(work: FinishTurn, _fields: dict[str, Any]) -> dict[str, Any]:
    return {"inbound_seq": work.claim.seq}


def _without_hold(work: TakingHead, fields: dict[str, Any]) -> dict[str, Any]:
    held = fields.get("sending")
    over = held and work.now >= held["until"] and not held["unconfirmed"]
    return {"sending": None} if over else {}


def _without_doubt(_work: TakingHead, fields: dict[str, Any]) -> dict[str, Any]:
    held = fields.get("sending")
    return {"sending": None} if held and held["unconfirmed"] else {}


def _without_wait(_work: ClaimThread, fields: dict[str, Any]) -> dict[str, Any]:
    return {"owner": "bot"} if fields.get("owner") == "waiting" else {}


def _always_open(work: TakingHead, _fields: dict[str, Any]) -> dict[str, Any]:
    return {"last_inbound_at": to_ms(work.now)}


def _stale_items(work: Any, path: str, fields: dict[str, Any]) -> dict[str, Any]:
    """Delivery takes an item of an earlier owner for one of the present owner's."""
    if not isinstance(work, TakingHead):
        return fields
    if is_conversation(path):
        return {**fields, "owner_epoch": 0}
    return {**fields, "owner_epoch": 0} if "owner_epoch" in fields else fields


def _reset_again(work: Any, path: str, fields: dict[str, Any]) -> dict[str, Any]:
    """Held items whose sender is gone look as if they had never been taken."""
    if isinstance(work, TakingHead) and fields.get("status") == "sending":
        return {**fields, "status": "queued"}
    return within(TakingHead, _without_hold)(work, path, fields)


def _echo_at_once(work: Any, path: str, fields: dict[str, Any]) -> dict[str, Any]:
    if "Echoes" in getattr(work, "__qualname__", "") and is_conversation(path):
        return {**fields, "sending": None}
    return fields


def _create_as_merge(_work: Any, write: Write) -> Write:
    if isinstance(write, Create) and write.fields.get("direction") == "inbound":
        return Merge(write.path, write.fields)
    return write


def _no_afterthought(_work: Any, write: Write) -> Write | None:
    """Edits and unsends are taken and forgotten."""
    fields = write.fields if isinstance(write, Create | Merge) else {}
    return None if fields.get("kind") in ("edit", "unsend") else write


def _no_lease(work: Any, write: Write) -> Write | None:
    return None if isinstance(work, Leasing) else write


class NamedByThread:
    """A queue whose tasks are named by their thread alone."""

    def __init__(self, queue: TaskQueue) -> None:
        self._queue = queue

    def ensure(self, appointment: TaskSpec, body: dict[str, str]) -> None:
        """The task, under the wrong name."""
        self._queue.ensure(TaskSpec(digest(body.get("thread_id")), appointment.at), body)

    def begin(self, appointment: TaskSpec, body: dict[str, str]) -> Callable[[], None]:
        """Likewise."""
        return self._queue.begin(TaskSpec(digest(body.get("thread_id")), appointment.at), body)


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
        real: Ingest = SimServices.ingest.func(self)  # type: ignore[attr-defined]  # of the cached property
        return dataclasses.replace(real, clock_margin_seconds=-1e6)


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
        return BentDocuments(real, within(FinishTurn, _without_newer), None)

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


class NoDeliveryTask(SimServices):
    """R3: a turn that queued replies leaves them to whoever comes."""

    @functools.cached_property
    def turns(self) -> Turns:
        """Turns whose deliveries nobody ensures."""
        real: Turns = SimServices.turns.func(self)  # type: ignore[attr-defined]  # of the cached property
        return dataclasses.replace(
            real, deliveries=dataclasses.replace(real.deliveries, queue=_NoQueue())
        )


class _NoQueue:
    def ensure(self, appointment: TaskSpec, body: dict[str, str]) -> None:
        """Nothing."""

    def begin(self, appointment: TaskSpec, body: dict[str, str]) -> Callable[[], None]:
        """Not asked for here."""
        raise NotImplementedError


class _NewestOnly(Agent):
    def decide(self, asked: TurnInput, keep_claim: Callable[[], None]) -> Decision:
        """Answer the last message, in the name of all."""
        newest = dataclasses.replace(asked, messages=asked.messages[-1:])
        return super().decide(newest, keep_claim)


class NewestOnly(SimServices):
    """A burst is called answered when only its last message was read."""

    @functools.cached_property
    def turns(self) -> Turns:
        """Turns whose agent is in a hurry."""
        real: Turns = SimServices.turns.func(self)  # type: ignore[attr-defined]  # of the cached property
        parts = {f.name: getattr(real.agent, f.name) for f in dataclasses.fields(real.agent)}
        return dataclasses.replace(real, agent=_NewestOnly(**parts))


class BlindRetry(SimServices):
    """R8: an ambiguous send is repeated."""

    @functools.cached_property
    def messenger(self) -> Any:
        """The messenger that is too sure."""
        return _BlindRetry(self.instagram)


class _KeepsLateSlots(Pacer):
    def _earliest(self, account_id: str, *_: Any) -> Any:
        with self._lock:
            mine = self._kept.get(account_id)
            return mine.popleft() if mine else None


class LateSlots(SimServices):
    """R10: a slot of a leased block is used whenever somebody needs one."""

    @functools.cached_property
    def delivery(self) -> Delivery:
        """Delivery whose slots are never forfeited."""
        real: Delivery = SimServices.delivery.func(self)  # type: ignore[attr-defined]  # of the cached property
        return dataclasses.replace(
            real, pacer=_KeepsLateSlots(documents=self.documents, clock=self.clock)
        )


class _Hasty(Delivery):
    def _clock_behind(self, _run: Any) -> timedelta:
        return timedelta(days=1)

    def _find_slot(self, run: Any) -> None:
        super()._find_slot(run)
        run.lease.own = True  # as if its instant had come


class EarlySlots(SimServices):
    """R10: a slot that lies ahead is used at once."""

    @functools.cached_property
    def delivery(self) -> Delivery:
        """Delivery that does not wait."""
        real = SimServices.delivery.func(self)  # type: ignore[attr-defined]  # of the cached property
        return _Hasty(**{f.name: getattr(real, f.name) for f in dataclasses.fields(real)})


#: Rule → the services that break it.
MUTANTS: Mapping[str, type[SimServices]] = {
    "R1 no second task after a late commit": NoSecondTask,
    "R2 tasks named by the thread alone": OneTaskAThread,
    "R3 neither a look nor a follow-up": BusyIsDone,
    "R3 nobody is told of queued replies": NoDeliveryTask,
    "R4 attempts are not counted": bent(pen=drop("attempts", kind=ClaimThread)),
    "R5 finish ignores the epoch": bent(within(FinishTurn, _without_epoch)),
    "R5 delivery ignores the epoch": bent(_stale_items),
    "R6 a redelivery resets its message": bent(pen=_create_as_merge),
    "R7 nothing says when a turn is due": bent(pen=drop("due_at", "deliver_due_at")),
    "R8 an ambiguous send is repeated": BlindRetry,
    "R8 an expired hold is queued again": bent(_reset_again),
    "R8 an unconfirmed bubble holds nothing": bent(within(TakingHead, _without_doubt)),
    "R9 undecided echoes are forgotten": bent(within(RecordSend, lambda *_: {"undecided": []})),
    "R9 an early echo is taken for a human's": bent(_echo_at_once),
    "R10 a block of slots is leased twice": bent(pen=_no_lease),
    "R10 a late slot is used": LateSlots,
    "R10 a slot is used before its time": EarlySlots,
    "R11 STOP is not noticed": bent(pen=drop("opted_out_at")),
    "R12 a claim is not respected": bent(within(ClaimThread, lambda *_: {"claim": None})),
    "R12 finish without the fence": bent(within(FinishTurn, _without_fence)),
    "only the newest message is read": NewestOnly,
    "edits and unsends are forgotten": bent(pen=_no_afterthought),
    "a bubble goes out after the window": bent(within(TakingHead, _always_open)),
    "who waits for a human is answered": bent(within(ClaimThread, _without_wait)),
    "the cooldown is not kept": bent(within(ClaimThread, lambda *_: {"cooldown_until": None})),
}
