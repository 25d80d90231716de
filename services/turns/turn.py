"""A turn: claim, decide, answer, finish; and whatever happens, somebody is sure to look again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from services.agent.agent import Agent
from services.agent.draft import asked_for_draft, only_drafted
from services.agent.input import TurnInput
from services.contacts.linking import Linking
from services.contacts.profiles import Profiles
from services.domain import paths, schedule
from services.domain.conversation import ClaimRecord, Conversation
from services.domain.documents import Write
from services.domain.ids import split_thread_id
from services.domain.message import Message
from services.domain.operation import OperatingSettings
from services.domain.policy import Busy, Claim, Wait, only_drafts
from services.domain.task import Kind, Task
from services.errors import Superseded, TurnFailed, TurnLost, Unavailable
from services.ingest.backfill import AGAIN_AFTER, Missing
from services.ingest.edits import NOTES
from services.ports import Clock, Documents, Ids, Reads
from services.store.live_settings import SettingsCache
from services.store.messages import newest, still_kept
from services.tasks import ThreadTasks
from services.turns.claim import ClaimThread, Taken, renew
from services.turns.finish import MOST_SUPERSEDED, Ended, FinishTurn, Releasing

_log = structlog.get_logger()

#: Outcomes of a finish that wrote nothing of the decision but its trace.
_UNDONE = ("fenced", "discarded", "superseded")


@dataclass(frozen=True, slots=True)
class Turn:
    """One claimed turn."""

    thread: Conversation
    claim: ClaimRecord
    messages: tuple[Message, ...]
    settings: OperatingSettings
    trace_id: str
    contact: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turns:
    """Runs turns. `process` may be called any number of times, at any time, for any thread."""

    documents: Documents
    looks: ThreadTasks
    deliveries: ThreadTasks
    settings: SettingsCache
    agent: Agent
    missing: Missing
    profiles: Profiles
    linking: Linking
    clock: Clock
    ids: Ids

    def process(self, thread_id: str, trace_id: str) -> str:
        """Answer what waits in the thread, or see to it that it is answered later.

        When it returns, nothing is left undone or the task that will do it exists. Raises
        `TurnFailed` when the messages are pending again and this task should be tried again,
        and `Unavailable` when the store or the queue cannot be reached.
        """
        parties = split_thread_id(thread_id)
        if parties is None:
            _log.error("turn_for_no_thread", trace_id=trace_id)
            return "unknown_thread"
        view = self.settings.account(parties[0])
        settings = view.operation
        claim_id = self.ids.new()
        offer = self.linking.offer() if settings.account_linking else None
        ready = view.account.may_send
        taking = ClaimThread(thread_id, claim_id, settings, self.clock, offer, account_ready=ready)
        taken = self.documents.transact(taking)
        if taken.missing:
            self.missing.fetch(parties[0], thread_id, taken.missing)
            taken = self.documents.transact(replace(taking, fetch=False))
        if taken.missing:
            self.looks.at(thread_id, self.clock.now() + AGAIN_AFTER, trace_id)
        self.profiles.refresh(taken.thread)
        step = taken.step
        if isinstance(step, Claim) and taken.claim is not None:
            claimed = step.messages
            return self._run(
                Turn(taken.thread, taken.claim, claimed, settings, trace_id, taken.contact)
            )
        self._ensure_looks(taken, trace_id)
        return type(step).__name__.lower()

    def _ensure_looks(self, taken: Taken, trace_id: str) -> None:
        """A run that claims nothing leaves its thread to a task that will look again."""
        thread_id, step = taken.thread.thread_id, taken.step
        if isinstance(step, Busy):
            self.looks.after_claim(thread_id, step.claim_id, step.until, trace_id)
        elif isinstance(step, Wait):
            self.looks.at(thread_id, step.until, trace_id)
        elif isinstance(step, Claim):
            self.looks.soon(thread_id, trace_id)  # only spent messages: more may wait
        if taken.thread.outbox:
            self.deliveries.soon(thread_id, trace_id)

    def _run(self, turn: Turn) -> str:
        try:
            ended = self._answer(turn)
        except TurnLost:
            ended = Ended("fenced", turn.thread)
        except Unavailable:
            self._release(turn, "store or queue unreachable")
            raise
        except Exception as error:  # noqa: BLE001 (whatever it was, the messages go back)
            ended = self._failed(turn, error)
        self._ensure_after(ended, turn)
        return ended.outcome

    def _answer(self, turn: Turn) -> Ended:
        thread, settings = turn.thread, turn.settings
        renewal = Renewal(self.documents, self.clock, thread, turn.claim, settings)
        history, begins_at = self._history(turn)
        asked = TurnInput(
            thread=thread,
            turn_id=turn.claim.id,
            messages=turn.messages,
            history=history,
            history_begins_at=begins_at,
            contact=turn.contact,
            settings=settings,
            business=self.settings.account(thread.account_id).business,
        )
        drafting = only_drafts(thread, settings)
        question = asked_for_draft(asked) if drafting else asked
        decision = self.agent.decide(question, renewal)
        if drafting:
            decision = only_drafted(decision, asked)
        ended = self.documents.transact(
            FinishTurn(thread.thread_id, turn.claim, turn.messages, decision, settings, self.clock)
        )
        if ended.outcome not in _UNDONE:
            self.agent.committed(decision)
        return ended

    def _history(self, turn: Turn) -> tuple[list[Message], datetime | None]:
        """What stands before the claimed messages, and since when, if more may stand before."""
        most = turn.settings.history_messages + len(turn.messages)
        found = newest(self.documents, turn.thread.thread_id, most)
        begins_at = (found[-1].fields or {}).get("created_at") if len(found) == most else None
        messages = still_kept(found, self.clock.now())
        return [m for m in messages if m.kind not in NOTES], begins_at

    def _ensure_after(self, ended: Ended, turn: Turn) -> None:
        thread_id, trace_id = ended.thread.thread_id, turn.trace_id
        if ended.outcome == "fenced":
            self._look_after_fence(thread_id, ended.thread.claim, trace_id)
        if ended.follow_up_at is not None:
            self.looks.at(thread_id, ended.follow_up_at, trace_id)
        if ended.deliver or ended.tell:
            delivery = schedule.delivery_of_turn(thread_id, turn.claim.id, self.clock.now())
            kind = Kind.DELIVERY_AND_ALERTS if ended.tell else Kind.DELIVERY
            self.deliveries.queue.ensure(delivery, Task(kind, thread_id, trace_id).body())
        elif ended.thread.outbox:
            self.deliveries.soon(thread_id, trace_id)

    def _look_after_fence(self, thread_id: str, claim: ClaimRecord | None, trace_id: str) -> None:
        if claim is not None and self.clock.now() < claim.expires_at:
            self.looks.after_claim(thread_id, claim.id, claim.expires_at, trace_id)
        else:
            self.looks.soon(thread_id, trace_id)

    def _failed(self, turn: Turn, error: Exception) -> Ended:
        name = type(error).__name__
        thread_id = turn.thread.thread_id
        _log.error("turn_failed", thread_id=thread_id, trace_id=turn.trace_id, exc_info=error)
        ended = self._release(turn, name)
        if ended.outcome == "released":
            raise TurnFailed(
                f"The turn of thread {thread_id} failed with {name}; its messages are pending "
                "again and the queue will try once more."
            ) from error
        return ended

    def _release(self, turn: Turn, error: str) -> Ended:
        return self.documents.transact(
            Releasing(
                turn.thread.thread_id,
                turn.claim,
                turn.messages,
                error,
                turn.settings,
                self.clock,
            )
        )


@dataclass(slots=True)
class Renewal:
    """Keeps a claim alive while the agent works; called between the model's steps."""

    documents: Documents
    clock: Clock
    thread: Conversation
    claim: ClaimRecord
    settings: OperatingSettings
    steps: int = 0

    def __call__(self) -> None:
        """Renew the claim when a third of it is gone; one read where newer messages end the run.

        Raises `TurnLost` when the claim is not ours, `Superseded` when newer messages came, so
        that no further step is paid for. The first step is asked for at once: the claim has just
        looked.
        """
        whole = timedelta(seconds=self.settings.claim_seconds)
        if self.clock.now() >= self.claim.expires_at - whole * 2 / 3:
            self._renew(whole)
        self.steps += 1
        may_begin_anew = self.settings.supersede and self.thread.superseded < MOST_SUPERSEDED
        if may_begin_anew and self.steps > 1 and self._newer():
            raise Superseded

    def _renew(self, whole: timedelta) -> None:
        thread_id, claim_id = self.thread.thread_id, self.claim.id

        def work(reads: Reads) -> tuple[datetime | None, Sequence[Write]]:
            now = self.clock.now()  # a long retry must neither judge nor extend by an old one
            return renew(reads, thread_id, claim_id, now + whole, now)

        until = self.documents.transact(work)
        if until is None:
            raise TurnLost
        self.claim = replace(self.claim, expires_at=until)

    def _newer(self) -> bool:
        (stored,) = self.documents.get(paths.conversation(self.thread.thread_id))
        now = Conversation.from_doc(self.thread.thread_id, stored.fields or {})
        return now.has_newer_than(self.claim)
