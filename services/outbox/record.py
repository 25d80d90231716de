"""Recording what became of a send, and taking the next item of the line in the same commit."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.conversations import handoff
from services.domain import paths, retries
from services.domain.account import Account
from services.domain.conversation import Conversation
from services.domain.documents import SERVER_TIME, Snapshot, Write
from services.domain.ids import account_of, digest
from services.domain.message import Message, MessageFields
from services.domain.operation import OperatingSettings
from services.domain.outcome import NotSent, Outcome, Refused, Sent, Stopped, Throttled, Unknown
from services.domain.patch import Patch
from services.domain.states import Owner, Status
from services.outbox import echo_matching, fate
from services.outbox.head import (
    Empty,
    LookAgain,
    QueueHead,
    SendContext,
    advance,
    look_if,
    still_held,
)
from services.outbox.times import READ_BACK_AFTER, held_look
from services.ports import Reads


@dataclass(frozen=True, slots=True)
class RecordSend:
    """Writes a send's outcome; meant for `Documents.transact`.

    A definite outcome is accepted even after the hold ran out, while nobody else has one; run
    again after its own lost commit it finds its hold on the next item and answers the same.
    Echoes that came while the item was on its way are decided here, because only here the mid is
    known.
    """

    thread_id: str
    item: Message
    held: str  #: the token of the hold that it ends
    next_id: str | None
    outcome: Outcome
    settings: OperatingSettings
    token: str  #: of the hold on the next item
    slot: datetime | None  #: the instant that was leased for the next item
    now: datetime

    def __call__(self, reads: Reads) -> tuple[QueueHead, Sequence[Write]]:
        """Decide and write, from the outbox as it is now; answers its new head."""
        path, account_id = paths.conversation(self.thread_id), account_of(self.thread_id)
        ids = [self.item.id, *([self.next_id] if self.next_id else [])]
        stored, owned, item, *behind = reads.get(
            path, paths.account(account_id), *(paths.message(self.thread_id, i) for i in ids)
        )
        if stored.fields is None or item.fields is None:
            return Empty(), []  # the contact was deleted meanwhile
        thread = Conversation.from_doc(self.thread_id, stored.fields)
        account = Account.from_doc(account_id, owned.fields)
        if thread.sending is None or thread.sending.token != self.held:
            head, patch = self._late(reads, thread, account, item)
        else:
            head, patch = self._recorded(reads, thread, account, behind)
        return head, patch.of(self.thread_id)

    def _late(
        self, reads: Reads, thread: Conversation, account: Account, item: Snapshot
    ) -> tuple[QueueHead, Patch]:
        """The hold is gone: it was ended by this very record, by an echo, or given up."""
        if thread.sending is not None and thread.sending.held_by(self.token):
            (stored,) = reads.get(paths.message(self.thread_id, thread.sending.id))
            held = Message.from_doc(stored.id, stored.fields or {})
            return still_held(thread, account, thread.sending, held, self.now), Patch()
        head = look_if(thread.outbox, self.now)
        known = Message.from_doc(item.id, item.fields or {})
        if isinstance(self.outcome, Sent) and known.status not in (Status.SENT, Status.READ):
            return head, fate.arrived(thread, known, self.outcome.mid, self.now, self.settings)
        return head, Patch()

    def _recorded(
        self,
        reads: Reads,
        thread: Conversation,
        account: Account,
        behind: Sequence[Snapshot],
    ) -> tuple[QueueHead, Patch]:
        """The hold ends: decide the echoes that came, tell the team, and say what the item is."""
        came = echo_matching.of(reads, thread)
        outcome = _decided_by(self.outcome, self.item, came.echoes)
        mid = outcome.mid if isinstance(outcome, Sent) else None
        decided = echo_matching.decide(thread, came, mid, self.settings)
        told = self._told(reads, decided.thread, outcome)
        thread = decided.thread.after(told.fields)
        so_far = decided.patch | told
        if isinstance(outcome, Unknown) and thread.sending is not None:
            lost = fate.unconfirmed(thread, thread.sending, outcome.reason, self.now)
            return LookAgain(at=self.now + READ_BACK_AFTER[0]), so_far | lost
        again = self._again(thread, outcome)
        if again is not None:
            head, patch = again
            return head, so_far | patch
        ended = (
            fate.arrived(thread, self.item, mid, self.now, self.settings, echo=decided.echo)
            if isinstance(outcome, Sent)
            else fate.refused(thread, self.item, outcome.reason, self.now)
        )
        following, patch = self._next(thread, account, behind)
        return following, so_far | patch | ended

    def _again(self, thread: Conversation, outcome: Outcome) -> tuple[LookAgain, Patch] | None:
        """The item stays in the outbox: until when, and with which changes."""
        attempts = self.item.attempts
        less = max(0, attempts - 1)
        if isinstance(outcome, NotSent):
            at = self.now + retries.pause(attempts)
            changes: MessageFields = {"next_attempt_at": at, "error": outcome.reason}
            return self._waits(thread, at, changes, attempts)
        if isinstance(outcome, Throttled):  # Instagram's pause is no fault of the item's
            at = self.now + timedelta(minutes=outcome.minutes)
            changes = {"next_attempt_at": at, "error": outcome.reason, "attempts": less}
            return self._waits(thread, at, changes)
        if isinstance(outcome, Stopped):
            at = held_look(thread, self.now)
            changes = {"error": outcome.reason, "attempts": less}
            return self._waits(thread, at, changes, held_for=thread.account_id)
        if isinstance(outcome, Refused) and (simpler := retries.simpler(self.item, outcome)):
            changes = {**simpler, "error": outcome.reason}
            return self._waits(thread, self.now, changes, attempts)
        return None

    def _waits(
        self,
        thread: Conversation,
        at: datetime,
        changes: MessageFields,
        attempt: int = 0,
        held_for: str | None = None,
    ) -> tuple[LookAgain, Patch]:
        patch = fate.queued_again(thread, self.item, at, changes, held_for)
        return LookAgain(at=at, item_id=self.item.id, attempt=attempt), patch

    def _next(
        self, thread: Conversation, account: Account, behind: Sequence[Snapshot]
    ) -> tuple[QueueHead, Patch]:
        """The item is SENT or FAILED: the next one of the outbox may go."""
        outbox = tuple(item for item in thread.outbox if item != self.item.id)
        following = [s for s in behind if outbox[:1] == (s.id,)]
        behind_it = replace(thread, outbox=outbox, sending=None)
        gate = SendContext(behind_it, account, self.slot, self.token, self.now, self.settings)
        head, patch = advance(gate, self._delayed(following))
        return head, patch | Patch({"updated_at": SERVER_TIME}, self._delays(following))

    def _told(self, reads: Reads, thread: Conversation, outcome: Outcome) -> Patch:
        """What a refusal means for the team: asked for where we may not write, else told daily."""
        if not isinstance(outcome, Refused) or not outcome.alert:
            return Patch()
        if outcome.routing and thread.owner is Owner.BOT:
            minutes = self.settings.waiting_alert_minutes
            return handoff.hand_off(
                thread, "routing_conflict", self.now, minutes, note=outcome.reason
            )
        name = digest("refused", thread.account_id, outcome.reason, self.now.date())
        path = paths.alert(name)
        if reads.get(path)[0].fields:
            return Patch()
        told = handoff.alert(thread, "delivery_refused", self.now, note=outcome.reason)
        return Patch(writes=[path.create(told)])

    def _delayed(self, following: Sequence[Snapshot]) -> list[Snapshot]:
        """The next bubble of the same turn is not to be typed faster than the setting says."""
        at = self._next_at(following)
        return [
            Snapshot(s.path, {**(s.fields or {}), "next_attempt_at": at}) if at else s
            for s in following
        ]

    def _delays(self, following: Sequence[Snapshot]) -> list[Write]:
        at = self._next_at(following)
        return [
            paths.message(self.thread_id, s.id).update({"next_attempt_at": at})
            for s in following
            if at
        ]

    def _next_at(self, following: Sequence[Snapshot]) -> datetime | None:
        seconds = self.settings.bubble_delay_seconds
        turn = self.item.turn_id
        same_turn = [s for s in following if s.fields and s.fields.get("turn_id") == turn]
        if seconds <= 0 or turn is None or not same_turn:
            return None
        return self.now + timedelta(seconds=seconds)


def _decided_by(outcome: Outcome, item: Message, echoes: Sequence[Snapshot]) -> Outcome:
    """An echo of the same text, not older than the call, settles an unknown outcome."""
    if not isinstance(outcome, Unknown):
        return outcome
    own = echo_matching.own_among(item, echoes)
    return Sent(own.mid) if own is not None and own.mid else outcome
