"""A stored message, either direction."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from datetime import datetime
from typing import Any, TypedDict, cast

from services.domain.contents import label
from services.domain.documents import SERVER_TIME, Removed, ServerTime
from services.domain.ids import account_of, igsid_of
from services.domain.operation import OperatingSettings
from services.domain.retention import expiry
from services.domain.states import Direction, Role, Status
from services.domain.terms import terms
from services.domain.text import Text

EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
#: The secret of a link that proves who a person is.
_SECRET = re.compile(r"token=[0-9a-f]{64}")


class MessageFields(TypedDict, total=False):
    """Every field of a document of `conversations/{thread}/messages`; docs/data.md explains."""

    thread_id: str
    account_id: str
    igsid: str
    direction: Direction
    role: Role
    kind: str
    status: Status
    text: str
    terms: list[str]
    created_at: datetime
    received_at: datetime | ServerTime
    expire_at: datetime
    attempts: int
    processed_at: ServerTime
    reason: str | None
    error: Text | str | None
    mid: str
    turn_id: str
    owner_epoch: int
    queued_at: datetime
    sending_at: datetime
    slot_at: datetime
    next_attempt_at: datetime | None
    last_of_turn: bool
    sent_at: datetime
    read_at: datetime
    failed_at: datetime | None
    unsettled: bool | None
    awaits_echo: bool | None
    settled_by: str
    resent_as: str
    resent_from: str
    resent_by: str
    source: str
    operator_id: str
    operator_name: str
    attachments: Sequence[Mapping[str, Any]]
    echoed: Sequence[Mapping[str, Any]] | None
    media_url: str | None
    message_type: str
    payload: str
    reply_to: str
    story_reply: Mapping[str, Any]
    referral: Mapping[str, Any]
    transcription: str | None
    description: str | None
    processing_status: str
    reply_to_mid: str | None
    quick_replies: Sequence[Mapping[str, str]]
    reaction: str
    target_mid: str
    about: str
    about_mid: str
    num_edit: int
    action: str
    detail: str
    event: str
    edited_at: datetime
    deleted_at: datetime
    feedback: str | Removed
    feedback_comment: str | Removed
    feedback_at: datetime | Removed
    feedback_by: str | Removed


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One document of `conversations/{thread}/messages`: what it says, and where it stands."""

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
    reason: str | None = None  #: inbound: why it is PROCESSED without an answer
    mid: str | None = None
    turn_id: str | None = None
    owner_epoch: int = 0  #: outgoing: the owner's epoch under which it was queued
    sending_at: datetime | None = None  #: outgoing: when the last call began
    next_attempt_at: datetime | None = None  #: outgoing: not before
    last_of_turn: bool = False  #: outgoing: cooldown begins when this one is sent
    error: Text | None = None
    failed_at: datetime | None = None  #: outgoing: when it was given up
    attachments: Sequence[Mapping[str, Any]] = ()
    media_url: str | None = None  #: inbound: of the first attachment that can be fetched
    message_type: str | None = None  #: inbound: Meta's word for what came
    payload: str | None = None  #: inbound: of the button that was pressed
    reply_to: str | None = None  #: inbound: the mid of the message that it answers
    story_reply: Mapping[str, Any] | None = None  #: inbound: our story that it answers
    referral: Mapping[str, Any] | None = None  #: inbound: the link or ad that they came by
    transcription: str = ""  #: inbound: of a voice note
    description: str = ""  #: inbound: of a picture
    source: str | None = None  #: outgoing, not by the bot: where it was written
    operator: str | None = None  #: outgoing: the signed-in person who wrote it
    operator_name: str | None = None
    reply_to_mid: str | None = None  #: outgoing: the mid that it answers
    quick_replies: Sequence[Mapping[str, str]] = ()  #: outgoing: `title` and `payload`
    reaction: str | None = None  #: an emoji, or inbound its name …
    target_mid: str | None = None  #: … on this message
    resent_from: str | None = None  #: outgoing: the message of which it is a copy …
    resent_by: str | None = None  #: … and who wanted that
    about: str | None = None  #: an edit or unsend: the document id of its message …
    about_mid: str | None = None  #: … and its mid
    num_edit: int | None = None  #: how often it was edited
    deleted_at: datetime | None = None  #: when the person took it back
    action: str | None = None  #: inbound: `react` or `unreact`
    detail: str | None = None  #: a notice: what Meta told, as JSON text
    event: str | None = None  #: a line of the office's own: what was done

    @classmethod
    def from_doc(cls, doc_id: str, doc: Mapping[str, Any]) -> "Message":
        """Read a stored message; what is missing has its default."""
        told = {name: doc[key] for name, key, _ in _OPTIONAL if doc.get(key) is not None}
        return cls(
            **{
                **told,
                "id": doc_id,
                "thread_id": str(doc.get("thread_id", "")),
                "direction": Direction(doc.get("direction", Direction.INBOUND)),
                "role": Role(doc.get("role", Role.USER)),
                "kind": str(doc.get("kind", "text")),
                "status": Status(doc.get("status", Status.PROCESSED)),
                "text": str(doc.get("text") or ""),
                "created_at": doc.get("created_at") or EPOCH,
                "error": Text.of(doc.get("error")),
            }
        )

    def to_doc(self, settings: OperatingSettings) -> MessageFields:
        """As it is first stored; a field at its default is left out.

        To what it holds come its parties, the words under which it is found, and when it is no
        longer kept.
        """
        held = {
            key: getattr(self, name)
            for name, key, default in _OPTIONAL
            if getattr(self, name) != default
        }
        fields: MessageFields = {
            "thread_id": self.thread_id,
            "account_id": account_of(self.thread_id),
            "igsid": igsid_of(self.thread_id),
            "direction": self.direction,
            "role": self.role,
            "kind": self.kind,
            "status": self.status,
            "text": self.text,
            "terms": self.terms,
            "attempts": self.attempts,
            "created_at": self.created_at,
            "expire_at": expiry(self.created_at, settings),
        }
        return cast("MessageFields", {**held, **fields})

    def received(self, settings: OperatingSettings) -> MessageFields:
        """The document of a message that came, or that nobody has to send: the store dates it."""
        return {**self.to_doc(settings), "received_at": SERVER_TIME}

    def queued(self, settings: OperatingSettings) -> MessageFields:
        """The document of a message that is to be sent."""
        return {
            **self.to_doc(settings),
            "queued_at": self.created_at,
            "owner_epoch": self.owner_epoch,
        }

    @property
    def preview(self) -> str:
        """How a list shows it."""
        return masked(self.text)[:120] or label(self.kind, self.attachments)

    @property
    def terms(self) -> list[str]:
        """The words under which it is found; what is about another message is not."""
        return found_by(self.text) if self.about is None else []


#: What not every message has: its name here, its name in the store, and its default.
_OPTIONAL = tuple(
    (field.name, "operator_id" if field.name == "operator" else field.name, field.default)
    for field in fields(Message)
    if field.default is not MISSING
)


def put_into_words(text: str, *, voice: bool) -> MessageFields:
    """The fields of a message whose voice note or picture was put into words."""
    if voice:
        return {"transcription": text, "processing_status": "done"}
    return {"description": text, "processing_status": "done"}


def found_by(text: str) -> list[str]:
    """The words under which a text is found: never a link's secret."""
    return terms(masked(text))


def masked(text: str) -> str:
    """The text without a usable token: it is kept only as long as it must be sent."""
    return _SECRET.sub("token=…", text)
