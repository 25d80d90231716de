"""Recording what became of a send, and taking the next item of the line in the same commit."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from services.conversations import handoff
from services.domain import paths, retries
from services.domain.account import Account
from services.domain.conversation import Conversation
from services.domain.documents import SERVER_TIME, Create, Snapshot, Update, Write
from services.domain.ids import account_of, digest
from services.domain.instants import to_ms
from services.domain.linking import without_token
from services.domain.message import Message
from services.domain.operation import Operation
from services.domain.outcome import NotSent, Outcome, Refused, Sent, Stopped, Throttled, Unknown
from services.domain.states import Owner, Status
from services.outbox import echo_matching
from services.outbox.delivered import arrived
from services.outbox.echo_matching import Decided
from services.outbox.queue import (
    DELIVERY_GRACE,
    READ_BACK_AFTER,
    Gate,
    Head,
    advance,
    held_look,
    still_held,
    unconfirmed,
)
from services.ports import Reads


@dataclass(frozen=True, slots=True)
class Recording:
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
    settings: Operation
    token: str  #: of the hold on the next item
    slot: datetime | None  #: the instant that was leased for the next item
    now: datetime

    def __call__(self, reads: Reads) -> tuple[Head, Sequence[Write]]:
        """Decide and write, from the line as it is now; answers its new head."""
        path, account_id = paths.conversation(self.thread_id), account_of(self.thread_id)
        ids = [self.item.id, *([self.next_id] if self.next_id else [])]
        stored, owned, item, *behind = reads.get(
            path, paths.account(account_id), *(paths.message(self.thread_id, i) for i in ids)
        )
        if stored.fields is None or item.fields is None:
            return Head(), []  # the contact was deleted meanwhile
        thread = Conversation.from_doc(self.thread_id, stored.fields)
        account = Account.from_doc(account_id, owned.fields)
        if thread.sending is None or thread.sending.token != self.held:
            return self._late(reads, thread, account, item)
        came = echo_matching.of(reads, thread)
        outcome = _decided_by(self.outcome, self.item, came.echoes)
        mid = outcome.mid if isinstance(outcome, Sent) else None
        decided = echo_matching.decide(thread, came, mid, self.settings)
        told, alerts = self._told(reads, decided.thread, outcome)
        decided = replace(decided, thread=handoff.after(decided.thread, told))
        head, more, written = self._record(decided, account, outcome, behind)
        line = {**decided.fields, **told, **more}
        return head, [*decided.writes, *alerts, *written, Update(path, line)]

    def _late(
        self, reads: Reads, thread: Conversation, account: Account, item: Snapshot
    ) -> tuple[Head, Sequence[Write]]:
        """The hold is gone: it was ended by this very record, by an echo, or given up."""
        if thread.sending is not None and thread.sending.held_by(self.token):
            return still_held(reads, thread, account, thread.sending, self.now), []
        head = Head(look_at=self.now if thread.outbox else None)
        stored = Message.from_doc(item.id, item.fields or {})
        if isinstance(self.outcome, Sent) and stored.status not in (Status.SENT, Status.READ):
            sent, fields = arrived(thread, stored, self.outcome.mid, self.now, self.settings)
            path = paths.conversation(self.thread_id)
            return head, [Update(item.path, sent), Update(path, fields)]
        return head, []

    def _record(
        self, decided: Decided, account: Account, outcome: Outcome, behind: Sequence[Snapshot]
    ) -> tuple[Head, dict[str, Any], list[Write]]:
        path, thread = paths.message(self.thread_id, self.item.id), decided.thread
        if isinstance(outcome, Unknown) and thread.sending is not None:
            fields, write = unconfirmed(thread, thread.sending, outcome.reason, self.now)
            return Head(look_at=self.now + READ_BACK_AFTER[0]), fields, [write]
        again = self._again(thread, outcome)
        if again is not None:
            head, fields, item = again
            return head, fields, [Update(path, item)]
        return self._ended(decided, account, outcome, behind)

    def _again(
        self, thread: Conversation, outcome: Outcome
    ) -> tuple[Head, dict[str, Any], dict[str, Any]] | None:
        """The item stays in the line: until when, and with which changes."""
        item: dict[str, Any] = {"status": Status.QUEUED}
        held_for, attempt = None, self.item.attempts
        less = max(0, attempt - 1)
        if isinstance(outcome, NotSent):
            at = self.now + retries.pause(self.item.attempts)
            item |= {"next_attempt_at": at, "error": outcome.reason}
        elif isinstance(outcome, Throttled):  # Instagram's pause is no fault of the item's
            at = self.now + timedelta(minutes=outcome.minutes)
            attempt = 0
            item |= {"next_attempt_at": at, "error": outcome.reason, "attempts": less}
        elif isinstance(outcome, Stopped):
            at, held_for, attempt = held_look(thread, self.now), thread.account_id, 0
            item |= {"error": outcome.reason, "attempts": less}
        elif isinstance(outcome, Refused) and (simpler := retries.simpler(self.item, outcome)):
            at = self.now
            item |= {**simpler, "error": outcome.reason}
        else:
            return None
        fields = {
            "sending": None,
            "deliver_due_at": to_ms(at + DELIVERY_GRACE),
            "held_for": held_for,
        }
        return Head(look_at=at, look_id=self.item.id, attempt=attempt), fields, item

    def _ended(
        self, decided: Decided, account: Account, outcome: Outcome, behind: Sequence[Snapshot]
    ) -> tuple[Head, dict[str, Any], list[Write]]:
        """The item is SENT or FAILED: the next one of the line may go."""
        thread = decided.thread
        line = tuple(item for item in thread.outbox if item != self.item.id)
        following = [s for s in behind if line[:1] == (s.id,)]
        behind_it = replace(thread, outbox=line, sending=None)
        gate = Gate(behind_it, account, self.slot, self.token, self.now, self.settings)
        head, fields, writes = advance(gate, self._delayed(following))
        writes += self._delays(following)
        fields["updated_at"] = SERVER_TIME
        path = paths.message(self.thread_id, self.item.id)
        if not isinstance(outcome, Sent):
            reason = outcome.reason
            failed = {"status": Status.FAILED, "error": reason, "failed_at": self.now}
            fields["send_failed_at"] = self.now
            failed |= without_token(self.item)
            return head, fields, [Update(path, failed), *writes]
        sent, more = arrived(
            thread, self.item, outcome.mid, self.now, self.settings, echo=decided.echo
        )
        return head, {**fields, **more}, [Update(path, sent), *writes]

    def _told(
        self, reads: Reads, thread: Conversation, outcome: Outcome
    ) -> tuple[dict[str, Any], Sequence[Write]]:
        """What a refusal means for the team: asked for where we may not write, else told daily."""
        if not isinstance(outcome, Refused) or not outcome.alert:
            return {}, []
        if outcome.routing and thread.owner is Owner.BOT:
            minutes = self.settings.waiting_alert_minutes
            handed = handoff.hand_off(
                thread, "routing_conflict", self.now, minutes, note=outcome.reason
            )
            return handed.fields, handed.alerts
        name = digest("refused", thread.account_id, outcome.reason, self.now.date())
        path = paths.alert(name)
        if reads.get(path)[0].fields:
            return {}, []
        told = handoff.alert(thread, "delivery_refused", self.now, note=outcome.reason)
        return {}, [Create(path, told)]

    def _delayed(self, following: Sequence[Snapshot]) -> list[Snapshot]:
        """The next bubble of the same turn is not to be typed faster than the setting says."""
        at = self._next_at(following)
        return [
            Snapshot(s.path, {**(s.fields or {}), "next_attempt_at": at}) if at else s
            for s in following
        ]

    def _delays(self, following: Sequence[Snapshot]) -> list[Write]:
        at = self._next_at(following)
        return [Update(s.path, {"next_attempt_at": at}) for s in following if at]

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
