"""Edits and unsends are documents of their own; whoever claims a thread applies them here.

They may come before their message, after it, or twice: they wait until the message is there,
but only so many of them and for so long.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from services.domain import paths
from services.domain.documents import SERVER_TIME, Query, Update, Write
from services.domain.message import Message
from services.domain.states import OPEN_INBOUND, Direction, Status
from services.domain.terms import terms
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

    pending: list[Message]
    writes: list[Write] = field(default_factory=list)
    missing: tuple[Message, ...] = ()  #: edits whose message never came


@dataclass(frozen=True, slots=True)
class _Target:
    """A message that a note is about, as the notes before it left it."""

    path: str
    fields: Mapping[str, Any]


def apply(reads: Reads, thread_id: str, found: Sequence[Message], now: datetime) -> Applied:
    """Apply the notes among the `found` open documents of a thread."""
    notes = [m for m in found if m.kind in NOTES]
    pending = [m for m in found if m.kind not in NOTES]
    if not notes:
        return Applied(pending)
    path = paths.messages(thread_id)
    targets = _targets(reads, path, notes, pending)
    applied = Applied(pending)
    orphans = sorted((n for n in notes if n.about not in targets), key=lambda n: n.created_at)
    left_over = {n.id for n in orphans[:-MOST_ORPHANS]}
    missing = []
    for note in sorted(notes, key=lambda n: (n.num_edit or 0, n.created_at)):
        target = targets.get(note.about or "")
        if target is None:
            end = "no_message" if note.id in left_over else _without_target(note, now)
            missing += [note] if end is None and _fetchable(note) else []
        else:
            end, targets[note.about or ""] = _applied(applied, target, note)
        if end is not None:
            done = {"status": Status.PROCESSED, "processed_at": SERVER_TIME, "reason": end}
            applied.writes.append(Update(f"{path}/{note.id}", done))
    return replace(applied, missing=tuple(missing))


def _targets(
    reads: Reads, path: str, notes: Sequence[Message], pending: Sequence[Message]
) -> dict[str, _Target]:
    targets = {m.id: _Target(f"{path}/{m.id}", _known(m)) for m in pending}
    others = dict.fromkeys(n.about for n in notes if n.about and n.about not in targets)
    if others:
        for stored in reads.get(*(f"{path}/{about}" for about in others)):
            if stored.fields is not None:
                targets[stored.id] = _Target(stored.path, stored.fields)
    # What went out through us has an id of ours; its mid is a field.
    ours = {
        n.about_mid: n.about
        for n in notes
        if n.direction is Direction.OUTGOING and n.about not in targets and n.about_mid
    }
    if ours:
        mids = list(ours)[:_MOST_IN]
        for stored in reads.query(Query(path, where=[("mid", "in", mids)])):
            about = ours.get(str((stored.fields or {}).get("mid")))
            if about:
                targets[about] = _Target(stored.path, stored.fields or {})
    return targets


def _known(message: Message) -> dict[str, Any]:
    return {"status": message.status, "num_edit": message.num_edit}


def _applied(applied: Applied, target: _Target, note: Message) -> tuple[str, _Target]:
    """Write what the note says; answers how the note ends and the message as it is now."""
    if note.kind == "unsend":
        fields = _unsent(target, note)
        applied.pending[:] = [m for m in applied.pending if m.id != note.about]
    elif not note.num_edit:
        return "no_edit", target
    elif target.fields.get("deleted_at") or note.num_edit <= (target.fields.get("num_edit") or 0):
        return "outdated", target
    else:
        words = {"text": note.text, "terms": terms(note.text)}
        fields = {**words, "num_edit": note.num_edit, "edited_at": note.created_at}
        applied.pending[:] = [
            replace(m, text=note.text) if m.id == note.about else m for m in applied.pending
        ]
    applied.writes.append(Update(target.path, fields))
    return "applied", _Target(target.path, {**target.fields, **fields})


def _unsent(target: _Target, note: Message) -> dict[str, Any]:
    """What the person took back is not kept; what still waits is not answered."""
    fields: dict[str, Any] = {
        "text": "",
        "terms": [],
        "attachments": [],
        "echoed": None,
        "media_url": None,
        "transcription": None,
        "description": None,
        "deleted_at": note.created_at,
    }
    if target.fields.get("status") in OPEN_INBOUND:
        fields |= {"status": Status.PROCESSED, "processed_at": SERVER_TIME, "reason": "unsent"}
    return fields


def _fetchable(note: Message) -> bool:
    """Whether Instagram is asked for its message; after that its own webhook may still bring it."""
    inbound_edit = note.kind == "edit" and note.direction is Direction.INBOUND
    return inbound_edit and note.attempts < MOST_FETCHES


def _without_target(note: Message, now: datetime) -> str | None:
    """How a note ends whose message is not there, or None while it may still come."""
    if note.received_at is not None and now - note.received_at > ORPHAN_FOR:
        return "no_message"
    return None
