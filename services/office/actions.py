"""What an operator does to a conversation; every act is one transaction and one audit entry."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.conversations import handoff
from services.domain import boundaries, paths
from services.domain.bot import Bot
from services.domain.conversation import Conversation
from services.domain.documents import REMOVED, SERVER_TIME, Create, Update, Write
from services.domain.entries import expiry
from services.domain.ids import account_of
from services.domain.states import ConversationStatus, Direction, Role, Status
from services.domain.terms import terms
from services.domain.text import Text
from services.errors import Rejected
from services.office.access import Operator
from services.ports import Clock, Documents, Ids, Reads
from services.store import audit
from services.store.live_settings import LiveSettings

#: Labels of one conversation, and the length of each.
MOST_LABELS = 20
LONGEST_LABEL = 40
LONGEST_NOTE = 10_000

Fields = dict[str, Any]
Change = Callable[[Conversation, Fields, datetime], Fields]


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeActions:
    """Changes conversations in an operator's name."""

    documents: Documents
    settings: LiveSettings
    clock: Clock
    ids: Ids

    def take_over(self, thread_id: str, by: Operator, minutes: float | None) -> None:
        """The bot falls silent at once: what it had queued or was thinking is void.

        For so many minutes, or until somebody hands the conversation back.
        """

        def change(thread: Conversation, _stored: Fields, now: datetime) -> Fields:
            owner = handoff.take_over(
                thread, now, minutes=minutes or None, reason="operator", by=by.name
            )
            return {**owner, "assignee": by.id, "assignee_name": by.name}

        self._act(thread_id, by, "take_over", change)

    def hand_back(self, thread_id: str, by: Operator) -> None:
        """The bot answers again, from the next message on."""

        def change(thread: Conversation, _stored: Fields, now: datetime) -> Fields:
            return handoff.hand_back(thread, now, "operator", by.name)

        self._act(thread_id, by, "hand_back", change)

    def close(self, thread_id: str, by: Operator) -> None:
        """Done; whoever was waited for is waited for no more."""

        def change(thread: Conversation, _stored: Fields, now: datetime) -> Fields:
            fields: Fields = {**_opened(), "status": ConversationStatus.CLOSED, "closed_at": now}
            fields |= handoff.hand_back(thread, now, "operator", by.name)
            known = handoff.after(thread, fields).boundaries
            return {**fields, "boundaries": boundaries.added(known, "closed", now, by=by.name)}

        self._act(thread_id, by, "close", change)

    def reopen(self, thread_id: str, by: Operator) -> None:
        """Live again."""

        def change(thread: Conversation, _stored: Fields, now: datetime) -> Fields:
            fields = _opened()
            if thread.status is ConversationStatus.CLOSED:
                known = thread.boundaries
                fields["boundaries"] = boundaries.added(known, "reopened", now, by=by.name)
            return fields

        self._act(thread_id, by, "reopen", change)

    def snooze(self, thread_id: str, until: datetime, by: Operator) -> None:
        """Out of the way until an instant."""
        fields = {"status": ConversationStatus.SCHEDULED, "scheduled_until": until}
        self._act(thread_id, by, "snooze", lambda *_: dict(fields))

    def assign(self, thread_id: str, to: Operator | None, by: Operator) -> None:
        """Whose conversation it is; nobody's with None."""
        fields = {"assignee": to.id if to else "", "assignee_name": to.name if to else ""}
        self._act(thread_id, by, "assign", lambda *_: dict(fields))

    def label(self, thread_id: str, label: str, by: Operator, *, on: bool) -> None:
        """Put a label on or take it off."""
        word = " ".join(label.split())[:LONGEST_LABEL]
        if not word:
            raise Rejected(Text("A label needs at least one character."))

        def change(_thread: Conversation, stored: Fields, _now: datetime) -> Fields:
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
        change = {"bot": word or REMOVED}
        self._act(thread_id, by, "bot", lambda *_: dict(change), after={"bot": word})

    def drop_draft(self, thread_id: str, by: Operator) -> None:
        """The bot's draft is not wanted; no matter whether there is one."""
        now, entry_id = self.clock.now(), self.ids.new()

        def work(reads: Reads) -> tuple[None, Sequence[Write]]:
            _of(reads, thread_id)
            path = paths.conversation(thread_id)
            record = audit.entry(entry_id, now, by, "draft_dropped", path, thread_id=thread_id)
            return None, [Update(path, {"suggestion": REMOVED, "updated_at": SERVER_TIME}), record]

        self.documents.transact(audit.once(work, paths.audit(entry_id)))

    def seen(self, thread_id: str, seq: int) -> None:
        """The team has read the first `seq` messages. Not worth an audit entry."""

        def work(reads: Reads) -> tuple[None, Sequence[Write]]:
            thread, stored = _of(reads, thread_id)
            shown = min(seq, thread.inbound_seq)
            if int(stored.get("seen_seq") or 0) >= shown:
                return None, []
            return None, [Update(paths.conversation(thread_id), {"seen_seq": shown})]

        self.documents.transact(work)

    def note(self, thread_id: str, text: str, by: Operator) -> None:
        """A private note: for the team only, never sent."""
        text = text.strip()
        if not text:
            raise Rejected(Text("The note is empty."))
        if len(text) > LONGEST_NOTE:
            raise Rejected(Text("A note has at most %(most)s characters.", most=LONGEST_NOTE))
        now = self.clock.now()
        kept = self._kept(thread_id, now)
        path = paths.message(thread_id, self.ids.new())

        def work(reads: Reads) -> tuple[None, Sequence[Write]]:
            thread, _ = _of(reads, thread_id)
            return None, [
                Create(path, {**_note(thread, text, by, now), **kept}),
                Update(paths.conversation(thread_id), {"updated_at": SERVER_TIME}),
            ]

        self.documents.transact(audit.once(work, path))

    def _act(
        self, thread_id: str, by: Operator, action: audit.Action, change: Change, **more: Any
    ) -> None:
        now = self.clock.now()
        kept = self._kept(thread_id, now)
        entry_id = self.ids.new()

        def work(reads: Reads) -> tuple[None, Sequence[Write]]:
            thread, stored = _of(reads, thread_id)
            fields = {**change(thread, stored, now), "updated_at": SERVER_TIME}
            record = audit.entry(
                entry_id,
                now,
                by,
                action,
                paths.conversation(thread_id),
                thread_id=thread_id,
                **more,
            )
            system = {**_boundary(thread, action, by, now), **kept}
            line = Create(paths.message(thread_id, entry_id), system)
            return None, [Update(paths.conversation(thread_id), fields), record, line]

        self.documents.transact(audit.once(work, paths.audit(entry_id)))

    def _kept(self, thread_id: str, now: datetime) -> Fields:
        operation = self.settings.account(account_of(thread_id)).operation
        return {"expire_at": expiry(now, operation)}


