"""A stored message, either direction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.domain.states import Direction, Role, Status
from services.domain.text import Text

EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One document of `conversations/{thread}/messages`."""

    id: str
    thread_id: str
    direction: Direction
    role: Role
    kind: str
    status: Status
    text: str
    created_at: datetime  #: Meta's timestamp; for outgoing messages when it was queued
    received_at: datetime | None = None  #: when the store committed it
    attempts: int = 0
    mid: str | None = None
    turn_id: str | None = None
    owner_epoch: int = 0  #: outgoing: the owner's epoch under which it was queued
    sending_at: datetime | None = None  #: outgoing: when the last call began
    next_attempt_at: datetime | None = None  #: outgoing: not before
    last_of_turn: bool = False  #: outgoing: cooldown begins when this one is sent
    error: Text | None = None
    failed_at: datetime | None = None  #: outgoing: when it was given up
    attachments: Sequence[Mapping[str, Any]] = ()
    reply_to: str | None = None  #: inbound: the mid of the message that it answers
    story_reply: Mapping[str, Any] | None = None  #: inbound: our story that it answers
    referral: Mapping[str, Any] | None = None  #: inbound: the link or ad that they came by
    transcription: str = ""  #: inbound: of a voice note
    description: str = ""  #: inbound: of a picture
    operator: str | None = None  #: outgoing: the signed-in person who wrote it
    reply_to_mid: str | None = None  #: outgoing: the mid that it answers
    quick_replies: Sequence[Mapping[str, str]] = ()  #: outgoing: `title` and `payload`
    reaction: str | None = None  #: outgoing: an emoji …
    target_mid: str | None = None  #: … on this message
    about: str | None = None  #: an edit or unsend: the document id of its message …
    about_mid: str | None = None  #: … and its mid
    num_edit: int | None = None  #: how often it was edited

    @classmethod
    def from_doc(cls, doc_id: str, doc: Mapping[str, Any]) -> "Message":
        """Read a stored message; what is missing has its default."""
        return cls(
            id=doc_id,
            thread_id=str(doc.get("thread_id", "")),
            direction=Direction(doc.get("direction", Direction.INBOUND)),
            role=Role(doc.get("role", Role.USER)),
            kind=str(doc.get("kind", "text")),
            status=Status(doc.get("status", Status.PROCESSED)),
            text=str(doc.get("text") or ""),
            created_at=doc.get("created_at") or EPOCH,
            received_at=doc.get("received_at"),
            attempts=int(doc.get("attempts", 0)),
            mid=doc.get("mid"),
            turn_id=doc.get("turn_id"),
            owner_epoch=int(doc.get("owner_epoch", 0)),
            sending_at=doc.get("sending_at"),
            next_attempt_at=doc.get("next_attempt_at"),
            last_of_turn=bool(doc.get("last_of_turn", False)),
            error=Text.of(doc.get("error")),
            failed_at=doc.get("failed_at"),
            attachments=doc.get("attachments") or (),
            reply_to=doc.get("reply_to"),
            story_reply=doc.get("story_reply"),
            referral=doc.get("referral"),
            transcription=str(doc.get("transcription") or ""),
            description=str(doc.get("description") or ""),
            operator=doc.get("operator_id"),
            reply_to_mid=doc.get("reply_to_mid"),
            quick_replies=doc.get("quick_replies") or (),
            reaction=doc.get("reaction"),
            target_mid=doc.get("target_mid"),
            about=doc.get("about"),
            about_mid=doc.get("about_mid"),
            num_edit=doc.get("num_edit"),
        )
