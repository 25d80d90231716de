"""The fields of the kinds of documents that have no record of their own; docs/data.md explains."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, TypedDict

from services.domain.documents import Increment, Maximum, ServerTime
from services.domain.states import Status


class ReceiptFields(TypedDict, total=False):
    """A read receipt as it came."""

    account_id: str
    igsid: str
    thread_id: str
    about_mid: str
    created_at: datetime
    received_at: ServerTime
    expire_at: datetime


class MediaFields(TypedDict):
    """A fetched file."""

    message_id: str
    mime_type: str
    content: bytes
    created_at: datetime
    expire_at: datetime


class AuditMore(TypedDict, total=False):
    """What is needed to understand or undo an act."""

    thread_id: str
    scope: str
    before: Any
    after: Any
    changed: Sequence[str]
    undoes: str


class AuditFields(AuditMore, total=False):
    """Who did what."""

    at: datetime
    operator_id: str
    operator_name: str
    action: str
    target: str


class DeletionFields(TypedDict, total=False):
    """A deletion under way or done."""

    status: Literal["running", "done", "nothing", "business"]
    source: str
    thread_id: str | None
    igsid: str | None
    requested_at: datetime
    completed_at: datetime
    expire_at: datetime
    begun: bool
    documents: int


class KnowledgeFields(TypedDict):
    """An entry that the agent may look up."""

    account_id: str
    title: str
    text: str
    keywords: Sequence[str]
    embedding: Mapping[str, Any] | None
    updated_at: ServerTime


class MissingFields(TypedDict, total=False):
    """A message that never came and is asked for."""

    account_id: str
    mid: str
    status: Literal["pending", Status.PROCESSED]
    attempts: int
    reason: str
    received_at: ServerTime
    processed_at: ServerTime
    expire_at: datetime


class OperatorFields(TypedDict, total=False):
    """Somebody who may enter the back office."""

    name: str
    role: str
    active: bool
    token_hash: str
    email: str
    epoch: Increment
    zone: str
    language: str
    keys: bool
    sound: bool
    created_at: datetime


class PacingFields(TypedDict, total=False):
    """The sending slots of an account, or how fast WhatsApp messages may follow each other."""

    next_slot_ms: int
    next_at: int
    manager_wrote_at: Maximum


class PromptFields(TypedDict):
    """The exact instructions of a version."""

    text: str
    account_id: str
    used_at: ServerTime


class RuleFields(TypedDict):
    """A keyword answer."""

    account_id: str
    enabled: bool
    order: int
    kind: str
    words: Sequence[str]
    action: str
    reply: str


class ShelfFields(TypedDict):
    """Named things that are kept together: canned answers, saved views."""

    items: Sequence[Mapping[str, str]]


class UnhandledFields(TypedDict):
    """An event that no rule knew."""

    reason: str
    raw: str
    entry_id: str
    standby: bool
    app: str
    igsids: Sequence[str]
    received_at: ServerTime
    expire_at: datetime
