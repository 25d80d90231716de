"""Ending a turn: its replies are queued, or its messages are given back; always fenced."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.domain import paths, policy
from services.domain.conversation import ClaimRecord, Conversation, ConversationFields
from services.domain.decision import Decision
from services.domain.documents import SERVER_TIME, Create, Write
from services.domain.instants import to_ms
from services.domain.message import Message, MessageFields
from services.domain.operation import OperatingSettings
from services.domain.patch import Patch
from services.domain.retention import expiry
from services.domain.schedule import RELEASE_GRACE
from services.domain.states import Status
from services.outbox.enqueue import joining
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
class FinishTurn:
    """Commits what a turn decided; meant for `Documents.transact`.

    If the claim is no longer ours nothing is written; if the owner changed meanwhile the replies
    are discarded.
    """

    thread_id: str
    claim: ClaimRecord
    messages: Sequence[Message]
    decision: Decision
    settings: OperatingSettings
    clock: Clock

    @property
    def now(self) -> datetime:
        """The instant of this try: a long retry must not judge by an old one."""
        return self.clock.now()

    def __call__(self, reads: Reads) -> tuple[Ended, Sequence[Write]]:
        """Decide and write, from the conversation as it is now."""
        (stored,) = reads.get(paths.conversation(self.thread_id))
        thread = Conversation.from_doc(self.thread_id, stored.fields or {})
        if not thread.holds(self.claim.id, self.now):
            return Ended("fenced", thread), []
        if self._superseded(thread):
            return self._again(thread)
        overtaken = thread.owner_epoch != self.claim.owner_epoch
        decision = Decision(reason="owner_changed") if overtaken else self.decision
        intents = Intents(thread, self.claim, decision, self.now, self.settings)
        items = intents.items
        outcome = _outcome(decision, overtaken=overtaken)
        cooldown = thread.cooldown_until
        if items:
            cooldown = self.now + timedelta(seconds=self.settings.cooldown_seconds)
        follow_up_at = self._follow_up_at(thread, decision, cooldown)
        ended: ConversationFields = {
            "claim": None,
            "cooldown_until": cooldown,
            "due_at": to_ms(follow_up_at) if follow_up_at else None,
            "failed_turns": 0,
            "superseded": 0,
        }
        patch = Patch(ended, [*self._processed(decision), self._trace(outcome)]) | intents.patch
        if items:
            patch |= joining(thread, items, self.settings, self.now)
        return Ended(outcome, thread, follow_up_at, bool(items), intents.tells), patch.of(
            self.thread_id
        )

    def _follow_up_at(
        self, thread: Conversation, decision: Decision, cooldown: datetime | None
    ) -> datetime | None:
        """When the thread must be looked at again: for newer messages, or as was planned."""
        if thread.has_newer_than(self.claim):
            return policy.follow_up(thread, cooldown, self.settings, self.now)
        return decision.follow_up.at if decision.follow_up is not None else None

    def _superseded(self, thread: Conversation) -> bool:
        newer = thread.has_newer_than(self.claim) and thread.owner_epoch == self.claim.owner_epoch
        return self.settings.supersede and newer and thread.superseded < MOST_SUPERSEDED

    def _again(self, thread: Conversation) -> tuple[Ended, Sequence[Write]]:
        """Newer messages came while the model thought: one turn is to answer all of them."""
        at = policy.follow_up(thread, thread.cooldown_until, self.settings, self.now)
        fields: ConversationFields = {
            "claim": None,
            "due_at": to_ms(at),
            "superseded": thread.superseded + 1,
        }
        trace = self._trace("superseded")  # it was paid for
        back = [
            paths.message(self.thread_id, m.id).update(
                {"status": Status.PENDING, "attempts": max(0, m.attempts - 1)}
            )
            for m in self.messages
        ]
        return Ended("superseded", thread, at), Patch(fields, [*back, trace]).of(self.thread_id)

    def _processed(self, decision: Decision) -> list[Write]:
        fields: MessageFields = {
            "status": Status.PROCESSED,
            "processed_at": SERVER_TIME,
            "reason": decision.reason,
            "turn_id": self.claim.id,
        }
        described = decision.descriptions
        return [
            paths.message(self.thread_id, m.id).update(fields | described.get(m.id, {}))
            for m in self.messages
        ]

    def _trace(self, outcome: str) -> Create:
        return paths.turn(self.thread_id, self.claim.id).create(
            {
                **self.decision.trace,
                "mids": list(self.claim.mids),
                "outcome": outcome,
                "reason": self.decision.reason,
                "ended_at": self.now,
                "expire_at": expiry(self.now, self.settings),
            }
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
    settings: OperatingSettings
    clock: Clock

    @property
    def now(self) -> datetime:
        """The instant of this try: a long retry must not judge by an old one."""
        return self.clock.now()

    def __call__(self, reads: Reads) -> tuple[Ended, Sequence[Write]]:
        """Decide and write, from the conversation as it is now."""
        (stored,) = reads.get(paths.conversation(self.thread_id))
        thread = Conversation.from_doc(self.thread_id, stored.fields or {})
        if not thread.holds(self.claim.id, self.now):
            return Ended("fenced", thread), []
        spent = [m for m in self.messages if m.attempts >= self.settings.max_attempts]
        back = [m for m in self.messages if m.attempts < self.settings.max_attempts]
        patch = self._given_back(back) | self._given_up(thread, spent)
        again_at = None
        if thread.has_newer_than(self.claim):
            again_at = policy.follow_up(thread, thread.cooldown_until, self.settings, self.now)
        due_at = self.now + RELEASE_GRACE if back else again_at
        patch |= Patch({"claim": None, "due_at": to_ms(due_at) if due_at else None})
        ended = Ended("released" if back else "failed", thread, again_at, tell=bool(spent))
        return ended, patch.of(self.thread_id)

    def _given_back(self, messages: Sequence[Message]) -> Patch:
        fields: MessageFields = {"status": Status.PENDING, "error": self.error}
        path = paths.message
        return Patch(writes=[path(self.thread_id, m.id).update(fields) for m in messages])

    def _given_up(self, thread: Conversation, messages: Sequence[Message]) -> Patch:
        if not messages:
            return Patch()
        minutes = self.settings.waiting_alert_minutes
        return give_up(thread, messages, self.claim.id, self.error, self.now, alert_minutes=minutes)
