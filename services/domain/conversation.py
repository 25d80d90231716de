"""A conversation: the state of one thread, in the one document that turns and deliveries share."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypedDict

from services.domain.boundaries import Boundary
from services.domain.decision import FollowUp
from services.domain.documents import (
    Increment,
    Maximum,
    Minimum,
    Removed,
    ServerTime,
    Union,
)
from services.domain.instants import maybe_from_ms
from services.domain.states import ConversationStatus, Direction, Owner
from services.domain.text import Text

#: Instagram lets a business write for this long after the person's last message
#: (Instagram Platform documentation, Messaging overview).
WINDOW = timedelta(hours=24)
#: Turns of a person are counted in windows of this length.
RATE_WINDOW = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRecord:
    """A turn's right to a thread's messages, until it expires."""

    id: str
    expires_at: datetime
    mids: tuple[str, ...]  #: document ids of the claimed messages
    owner_epoch: int
    seq: int  #: `inbound_seq` when it was taken: more by now means newer messages
    more: bool = False  #: whether the claim left pending messages behind

    def to_doc(self) -> dict[str, Any]:
        """As it is stored inside the conversation."""
        return {
            "id": self.id,
            "expires_at": self.expires_at,
            "mids": list(self.mids),
            "owner_epoch": self.owner_epoch,
            "seq": self.seq,
            "more": self.more,
        }

    @classmethod
    def from_doc(cls, doc: Mapping[str, Any] | None) -> "ClaimRecord | None":
        """Read it back; None where no claim stands."""
        if not doc:
            return None
        return cls(
            id=doc["id"],
            expires_at=doc["expires_at"],
            mids=tuple(doc["mids"]),
            owner_epoch=int(doc["owner_epoch"]),
            seq=int(doc["seq"]),
            more=bool(doc.get("more", False)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingRecord:
    """The one outgoing message that may be on its way to Instagram."""

    id: str
    started_at: datetime
    until: datetime  #: from here on the sender no longer holds it
    token: str  #: tells one sender's hold from another's
    unconfirmed: bool = False  #: the call is over, its outcome is not known

    def held_by(self, token: str) -> bool:
        """Whether the sender of that token still holds it."""
        return self.token == token and not self.unconfirmed

    def to_doc(self) -> dict[str, Any]:
        """As it is stored inside the conversation."""
        return {
            "id": self.id,
            "started_at": self.started_at,
            "until": self.until,
            "token": self.token,
            "unconfirmed": self.unconfirmed,
        }

    @classmethod
    def from_doc(cls, doc: Mapping[str, Any] | None) -> "SendingRecord | None":
        """Read it back; None where nothing is on its way."""
        return cls(**doc) if doc else None


class ConversationFields(TypedDict, total=False):
    """Every field of a document of `conversations`, as it is written; docs/data.md explains."""

    account_id: str
    igsid: str
    updated_at: ServerTime
    status: ConversationStatus
    scheduled_until: datetime | Removed | None
    closed_at: datetime
    away_for: datetime | None
    bot: str | Removed
    owner: Owner
    owner_until: datetime | None
    owner_reason: str
    owner_note: Text | str
    owner_epoch: int
    owner_due_at: int | None  #: milliseconds, as the others of type `int` that end in `_at`
    remind_at: int | None
    boundary_at: datetime
    boundaries: list[Boundary]
    claim: Mapping[str, Any] | None
    due_at: int | Minimum | None
    turn_held_for: str | None
    failed_turns: int
    superseded: int
    cooldown_until: datetime | None
    turns_since: datetime
    turns_counted: int
    follow_up: Mapping[str, Any] | None
    disclosed_at: datetime
    summary: str
    summary_until: datetime | None
    suggestion: Mapping[str, Any] | Removed
    inbound_seq: Increment
    seen_seq: int
    last_inbound_at: Maximum
    last_received_at: ServerTime
    last_direction: Direction
    last_text: str
    early_reads: list[str]
    outbox: list[str]
    sending: Mapping[str, Any] | None
    undecided: list[str] | Union
    deliver_due_at: int | None
    held_for: str | None
    last_slot_at: datetime
    reserved_slot_at: datetime
    send_failed_at: datetime | None
    opted_out_at: int | Maximum
    opted_in_at: int | Maximum
    verification: Mapping[str, Any] | None
    connected_at: datetime | Removed
    acknowledged_at: datetime | Removed
    profile_at: datetime
    contact_name: str | None
    contact_username: str | None
    contact_profile_pic: str | None
    assignee: str
    assignee_name: str
    labels: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """One document of `conversations`, as it was read."""

    thread_id: str
    account_id: str
    igsid: str
    status: ConversationStatus = ConversationStatus.OPEN
    bot: str = ""  #: `on`, `drafts` or `off`, where it differs from the account's
    owner: Owner = Owner.BOT
    owner_until: datetime | None = None
    owner_epoch: int = 0
    boundary_at: datetime | None = None  #: when the owner last changed
    boundaries: tuple[Boundary, ...] = ()  #: the last changes of hands and of state
    claim: ClaimRecord | None = None
    inbound_seq: int = 0  #: counts the messages that came in
    last_inbound_at: datetime | None = None  #: Meta's timestamp of the newest one
    last_received_at: datetime | None = None  #: when the store committed the newest one
    due_at: datetime | None = None  #: when a turn must have looked
    scheduled_until: datetime | None = None  #: until when it is `scheduled`
    cooldown_until: datetime | None = None
    outbox: tuple[str, ...] = ()  #: ids of the undelivered outgoing messages, in order
    sending: SendingRecord | None = None
    undecided: tuple[str, ...] = ()  #: echoes that came while a bubble was being sent
    failed_turns: int = 0  #: in a row
    deliver_due_at: datetime | None = None  #: when the line must have moved
    held_for: str | None = None  #: the account that must be able to send again first
    last_slot_at: datetime | None = None  #: the instant that was leased for the last send
    send_failed_at: datetime | None = None  #: of the last bubble, if that failed
    reserved_slot_at: datetime | None = None  #: a far one, for which a task is made
    early_reads: tuple[str, ...] = ()  #: messages that were read before their mid was recorded
    opted_out_at: datetime | None = None  #: when the person last said so
    opted_in_at: datetime | None = None
    connected_at: datetime | None = None  #: when the person proved who they are to the business
    acknowledged_at: datetime | None = None  #: when they were thanked for it
    verification: Mapping[str, Any] | None = None  #: the live token's hash, expiry and event
    profile_at: datetime | None = None  #: when Instagram was last asked who they are
    disclosed_at: datetime | None = None  #: when the person was last told that a machine writes
    turns_since: datetime | None = None  #: the beginning of the hour in which turns are counted
    turns_counted: int = 0
    follow_up: FollowUp | None = None  #: a look that the agent asked for
    closed_at: datetime | None = None  #: when a person closed it
    away_for: datetime | None = None  #: the opening until which the person was told we are away
    superseded: int = 0  #: turns in a row that newer messages started anew
    remind_at: datetime | None = None  #: a human is waited for, and is asked again then
    summary: str = ""  #: of what was said up to `summary_until`
    summary_until: datetime | None = None

    @classmethod
    def from_doc(cls, thread_id: str, doc: Mapping[str, Any]) -> "Conversation":
        """Read a stored conversation; what is missing has its default."""
        return cls(
            thread_id=thread_id,
            account_id=str(doc.get("account_id", "")),
            igsid=str(doc.get("igsid", "")),
            status=ConversationStatus(doc.get("status", ConversationStatus.OPEN)),
            bot=str(doc.get("bot") or ""),
            owner=Owner(doc.get("owner", Owner.BOT)),
            owner_until=doc.get("owner_until"),
            owner_epoch=int(doc.get("owner_epoch", 0)),
            boundary_at=doc.get("boundary_at"),
            boundaries=tuple(doc.get("boundaries") or ()),
            claim=ClaimRecord.from_doc(doc.get("claim")),
            inbound_seq=int(doc.get("inbound_seq", 0)),
            last_inbound_at=maybe_from_ms(doc.get("last_inbound_at")),
            last_received_at=doc.get("last_received_at"),
            due_at=maybe_from_ms(doc.get("due_at")),
            scheduled_until=doc.get("scheduled_until"),
            cooldown_until=doc.get("cooldown_until"),
            outbox=tuple(doc.get("outbox") or ()),
            sending=SendingRecord.from_doc(doc.get("sending")),
            undecided=tuple(doc.get("undecided") or ()),
            failed_turns=int(doc.get("failed_turns", 0)),
            deliver_due_at=maybe_from_ms(doc.get("deliver_due_at")),
            held_for=doc.get("held_for"),
            last_slot_at=doc.get("last_slot_at"),
            send_failed_at=doc.get("send_failed_at"),
            reserved_slot_at=doc.get("reserved_slot_at"),
            early_reads=tuple(doc.get("early_reads") or ()),
            opted_out_at=maybe_from_ms(doc.get("opted_out_at")),
            opted_in_at=maybe_from_ms(doc.get("opted_in_at")),
            connected_at=doc.get("connected_at"),
            acknowledged_at=doc.get("acknowledged_at"),
            verification=doc.get("verification"),
            profile_at=doc.get("profile_at"),
            disclosed_at=doc.get("disclosed_at"),
            turns_since=doc.get("turns_since"),
            turns_counted=int(doc.get("turns_counted", 0)),
            follow_up=FollowUp(**doc["follow_up"]) if doc.get("follow_up") else None,
            closed_at=doc.get("closed_at"),
            away_for=doc.get("away_for"),
            superseded=int(doc.get("superseded", 0)),
            remind_at=maybe_from_ms(doc.get("remind_at")),
            summary=str(doc.get("summary") or ""),
            summary_until=doc.get("summary_until"),
        )

    def after(self, fields: ConversationFields) -> "Conversation":
        """As it is once `fields` are written: who has it, its line and its cooldown."""
        return replace(
            self,
            owner=fields.get("owner", self.owner),
            owner_until=fields.get("owner_until", self.owner_until),
            owner_epoch=fields.get("owner_epoch", self.owner_epoch),
            boundary_at=fields.get("boundary_at", self.boundary_at),
            boundaries=tuple(fields.get("boundaries", self.boundaries)),
            outbox=tuple(fields.get("outbox", self.outbox)),
            cooldown_until=fields.get("cooldown_until", self.cooldown_until),
        )

    def boundary(self, now: datetime) -> datetime | None:
        """Where the present owner's time began: a human's may have run out unseen."""
        if self.owner is Owner.HUMAN and self.bot_may_speak(now):
            return self.owner_until
        return self.boundary_at

    def holds(self, claim_id: str, now: datetime) -> bool:
        """Whether the claim of that id still stands."""
        return self.claim is not None and self.claim.id == claim_id and now < self.claim.expires_at

    def has_newer_than(self, claim: ClaimRecord) -> bool:
        """Whether messages wait that the claim does not cover."""
        return claim.more or self.inbound_seq > claim.seq

    def bot_may_speak(self, now: datetime) -> bool:
        """Whether the bot owns the thread at `now`: a human's time may be over."""
        if self.owner is Owner.HUMAN:
            return self.owner_until is not None and self.owner_until <= now
        return self.owner is Owner.BOT

    @property
    def opted_out(self) -> bool:
        """Whether the person's last word on it was that they want no answers."""
        if self.opted_out_at is None:
            return False
        return self.opted_in_at is None or self.opted_in_at < self.opted_out_at

    def window_open(self, now: datetime) -> bool:
        """Whether Instagram accepts a bot's message at `now`."""
        return self.last_inbound_at is not None and now < self.last_inbound_at + WINDOW
