"""What a turn's decision becomes in the store: outgoing messages, alerts, fields.

Pure: the end of the turn commits all of it in one transaction, or none.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.conversations import drafts, handoff
from services.conversations.handoff import HandedOff
from services.domain import paths
from services.domain.bubbles import split
from services.domain.conversation import RATE_WINDOW, ClaimRecord, Conversation
from services.domain.decision import Bubble, Decision
from services.domain.documents import SERVER_TIME, Create, Merge, Write
from services.domain.ids import digest
from services.domain.states import Direction, Role, Status
from services.domain.terms import terms


@dataclass(frozen=True, slots=True)
class Intents:
    """One decision, for the conversation as the fenced transaction read it."""

    thread: Conversation
    claim: ClaimRecord
    decision: Decision
    now: datetime
    expire_at: datetime  #: when its messages are no longer kept
    alert_minutes: float  #: after how long a wait for a human is told a second time

    @property
    def items(self) -> list[Create]:
        """The outgoing messages in the order in which they are sent: reactions, then bubbles."""
        reactions = [
            {"kind": "reaction", "text": r.emoji, "reaction": r.emoji, "target_mid": r.mid}
            for r in self.decision.reactions
        ]
        contents = [*reactions, *(part for b in self.decision.bubbles for part in _parts(b))]
        return [self._item(n, content, len(contents)) for n, content in enumerate(contents)]

    def _item(self, number: int, content: Mapping[str, Any], of: int) -> Create:
        # The number keeps bubbles of one instant in order; ids are told by turn and number.
        thread = self.thread
        return Create(
            paths.message(thread.thread_id, f"{self.claim.id}-{number}"),
            {
                "thread_id": thread.thread_id,
                "account_id": thread.account_id,
                "igsid": thread.igsid,
                "direction": Direction.OUTGOING,
                "role": Role.BOT,
                **content,
                "terms": terms(str(content.get("text") or "")),
                "status": Status.QUEUED,
                "attempts": 0,
                "turn_id": self.claim.id,
                "owner_epoch": self._epoch,
                "last_of_turn": number == of - 1,
                "created_at": self.now + timedelta(microseconds=number),
                "queued_at": self.now,
                "expire_at": self.expire_at,
            },
        )

    @property
    def _epoch(self) -> int:
        # The turn's last words belong to the time that begins with its handoff, or delivery
        # would cancel them.
        return handoff.after(self.thread, self._handed.fields).owner_epoch

    @property
    def _handed(self) -> HandedOff:
        asked = self.decision.handoff
        if asked is None:
            return HandedOff(fields={})
        return handoff.hand_off(
            self.thread,
            asked.reason,
            self.now,
            self.alert_minutes,
            note=asked.note,
            turn_id=self.claim.id,
        )

    @property
    def tells(self) -> bool:
        """Whether the manager is to be told something."""
        return bool(self.decision.alerts) or self.decision.handoff is not None

    @property
    def others(self) -> list[Write]:
        """Everything else that becomes a document: alerts, contact details, the prompt."""
        thread, decision = self.thread, self.decision
        writes: list[Write] = [*self._alerts()]
        if decision.contact_details:
            writes.append(Merge(paths.contact(thread.thread_id), dict(decision.contact_details)))
        if decision.prompt is not None:
            version, text = decision.prompt
            prompt = {"text": text, "account_id": thread.account_id, "used_at": SERVER_TIME}
            writes.append(Merge(paths.prompt(version), prompt))
        return writes

    def _alerts(self) -> Iterable[Write]:
        turn_id = self.claim.id
        for number, text in enumerate(self.decision.alerts):
            told = handoff.alert(self.thread, "notification", self.now, note=text, turn_id=turn_id)
            yield Merge(paths.alert(digest("said", turn_id, number)), told)
        yield from self._handed.alerts

    @property
    def fields(self) -> dict[str, Any]:
        """What changes on the conversation."""
        thread, decision = self.thread, self.decision
        fields: dict[str, Any] = self._counted()
        if decision.disclosed:
            fields["disclosed_at"] = self.now
        if decision.summary is not None:
            fields |= {"summary": decision.summary, "summary_until": decision.summary_until}
        if decision.suggestion is not None:
            fields |= drafts.suggested(thread, decision.suggestion, self.now, self.alert_minutes)
        plan = decision.follow_up
        fields["follow_up"] = (
            {"at": plan.at, "note": plan.note, "owner_epoch": thread.owner_epoch} if plan else None
        )
        return fields | self._handed.fields

    def _counted(self) -> dict[str, Any]:
        since, turns = self.thread.turns_since, self.thread.turns_counted
        if since is None or self.now - since >= RATE_WINDOW:
            return {"turns_since": self.now, "turns_counted": 1}
        return {"turns_since": since, "turns_counted": turns + 1}


def _parts(bubble: Bubble) -> Iterator[dict[str, Any]]:
    """A bubble as messages of the length that Instagram carries; the first one is the answer."""
    for number, text in enumerate(split(bubble.text)):
        quoted = {"reply_to_mid": bubble.reply_to} if bubble.reply_to and not number else {}
        yield {"kind": "text", "text": text, **quoted}
