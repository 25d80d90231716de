"""Ending a turn: its replies are queued, or its messages are given back; always fenced."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.domain import paths, policy
from services.domain.conversation import ClaimRecord, Conversation
from services.domain.decision import Decision
from services.domain.documents import SERVER_TIME, Create, Update, Write
from services.domain.entries import expiry
from services.domain.instants import to_ms
from services.domain.message import Message
from services.domain.operation import Operation
from services.domain.schedule import RELEASE_GRACE
from services.domain.states import Direction, Status
from services.outbox.queue import DELIVERY_GRACE
from services.ports import Clock, Reads
from services.turns.giving_up import give_up
from services.turns.intents import Intents

#: How often in a row newer messages start a turn anew.
MOST_SUPERSEDED = 2


@dataclass(frozen=True, slots=True)
class Ended:
    """How a turn ended, and what must be ensured because of it."""

    #: answered · drafted · silent · handed_off · superseded · discarded · fenced · released ·
    #: failed
    outcome: str
    thread: Conversation
    follow_up_at: datetime | None = None
    deliver: bool = False
    tell: bool = False  #: alerts for the manager were written


@dataclass(frozen=True, slots=True)
class Finishing:
    """Commits what a turn decided; meant for `Documents.transact`.

    If the claim is no longer ours nothing is written; if the owner changed meanwhile the replies
    are discarded.
    """

    thread_id: str
    claim: ClaimRecord
    messages: Sequence[Message]
    decision: Decision
    settings: Operation
    clock: Clock

    @property
    def now(self) -> datetime:
        """The instant of this try: a long retry must not judge by an old one."""
        return self.clock.now()

    def __call__(self, reads: Reads) -> tuple[Ended, Sequence[Write]]:
        """Decide and write, from the conversation as it is now."""
        path = paths.conversation(self.thread_id)
        (stored,) = reads.get(path)
        thread = Conversation.from_doc(self.thread_id, stored.fields or {})
        if not thread.holds(self.claim.id, self.now):
            return Ended("fenced", thread), []
        if self._superseded(thread):
            return self._again(thread)
        overtaken = thread.owner_epoch != self.claim.owner_epoch
        decision = Decision(reason="owner_changed") if overtaken else self.decision
        expire_at = expiry(self.now, self.settings)
        alert_minutes = self.settings.waiting_alert_minutes
        intents = Intents(thread, self.claim, decision, self.now, expire_at, alert_minutes)
        items = intents.items
        outcome = _outcome(decision, overtaken=overtaken)
        cooldown = thread.cooldown_until
        if items:
            cooldown = self.now + timedelta(seconds=self.settings.cooldown_seconds)
        follow_up_at = None
        if thread.has_newer_than(self.claim):
            follow_up_at = policy.follow_up(thread, cooldown, self.settings, self.now)
        elif decision.follow_up is not None:
            follow_up_at = decision.follow_up.at
        fields: dict[str, Any] = {
            "claim": None,
            "cooldown_until": cooldown,
            "due_at": to_ms(follow_up_at) if follow_up_at else None,
            "failed_turns": 0,
            "superseded": 0,
            **intents.fields,
        }
        if items:
            fields["outbox"] = [*thread.outbox, *(item.path.rpartition("/")[2] for item in items)]
            fields["deliver_due_at"] = to_ms(self.now + DELIVERY_GRACE)
            last = str(items[-1].fields["text"])
            fields |= {"last_text": last[:120], "last_direction": Direction.OUTGOING}
            fields["updated_at"] = SERVER_TIME
        writes = [*self._processed(decision), *items, *intents.others, self._trace(outcome)]
        return Ended(outcome, thread, follow_up_at, bool(items), intents.tells), [
            *writes,
            Update(path, fields),
        ]

    def _superseded(self, thread: Conversation) -> bool:
        newer = thread.has_newer_than(self.claim) and thread.owner_epoch == self.claim.owner_epoch
        return self.settings.supersede and newer and thread.superseded < MOST_SUPERSEDED

    def _again(self, thread: Conversation) -> tuple[Ended, Sequence[Write]]:
        """Newer messages came while the model thought: one turn is to answer all of them."""
        path = paths.conversation(self.thread_id)
        at = policy.follow_up(thread, thread.cooldown_until, self.settings, self.now)
        back = [
            Update(
                paths.message(self.thread_id, m.id),
                {"status": Status.PENDING, "attempts": max(0, m.attempts - 1)},
            )
            for m in self.messages
        ]
        fields = {"claim": None, "due_at": to_ms(at), "superseded": thread.superseded + 1}
        trace = self._trace("superseded")  # it was paid for
        return Ended("superseded", thread, at), [*back, trace, Update(path, fields)]

    def _processed(self, decision: Decision) -> list[Write]:
        fields = {
            "status": Status.PROCESSED,
            "processed_at": SERVER_TIME,
            "reason": decision.reason,
            "turn_id": self.claim.id,
        }
        path = paths.messages(self.thread_id)
        return [
            Update(f"{path}/{m.id}", {**fields, **decision.descriptions.get(m.id, {})})
            for m in self.messages
        ]

    def _trace(self, outcome: str) -> Create:
        return Create(
            paths.turn(self.thread_id, self.claim.id),
            {
                **self.decision.trace,
                "mids": list(self.claim.mids),
                "outcome": outcome,
                "reason": self.decision.reason,
                "ended_at": self.now,
                "expire_at": expiry(self.now, self.settings),
            },
        )


def _outcome(decision: Decision, *, overtaken: bool) -> str:
    if overtaken:
        return "discarded"
    if decision.suggestion is not None:
        return "drafted"
    if decision.handoff is not None:
        return "handed_off"
    return "answered" if decision.bubbles else "silent"


@dataclass(frozen=True, slots=True)
class Releasing:
    """Gives a failed turn's messages back; those tried too often are given up."""

    thread_id: str
    claim: ClaimRecord
    messages: Sequence[Message]
    error: str
    settings: Operation
    clock: Clock

    @property
    def now(self) -> datetime:
        """The instant of this try: a long retry must not judge by an old one."""
        return self.clock.now()

    def __call__(self, reads: Reads) -> tuple[Ended, Sequence[Write]]:
        """Decide and write, from the conversation as it is now."""
        path = paths.conversation(self.thread_id)
        (stored,) = reads.get(path)
        thread = Conversation.from_doc(self.thread_id, stored.fields or {})
        if not thread.holds(self.claim.id, self.now):
            return Ended("fenced", thread), []
        spent = [m for m in self.messages if m.attempts >= self.settings.max_attempts]
        back = [m for m in self.messages if m.attempts < self.settings.max_attempts]
        fields: dict[str, Any] = {"claim": None}
        writes: list[Write] = [
            Update(
                paths.message(self.thread_id, m.id), {"status": Status.PENDING, "error": self.error}
            )
            for m in back
        ]
        if spent:
            given_up = give_up(
                thread,
                spent,
                self.claim.id,
                self.error,
                self.now,
                alert_minutes=self.settings.waiting_alert_minutes,
            )
            writes += given_up.writes
            fields |= given_up.fields
        again_at = None
        if thread.has_newer_than(self.claim):
            again_at = policy.follow_up(thread, thread.cooldown_until, self.settings, self.now)
        due_at = self.now + RELEASE_GRACE if back else again_at
        fields["due_at"] = to_ms(due_at) if due_at else None
        writes.append(Update(path, fields))
        ended = Ended("released" if back else "failed", thread, again_at, tell=bool(spent))
        return ended, writes