def _of(reads: Reads, thread_id: str) -> tuple[Conversation, Fields]:
    (stored,) = reads.get(paths.conversation(thread_id))
    if stored.fields is None:
        raise Rejected(Text("There is no such conversation."))
    return Conversation.from_doc(thread_id, stored.fields), stored.fields


def _opened() -> Fields:
    return {"status": ConversationStatus.OPEN, "scheduled_until": REMOVED}


def _note(thread: Conversation, text: str, by: Operator, now: datetime) -> Fields:
    return {
        **_line(thread, now),
        "role": Role.HUMAN,
        "kind": "note",
        "text": text,
        "terms": terms(text),
        "operator_id": by.id,
        "operator_name": by.name,
    }


def _boundary(thread: Conversation, action: str, by: Operator, now: datetime) -> Fields:
    """The line in the timeline that says what was done, by whom."""
    return {
        **_line(thread, now),
        "role": Role.SYSTEM,
        "kind": "system",
        "text": "",
        "event": action,
        "operator_name": by.name,
    }


def _line(thread: Conversation, now: datetime) -> Fields:
    return {
        "thread_id": thread.thread_id,
        "account_id": thread.account_id,
        "igsid": thread.igsid,
        "direction": Direction.INTERNAL,
        "status": Status.PROCESSED,
        "created_at": now,
        "received_at": SERVER_TIME,
    }
