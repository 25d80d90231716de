"""What an operator does to a conversation; every act is one transaction and one audit entry."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from services.conversations import handoff
from services.domain import boundaries, paths
from services.domain.bot import Bot
from services.domain.conversation import Conversation, ConversationFields
from services.domain.documents import REMOVED, SERVER_TIME, Write
from services.domain.ids import account_of
from services.domain.message import Message
from services.domain.operation import OperatingSettings
from services.domain.states import ConversationStatus, Direction, Role, Status
from services.domain.text import Text
from services.errors import Rejected
from services.office.access import Operator
from services.ports import Clock, Documents, Ids, Reads
from services.store import audit
from services.store.live_settings import SettingsCache

#: Labels of one conversation, and the length of each.
MOST_LABELS = 20
LONGEST_LABEL = 40
LONGEST_NOTE = 10_000

Stored = Mapping[str, Any]
Change = Callable[[Conversation, Stored, datetime], ConversationFields]


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeActions:
    """Changes conversations in an operator's name."""

    documents: Documents
    settings: SettingsCache
    clock: Clock
    ids: Ids

    def take_over(self, thread_id: str, by: Operator, minutes: float | None) -> None:
        """The bot falls silent at once: what it had queued or was thinking is void.

        For so many minutes, or until somebody hands the conversation back.
        """

        def change(thread: Conversation, _stored: Stored, now: datetime) -> ConversationFields:
            owner = handoff.take_over(
                thread, now, minutes=minutes or None, reason="operator", by=by.name
            )
            return {**owner, "assignee": by.id, "assignee_name": by.name}

        self._act(thread_id, by, "take_over", change)

    def hand_back(self, thread_id: str, by: Operator) -> None:
        """The bot answers again, from the next message on."""

        def change(thread: Conversation, _stored: Stored, now: datetime) -> ConversationFields:
            return handoff.hand_back(thread, now, "operator", by.name)

        self._act(thread_id, by, "hand_back", change)

    def close(self, thread_id: str, by: Operator) -> None:
        """Done; whoever was waited for is waited for no more."""

        def change(thread: Conversation, _stored: Stored, now: datetime) -> ConversationFields:
            fields: ConversationFields = {
                **_opened(),
                "status": ConversationStatus.CLOSED,
                "closed_at": now,
            }
            fields |= handoff.hand_back(thread, now, "operator", by.name)
            known = thread.after(fields).boundaries
            return {**fields, "boundaries": boundaries.added(known, "closed", now, by=by.name)}

        self._act(thread_id, by, "close", change)

    def reopen(self, thread_id: str, by: Operator) -> None:
        """Live again."""

        def change(thread: Conversation, _stored: Stored, now: datetime) -> ConversationFields:
            fields = _opened()
            if thread.status is ConversationStatus.CLOSED:
                known = thread.boundaries
                fields["boundaries"] = boundaries.added(known, "reopened", now, by=by.name)
            return fields

        self._act(thread_id, by, "reopen", change)

    def snooze(self, thread_id: str, until: datetime, by: Operator) -> None:
        """Out of the way until an instant."""
        fields: ConversationFields = {
            "status": ConversationStatus.SCHEDULED,
            "scheduled_until": until,
        }
        self._act(thread_id, by, "snooze", lambda *_: fields)

    def assign(self, thread_id: str, to: Operator | None, by: Operator) -> None:
        """Whose conversation it is; nobody's with None."""
        fields: ConversationFields = {
            "assignee": to.id if to else "",
            "assignee_name": to.name if to else "",
        }
        self._act(thread_id, by, "assign", lambda *_: fields)

    def label(self, thread_id: str, label: str, by: Operator, *, on: bool) -> None:
        """Put a label on or take it off."""
        word = " ".join(label.split())[:LONGEST_LABEL]
        if not word:
            raise Rejected(Text("A label needs at least one character."))

        def change(_thread: Conversation, stored: Stored, _now: datetime) -> ConversationFields:
            labels = [x for x in stored.get("labels") or [] if x != word]
            if on and len(labels) >= MOST_LABELS:
                raise Rejected(
                    Text("A conversation has at most %(most)s labels.", most=MOST_LABELS)
                )
            return {"labels": [*labels, word] if on else labels}

        self._act(thread_id, by, "label" if on else "unlabel", change, after={"label": word})

    def set_bot(self, thread_id: str, word: str, by: Operator) -> None:
        """Whether the bot answers this person, drafts or is off; as the account with no word."""
        if word and word not in tuple(Bot):
            raise Rejected(Text("The bot is on, drafts, or is off."))
        fields: ConversationFields = {"bot": word or REMOVED}
        self._act(thread_id, by, "bot", lambda *_: fields, after={"bot": word})

    def drop_draft(self, thread_id: str, by: Operator) -> None:
        """The bot's draft is not wanted; no matter whether there is one."""
        now, entry_id = self.clock.now(), self.ids.new()

        def work(reads: Reads) -> tuple[None, Sequence[Write]]:
            _of(reads, thread_id)
            path = paths.conversation(thread_id)
            record = audit.entry(entry_id, now, by, "draft_dropped", path, thread_id=thread_id)
            return None, [path.update({"suggestion": REMOVED, "updated_at": SERVER_TIME}), record]

        self.documents.transact(audit.once(work, paths.audit(entry_id)))

    def seen(self, thread_id: str, seq: int) -> None:
        """The team has read the first `seq` messages. Not worth an audit entry."""

        def work(reads: Reads) -> tuple[None, Sequence[Write]]:
            thread, stored = _of(reads, thread_id)
            shown = min(seq, thread.inbound_seq)
            if int(stored.get("seen_seq") or 0) >= shown:
                return None, []
            return None, [paths.conversation(thread_id).update({"seen_seq": shown})]

        self.documents.transact(work)

    def note(self, thread_id: str, text: str, by: Operator) -> None:
        """A private note: for the team only, never sent."""
        text = text.strip()
        if not text:
            raise Rejected(Text("The note is empty."))
        if len(text) > LONGEST_NOTE:
            raise Rejected(Text("A note has at most %(most)s characters.", most=LONGEST_NOTE))
        now, note_id = self.clock.now(), self.ids.new()
        path, settings = paths.message(thread_id, note_id), self._settings(thread_id)

        def work(reads: Reads) -> tuple[None, Sequence[Write]]:
            _of(reads, thread_id)
            note = replace(
                _line(thread_id, note_id, by, now),
                role=Role.HUMAN,
                kind="note",
                text=text,
                operator=by.id,
            )
            return None, [
                path.create(note.received(settings)),
                paths.conversation(thread_id).update({"updated_at": SERVER_TIME}),
            ]

        self.documents.transact(audit.once(work, path))

    def _act(
        self, thread_id: str, by: Operator, action: audit.Action, change: Change, **more: Any
    ) -> None:
        now, entry_id = self.clock.now(), self.ids.new()
        settings = self._settings(thread_id)
        line = replace(_line(thread_id, entry_id, by, now), event=action)

        def work(reads: Reads) -> tuple[None, Sequence[Write]]:
            thread, stored = _of(reads, thread_id)
            path = paths.conversation(thread_id)
            return None, [
                path.update({**change(thread, stored, now), "updated_at": SERVER_TIME}),
                audit.entry(entry_id, now, by, action, path, thread_id=thread_id, **more),
                paths.message(thread_id, entry_id).create(line.received(settings)),
            ]

        self.documents.transact(audit.once(work, paths.audit(entry_id)))

    def _settings(self, thread_id: str) -> OperatingSettings:
        return self.settings.account(account_of(thread_id)).operation


def _of(reads: Reads, thread_id: str) -> tuple[Conversation, Stored]:
    (stored,) = reads.get(paths.conversation(thread_id))
    if stored.fields is None:
        raise Rejected(Text("There is no such conversation."))
    return Conversation.from_doc(thread_id, stored.fields), stored.fields


def _opened() -> ConversationFields:
    return {"status": ConversationStatus.OPEN, "scheduled_until": REMOVED}


def _line(thread_id: str, line_id: str, by: Operator, now: datetime) -> Message:
    """A line in the timeline that nobody sends: what was done, by whom."""
    return Message(
        id=line_id,
        thread_id=thread_id,
        direction=Direction.INTERNAL,
        role=Role.SYSTEM,
        kind="system",
        status=Status.PROCESSED,
        text="",
        operator_name=by.name,
        created_at=now,
    )
