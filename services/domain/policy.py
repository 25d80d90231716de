"""What a turn does next: pure decisions, returned as values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.domain.conversation import Conversation
from services.domain.message import Message
from services.domain.operation import Operation
from services.domain.states import ConversationStatus


@dataclass(frozen=True, slots=True)
class Nothing:
    """No message waits."""


@dataclass(frozen=True, slots=True)
class Busy:
    """Another turn owns the thread; look again when its claim ends."""

    claim_id: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Wait:
    """Not yet: look again at `until`."""

    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Skip:
    """These messages are not answered, for `reason`."""

    messages: tuple[Message, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Claim:
    """Take these messages and answer them; `spent` were tried too often and are given up."""

    messages: tuple[Message, ...]
    spent: tuple[Message, ...] = ()


Step = Nothing | Busy | Wait | Skip | Claim


def next_step(
    thread: Conversation, pending: Sequence[Message], settings: Operation, now: datetime
) -> Step:
    """Decide for a thread with these unanswered messages, oldest first.

    The order of the rules is the order of their strength: a live claim, nothing to do, a human,
    a closed window, then the waits (the latest of them counts), and last the claim itself.
    """
    if thread.claim is not None and now < thread.claim.expires_at:
        return Busy(thread.claim.id, thread.claim.expires_at)
    if not pending:
        return Nothing()
    skipped = _skip(thread, pending, now)
    if skipped is not None:
        return skipped
    wait = earliest(thread, pending, settings)
    if wait is not None and now < wait.until:
        return wait
    spent = tuple(m for m in pending if m.attempts >= settings.max_attempts)
    return Claim(tuple(m for m in pending if m.attempts < settings.max_attempts), spent)


def earliest(thread: Conversation, pending: Sequence[Message], settings: Operation) -> Wait | None:
    """The instant before which these messages must not be answered, and why.

    A message that was claimed before has waited already: only new ones are debounced.
    """
    waits = []
    if thread.cooldown_until is not None:
        waits.append(Wait(thread.cooldown_until, "cooldown"))
    arrivals = [m.received_at for m in pending if m.received_at is not None and not m.attempts]
    if arrivals:
        quiet = max(arrivals) + timedelta(seconds=settings.debounce_seconds)
        cap = min(arrivals) + timedelta(seconds=settings.debounce_cap_seconds)
        waits.append(Wait(min(quiet, cap), "debounce"))
    return max(waits, key=lambda wait: wait.until, default=None)


def follow_up(
    thread: Conversation, cooldown_until: datetime | None, settings: Operation, now: datetime
) -> datetime:
    """When the messages that came during a turn are due: cooldown and debounce included."""
    quiet = thread.last_received_at or now
    return max(cooldown_until or now, quiet + timedelta(seconds=settings.debounce_seconds), now)


def _skip(thread: Conversation, pending: Sequence[Message], now: datetime) -> Skip | None:
    messages = tuple(pending)
    if not thread.bot_may_speak(now):
        return Skip(messages, f"owner_{thread.owner}")
    if thread.status is ConversationStatus.CLOSED:
        return Skip(messages, "closed")
    if thread.opted_out:
        return Skip(messages, "opted_out")
    if not thread.window_open(now):
        return Skip(messages, "window_closed")
    boundary = thread.boundary(now)
    if boundary is not None:
        old = tuple(m for m in messages if m.received_at is not None and m.received_at <= boundary)
        return Skip(old, "before_boundary") if old else None
    return None
