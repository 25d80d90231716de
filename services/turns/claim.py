"""Taking and renewing a turn's right to a thread's messages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from services.contacts import connecting
from services.contacts.connecting import Offer
from services.contacts.linking import event_of
from services.conversations import drafts, handoff
from services.domain import bot, boundaries, paths
from services.domain.account import Account
from services.domain.bot import Bot
from services.domain.conversation import ClaimRecord, Conversation, ConversationFields
from services.domain.documents import SERVER_TIME, Query, Write
from services.domain.ids import account_of
from services.domain.instants import to_ms
from services.domain.message import Message, MessageFields
from services.domain.operation import OperatingSettings
from services.domain.patch import Patch
from services.domain.policy import (
    ACCOUNT,
    BOT_OFF,
    Claim,
    Invite,
    Nothing,
    Skip,
    Step,
    Wait,
    next_step,
    only_drafts,
)
from services.domain.states import OPEN_INBOUND, ConversationStatus, Status
from services.ingest import edits
from services.ports import Clock, Reads
from services.turns import away_notice, follow_ups
from services.turns.giving_up import give_up

#: Messages that one look takes; what else waits is left to the looks that follow.
MOST_MESSAGES = 100
#: Reason of a `Wait` for nothing: the next look goes on where this one ended.
MORE = "more_messages"
#: Fields of a conversation in which nothing is to be done.
_AT_REST: ConversationFields = {
    "due_at": None,
    "claim": None,
    "follow_up": None,
    "turn_held_for": None,
}


@dataclass(frozen=True, slots=True)
class Taken:
    """What the claim transaction decided, and the conversation as it was then."""

    thread: Conversation
    step: Step
    claim: ClaimRecord | None = None
    contact: Mapping[str, Any] = field(default_factory=dict)  #: what is known of the person
    missing: tuple[Message, ...] = ()  #: edits whose message never came


@dataclass(frozen=True, slots=True)
class ClaimThread:
    """One try to claim a thread; meant for `Documents.transact`.

    Run again after its own lost commit it finds its claim and answers the same.
    """

    thread_id: str
    claim_id: str
    settings: OperatingSettings
    clock: Clock
    offer: Offer | None = None  #: the link for a person who has not connected
    fetch: bool = True  #: whether a message that never came is to be fetched before the turn
    account_ready: bool = True  #: whether the account may send, as this instance last heard

    @property
    def now(self) -> datetime:
        """The instant of this try: a long retry must not judge by an old one."""
        return self.clock.now()

    def __call__(self, reads: Reads) -> tuple[Taken, Sequence[Write]]:
        """Decide what the thread needs and, if it is a turn, claim its messages."""
        stored, contact = reads.get(
            paths.conversation(self.thread_id), paths.contact(self.thread_id)
        )
        if stored.fields is None:
            nobody = Conversation(thread_id=self.thread_id, account_id="", igsid="")
            return Taken(nobody, Nothing()), []
        thread = Conversation.from_doc(self.thread_id, stored.fields)
        pending = _open_messages(reads, self.thread_id)
        if thread.claim is not None and thread.holds(self.claim_id, self.now):
            ours = tuple(m for m in pending if m.id in thread.claim.mids)
            return Taken(thread, Claim(ours), thread.claim, contact.fields or {}), []
        if not self.account_ready and _may_send(reads, self.thread_id):
            # Who waits for the account must have read it here, or a resumption would miss them.
            return replace(self, account_ready=True)(reads)
        taken, patch = self._look(reads, thread, pending)
        return replace(taken, contact=contact.fields or {}), patch.of(self.thread_id)

    def _next(self, thread: Conversation, pending: Sequence[Message]) -> Step:
        ready = self.account_ready
        return next_step(thread, pending, self.settings, self.now, account_ready=ready)

    def _look(
        self, reads: Reads, thread: Conversation, pending: list[Message]
    ) -> tuple[Taken, Patch]:
        """Apply what was said about messages, then decide."""
        if thread.claim is not None and self.now < thread.claim.expires_at:
            return self._decide(thread, pending, more=False)
        more = len(pending) == MOST_MESSAGES
        applied = edits.apply(reads, self.thread_id, pending, self.now)
        if applied.missing and self.fetch:
            return Taken(thread, Nothing(), missing=applied.missing), Patch()
        taken, patch = self._decide(thread, applied.pending, more=more)
        return replace(taken, missing=applied.missing), Patch(writes=applied.writes) | patch

    def _decide(
        self, thread: Conversation, pending: Sequence[Message], *, more: bool
    ) -> tuple[Taken, Patch]:
        step, skipped = self._skip(thread, pending)
        if isinstance(step, Nothing):
            step = self._without_messages(thread, more=more)
        if isinstance(step, Invite):
            taken, patch = self._invite(thread, step.messages, more=more)
        elif isinstance(step, Claim):
            taken, patch = self._claim(thread, step, more=more)
        elif isinstance(step, Wait):
            taken, patch = self._wait(thread, step)
        else:
            at_rest = isinstance(step, Nothing) and bool(thread.due_at or thread.claim)
            taken, patch = Taken(thread, step), Patch(_AT_REST if at_rest else {})
        return taken, skipped | patch

    def _skip(self, thread: Conversation, pending: Sequence[Message]) -> tuple[Step, Patch]:
        """Skip what is not answered; the step for the rest, and what is written for that."""
        patch = Patch()
        step = self._next(thread, pending)
        while isinstance(step, Skip):
            if thread.status is ConversationStatus.SCHEDULED:  # a message ends what was put off
                patch |= Patch({"status": ConversationStatus.OPEN, "scheduled_until": None})
            if step.reason == BOT_OFF:
                patch |= Patch(drafts.left_alone(thread, self.settings, self.now))
            # An open page shows who is not answered.
            patch |= Patch({"updated_at": SERVER_TIME}, _skipped(step.messages, step.reason))
            gone = {m.id for m in step.messages}
            pending = [m for m in pending if m.id not in gone]
            step = self._next(thread, pending)
        return step, patch

    def _wait(self, thread: Conversation, step: Wait) -> tuple[Taken, Patch]:
        held_for = thread.account_id if step.reason == ACCOUNT else None
        away = away_notice.told(thread, step, self.settings, self.now)
        waits = Patch({"due_at": to_ms(step.until), "turn_held_for": held_for})
        return Taken(thread.after(away.fields), step), waits | away

    def _without_messages(self, thread: Conversation, *, more: bool) -> Step:
        """What a thread needs once nothing that this look has read needs anything."""
        if more:
            return Wait(self.now, MORE)
        if bot.mode(thread.bot, self.settings.bot) is Bot.ON:
            return follow_ups.next_step(thread, self.settings, self.now)
        return Nothing()

    def _invite(
        self, thread: Conversation, messages: Sequence[Message], *, more: bool
    ) -> tuple[Taken, Patch]:
        """Who has not connected gets a link, and no turn."""
        event_id = event_of(messages)
        made = connecting.invitation(thread, self.offer, self.settings, self.now, event_id)
        step = Wait(self.now, MORE) if more else Nothing()
        due_at = to_ms(step.until) if isinstance(step, Wait) else None
        patch = (
            Patch(_AT_REST, _skipped(messages, "not_connected"))
            | Patch({**self._opened(thread), "updated_at": SERVER_TIME, "due_at": due_at})
            | made
        )
        return Taken(thread.after(made.fields), step), patch

    def _claim(self, thread: Conversation, step: Claim, *, more: bool) -> tuple[Taken, Patch]:
        messages = step.messages
        patch = Patch(handoff.returned(thread, self.now))
        thread = thread.after(patch.fields)
        if step.spent:
            given_up = self._given_up(thread, step.spent)
            if "owner_epoch" in given_up.fields:
                messages = ()  # the next look leaves them to the human
            thread, patch = thread.after(given_up.fields), patch | given_up
        if not only_drafts(thread, self.settings):
            thanks = connecting.thanks(thread, messages, self.settings, self.now)
            thread, patch = thread.after(thanks.fields), patch | thanks
        claim = self._record(thread, messages, more=more) if messages else None
        fields: ConversationFields = {
            **self._opened(thread),
            "follow_up": None,
            "turn_held_for": None,
            "claim": claim.to_doc() if claim else None,
            "due_at": to_ms(claim.expires_at if claim else self.now),
        }
        patch |= Patch(fields, [_claimed(m, self.settings) for m in messages])
        claimed = tuple(replace(m, attempts=m.attempts + 1) for m in messages)
        return Taken(thread, Claim(claimed, step.spent), claim), patch

    def _given_up(self, thread: Conversation, spent: Sequence[Message]) -> Patch:
        minutes, error = self.settings.waiting_alert_minutes, "tried too often"
        return give_up(thread, spent, self.claim_id, error, self.now, alert_minutes=minutes)

    def _record(
        self, thread: Conversation, messages: Sequence[Message], *, more: bool
    ) -> ClaimRecord:
        return ClaimRecord(
            id=self.claim_id,
            expires_at=self.now + timedelta(seconds=self.settings.claim_seconds),
            mids=tuple(m.id for m in messages),
            owner_epoch=thread.owner_epoch,
            seq=thread.inbound_seq,
            more=more,
        )

    def _opened(self, thread: Conversation) -> ConversationFields:
        """A message that is taken opens what was closed or put off.

        Lists find a conversation by these, and ingest cannot write them without reading.
        """
        fields: ConversationFields = {"owner": thread.owner, "status": ConversationStatus.OPEN}
        if thread.status is not ConversationStatus.OPEN:
            fields["scheduled_until"] = None
        if thread.status is ConversationStatus.CLOSED:
            fields["boundaries"] = boundaries.added(
                thread.boundaries, "reopened", self.now, reason="message"
            )
        return fields


def _may_send(reads: Reads, thread_id: str) -> bool:
    account_id = account_of(thread_id)
    return Account.from_doc(account_id, reads.get(paths.account(account_id))[0].fields).may_send


def renew(
    reads: Reads, thread_id: str, claim_id: str, expires_at: datetime, now: datetime
) -> tuple[datetime | None, Sequence[Write]]:
    """Hold the claim until `expires_at`, and answer that; None when it is no longer ours."""
    path = paths.conversation(thread_id)
    (stored,) = reads.get(path)
    thread = Conversation.from_doc(thread_id, stored.fields or {})
    if thread.claim is None or not thread.holds(claim_id, now):
        return None, []
    claim = replace(thread.claim, expires_at=expires_at)
    return expires_at, [path.update({"claim": claim.to_doc(), "due_at": to_ms(expires_at)})]


def _open_messages(reads: Reads, thread_id: str) -> list[Message]:
    """The unanswered messages, oldest first by Meta's timestamp."""
    found = reads.query(
        Query(
            paths.messages(thread_id),
            where=[("status", "in", list(OPEN_INBOUND))],
            order=[("created_at", "ASCENDING")],
            limit=MOST_MESSAGES,
        )
    )
    return [Message.from_doc(s.id, s.fields or {}) for s in found]


def _skipped(messages: Sequence[Message], reason: str) -> list[Write]:
    fields: MessageFields = {
        "status": Status.PROCESSED,
        "processed_at": SERVER_TIME,
        "reason": reason,
    }
    return [paths.message(m.thread_id, m.id).update(fields) for m in messages]


def _claimed(message: Message, settings: OperatingSettings) -> Write:
    if message.kind == follow_ups.KIND and message.received_at is None:  # not stored yet
        return follow_ups.stored(message, settings)
    return paths.message(message.thread_id, message.id).update(
        {"status": Status.PROCESSING, "attempts": message.attempts + 1}
    )
