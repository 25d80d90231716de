"""Edits and unsends are documents of their own; whoever claims a thread applies them here.

They may come before their message, after it, or twice: they wait until the message is there,
but only so many of them and for so long.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from services.domain import paths
from services.domain.documents import SERVER_TIME, Query, Write
from services.domain.message import Message, MessageFields, found_by
from services.domain.states import OPEN_INBOUND, Direction, Status
from services.ports import Reads

#: The kinds of documents that say something about another message.
NOTES = ("edit", "unsend")
#: How long a note waits for its message: as long as Meta goes on delivering it
#: (Instagram Platform documentation, Webhooks).
ORPHAN_FOR = timedelta(hours=36)
#: So many notes of a thread wait for their messages, the newest: more would fill a look.
MOST_ORPHANS = 20
#: How often Instagram is asked for a message of which only an edit came.
MOST_FETCHES = 5
#: Mids of one `in` filter (Firestore documentation, Query limitations).
_MOST_IN = 30


@dataclass(frozen=True, slots=True)
class Applied:
    """The messages that still wait, as they read now, and what is written because of notes."""

    pending: Sequence[Message]
    writes: Sequence[Write] = ()
    missing: tuple[Message, ...] = ()  #: edits whose message never came


def apply(reads: Reads, thread_id: str, found: Sequence[Message], now: datetime) -> Applied:
    """Apply the notes among the `found` open documents of a thread."""
    notes, pending = _parted(found, lambda m: m.kind in NOTES)
    if not notes:
        return Applied(pending)
    targets = _targets(reads, thread_id, notes, pending)
    placed, orphans = _parted(notes, lambda n: n.about in targets)
    writes: list[Write] = []
    for note in sorted(placed, key=lambda n: (n.num_edit or 0, n.created_at)):
        said = _said(note, targets[note.about])
        targets[note.about] = said.target
        writes += said.of(thread_id, note)
    left_over = _left_over(orphans)
    ended, waiting = _parted(orphans, lambda n: n.id in left_over or _is_old(n, now))
    pending, _ = _parted([targets[m.id] for m in pending], lambda m: m.status in OPEN_INBOUND)
    return Applied(
        pending,
        [*writes, *(_ended(thread_id, note, "no_message") for note in ended)],
        tuple(filter(_fetchable, waiting)),
    )


def _parted(
    messages: Sequence[Message], which: Callable[[Message], bool]
) -> tuple[list[Message], list[Message]]:
    """Those of which it is true, and the others."""
    chosen = [m for m in messages if which(m)]
    ids = {m.id for m in chosen}
    return chosen, [m for m in messages if m.id not in ids]


def _targets(
    reads: Reads, thread_id: str, notes: Sequence[Message], pending: Sequence[Message]
) -> dict[str | None, Message]:
    """The messages that notes are about, by what the notes call them, and those that wait."""
    targets: dict[str | None, Message] = {m.id: m for m in pending}
    others = dict.fromkeys(n.about for n in notes if n.about and n.about not in targets)
    if others:
        stored = reads.get(*(paths.message(thread_id, about) for about in others))
        targets |= {s.id: Message.from_doc(s.id, s.fields) for s in stored if s.fields is not None}
    return targets | _ours(reads, thread_id, [n for n in notes if n.about not in targets])


def _ours(reads: Reads, thread_id: str, notes: Sequence[Message]) -> dict[str | None, Message]:
    """What went out through us has an id of ours; its mid is a field."""
    named = {n.about_mid: n.about for n in notes if n.direction is Direction.OUTGOING}
    mids = [mid for mid in named if mid][:_MOST_IN]
    if not mids:
        return {}
    stored = reads.query(Query(paths.messages(thread_id), where=[("mid", "in", mids)]))
    found = [Message.from_doc(s.id, s.fields or {}) for s in stored]
    return {named[m.mid]: m for m in found if named.get(m.mid)}


@dataclass(frozen=True, slots=True)
class _Said:
    """What a note did: how it ends, the message as it is then, and the fields that make it so."""

    end: str
    target: Message
    fields: MessageFields = field(default_factory=MessageFields)

    def of(self, thread_id: str, note: Message) -> list[Write]:
        """What is written for the note and, if it changes it, its message."""
        path = paths.message(thread_id, self.target.id)
        changed = [path.update(self.fields)] if self.fields else []
        return [*changed, _ended(thread_id, note, self.end)]


def _said(note: Message, target: Message) -> _Said:
    if note.kind == "unsend":
        return _unsent(note, target)
    if not note.num_edit:
        return _Said("no_edit", target)
    if target.deleted_at or note.num_edit <= (target.num_edit or 0):
        return _Said("outdated", target)
    return _Said(
        "applied",
        replace(target, text=note.text, num_edit=note.num_edit),
        {
            "text": note.text,
            "terms": found_by(note.text),
            "num_edit": note.num_edit,
            "edited_at": note.created_at,
        },
    )


def _unsent(note: Message, target: Message) -> _Said:
    """What the person took back is not kept; what still waits is not answered."""
    fields: MessageFields = {
        "text": "",
        "terms": [],
        "attachments": [],
        "echoed": None,
        "media_url": None,
        "transcription": None,
        "description": None,
        "deleted_at": note.created_at,
    }
    gone = replace(target, deleted_at=note.created_at)
    if target.status in OPEN_INBOUND:
        fields |= {"status": Status.PROCESSED, "processed_at": SERVER_TIME, "reason": "unsent"}
        gone = replace(gone, status=Status.PROCESSED)
    return _Said("applied", gone, fields)


def _ended(thread_id: str, note: Message, reason: str) -> Write:
    return paths.message(thread_id, note.id).update(
        {"status": Status.PROCESSED, "processed_at": SERVER_TIME, "reason": reason}
    )


def _left_over(orphans: Sequence[Message]) -> set[str]:
    """All but the newest: so many would fill a look."""
    return {n.id for n in sorted(orphans, key=lambda n: n.created_at)[:-MOST_ORPHANS]}


def _is_old(orphan: Message, now: datetime) -> bool:
    """Whether a note's message will not come any more."""
    return orphan.received_at is not None and now - orphan.received_at > ORPHAN_FOR


def _fetchable(note: Message) -> bool:
    """Whether Instagram is asked for its message; after that its own webhook may still bring it."""
    inbound_edit = note.kind == "edit" and note.direction is Direction.INBOUND
    return inbound_edit and note.attempts < MOST_FETCHES
