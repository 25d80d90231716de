"""The states of messages and conversations, as they are stored (lower case)."""

from enum import StrEnum


class Status(StrEnum):
    """Where a message stands. Inbound and outgoing messages share one collection."""

    PENDING = "pending"  # inbound: stored, not looked at by a turn yet
    PROCESSING = "processing"  # inbound: claimed by a turn
    PROCESSED = "processed"  # inbound: answered, or skipped with a reason
    QUEUED = "queued"  # outgoing: waits for delivery
    SENDING = "sending"  # outgoing: a call to Instagram may be under way
    SENT = "sent"  # outgoing: Instagram gave it a mid
    READ = "read"  # outgoing: the person has seen it
    UNCONFIRMED = "unconfirmed"  # outgoing: it may or may not have arrived
    UNDECIDED = "undecided"  # an echo that came while a bubble was being sent
    CANCELLED = "cancelled"  # outgoing: overtaken by a change of owner
    FAILED = "failed"  # either: given up, with an error


#: What a turn still has to look at.
OPEN_INBOUND = (Status.PENDING, Status.PROCESSING)


class Direction(StrEnum):
    """Who a message goes to."""

    INBOUND = "inbound"
    OUTGOING = "outgoing"
    INTERNAL = "internal"


class Role(StrEnum):
    """Who wrote a message."""

    USER = "user"
    BOT = "bot"
    HUMAN = "human"
    SYSTEM = "system"


class Owner(StrEnum):
    """Who answers a conversation."""

    BOT = "bot"
    WAITING = "waiting"  # for a human, until one comes
    HUMAN = "human"  # until an instant


class ConversationStatus(StrEnum):
    """Whether a conversation is live."""

    OPEN = "open"
    SCHEDULED = "scheduled"
    CLOSED = "closed"
