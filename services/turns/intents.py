"""What a turn's decision becomes in the store: outgoing messages, alerts, fields.

Pure: the end of the turn commits all of it in one transaction, or none.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.conversations import drafts, handoff
from services.domain import paths
from services.domain.bubbles import split
from services.domain.conversation import (
    RATE_WINDOW,
    ClaimRecord,
    Conversation,
    ConversationFields,
)
from services.domain.decision import Bubble, Decision
from services.domain.documents import SERVER_TIME, Write
from services.domain.ids import digest
from services.domain.message import Message
from services.domain.operation import OperatingSettings
from services.domain.patch import Patch
from services.domain.states import Direction, Role, Status


@dataclass(frozen=True, slots=True)
class Intents:
    """One decision, for the conversation as the fenced transaction read it."""

    thread: Conversation
    claim: ClaimRecord
    decision: Decision
    now: datetime
    settings: OperatingSettings

    @property
    def items(self) -> list[Message]:
        """The outgoing messages in the order in which they are sent: reactions, then bubbles."""
        blank = Message(
            id="",
            thread_id=self.thread.thread_id,
            direction=Direction.OUTGOING,
            role=Role.BOT,
            kind="text",
            status=Status.QUEUED,
            text="",
            turn_id=self.claim.id,
            owner_epoch=self._epoch,
            created_at=self.now,
        )
        reactions = [
            replace(blank, kind="reaction", text=r.emoji, reaction=r.emoji, target_mid=r.mid)
            for r in self.decision.reactions
        ]
        bubbles = [
            replace(blank, text=text, reply_to_mid=quoted)
            for bubble in self.decision.bubbles
            for text, quoted in _parts(bubble)
        ]
        found = [*reactions, *bubbles]
        # The number keeps bubbles of one instant in order; ids are told by turn and number.
        return [
            replace(
                item,
                id=f"{self.claim.id}-{number}",
                last_of_turn=number == len(found) - 1,
                created_at=self.now + timedelta(microseconds=number),
            )
            for number, item in enumerate(found)
        ]

    @property
    def _epoch(self) -> int:
        # The turn's last words belong to the time that begins with its handoff, or delivery
        # would cancel them.
        return self.thread.after(self._handed.fields).owner_epoch

    @property
    def _handed(self) -> Patch:
        asked = self.decision.handoff
        if asked is None:
            return Patch()
        return handoff.hand_off(
            self.thread,
            asked.reason,
            self.now,
            self.settings.waiting_alert_minutes,
            note=asked.note,
            turn_id=self.claim.id,
        )

    @property
    def tells(self) -> bool:
        """Whether the manager is to be told something."""
        return bool(self.decision.alerts) or self.decision.handoff is not None

    @property
    def patch(self) -> Patch:
        """What changes besides the messages: the conversation, alerts, contact, the prompt."""
        return Patch(self._fields, [*self._alerts(), *self._others()]) | self._handed

    def _others(self) -> Iterator[Write]:
        thread, decision = self.thread, self.decision
        if decision.contact_details:
            yield paths.contact(thread.thread_id).merge(decision.contact_details)
        if decision.prompt is not None:
            version, text = decision.prompt
            yield paths.prompt(version).merge(
                {"text": text, "account_id": thread.account_id, "used_at": SERVER_TIME}
            )

    def _alerts(self) -> Iterator[Write]:
        turn_id = self.claim.id
        for number, text in enumerate(self.decision.alerts):
            told = handoff.alert(self.thread, "notification", self.now, note=text, turn_id=turn_id)
            yield paths.alert(digest("said", turn_id, number)).merge(told)

    @property
    def _fields(self) -> ConversationFields:
        thread, decision = self.thread, self.decision
        fields = self._counted()
        if decision.disclosed:
            fields["disclosed_at"] = self.now
        if decision.summary is not None:
            fields["summary"] = decision.summary
            fields["summary_until"] = decision.summary_until
        if decision.suggestion is not None:
            fields |= drafts.suggested(
                thread, decision.suggestion, self.now, self.settings.waiting_alert_minutes
            )
        plan = decision.follow_up
        fields["follow_up"] = (
            {"at": plan.at, "note": plan.note, "owner_epoch": thread.owner_epoch} if plan else None
        )
        return fields

    def _counted(self) -> ConversationFields:
        since, turns = self.thread.turns_since, self.thread.turns_counted
        if since is None or self.now - since >= RATE_WINDOW:
            return {"turns_since": self.now, "turns_counted": 1}
        return {"turns_since": since, "turns_counted": turns + 1}


def _parts(bubble: Bubble) -> Iterator[tuple[str, str | None]]:
    """A bubble as texts of the length that Instagram carries; the first one is the answer."""
    for number, text in enumerate(split(bubble.text)):
        yield text, (bubble.reply_to or None) if not number else None
