"""What a turn does next: pure decisions, returned as values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.domain import bot, hours, schedule
from services.domain.bot import Bot
from services.domain.conversation import Conversation
from services.domain.message import Message
from services.domain.operation import OperatingSettings
from services.domain.states import ConversationStatus

#: Reasons of a `Wait` that somebody acts on.
AWAY = "outside_business_hours"
ACCOUNT = "account_may_not_send"
#: Reason of a `Skip`: the bot keeps out of it.
BOT_OFF = "bot_off"
#: A text of fewer characters is not taken for a whole one.
SHORTEST_ENDING = 12


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


@dataclass(frozen=True, slots=True)
class Invite:
    """These messages are not answered: who wrote them must connect first, and gets the link."""

    messages: tuple[Message, ...]


Step = Nothing | Busy | Wait | Skip | Invite | Claim


def next_step(
    thread: Conversation,
    pending: Sequence[Message],
    settings: OperatingSettings,
    now: datetime,
    *,
    account_ready: bool = True,
) -> Step:
    """Decide for a thread with these unanswered messages, oldest first.

    The order of the rules is the order of their strength: a live claim, nothing to do, a human,
    a closed conversation, an opt-out, a bot that is off, a closed window, then the waits (the
    latest of them counts; an account that may not send, and closed doors, come after them), a
    person who has not connected, and last the claim itself. A bot that only drafts disturbs
    nobody: neither a human nor closed doors keep it from it, and it invites nobody.
    """
    if thread.claim is not None and now < thread.claim.expires_at:
        return Busy(thread.claim.id, thread.claim.expires_at)
    if not pending:
        return Nothing()
    skipped = _skip(thread, pending, settings, now)
    if skipped is not None:
        return skipped
    wait = _wait(thread, pending, settings, now, account_ready=account_ready)
    if wait is not None:
        return wait
    if unconnected(thread, settings) and not only_drafts(thread, settings):
        return Invite(tuple(pending))
    spent = tuple(m for m in pending if m.attempts >= settings.max_attempts)
    return Claim(tuple(m for m in pending if m.attempts < settings.max_attempts), spent)


def _wait(
    thread: Conversation,
    pending: Sequence[Message],
    settings: OperatingSettings,
    now: datetime,
    *,
    account_ready: bool,
) -> Wait | None:
    if not account_ready:
        return Wait(schedule.hourly(thread.thread_id, now), ACCOUNT)
    wait = earliest(thread, pending, settings)
    at = max(now, wait.until) if wait is not None else now
    week = hours.week(settings.hours_weekly, settings.hours_holidays, settings.time_zone)
    opens_at = week.opens_at(at) if week is not None else at
    if opens_at > at and not only_drafts(thread, settings):
        return Wait(opens_at, AWAY)
    return wait if wait is not None and now < wait.until else None


def earliest(
    thread: Conversation, pending: Sequence[Message], settings: OperatingSettings
) -> Wait | None:
    """The instant before which these messages must not be answered, and why.

    A message that was claimed before has waited already: only new ones are debounced.
    """
    waits = []
    if thread.cooldown_until is not None:
        waits.append(Wait(thread.cooldown_until, "cooldown"))
    arrivals = [m.received_at for m in pending if m.received_at is not None and not m.attempts]
    if arrivals:
        debounce = 0.0 if _ended(pending, settings) else settings.debounce_seconds
        quiet = max(arrivals) + timedelta(seconds=debounce)
        cap = min(arrivals) + timedelta(seconds=settings.debounce_cap_seconds)
        waits.append(Wait(min(quiet, cap), "debounce"))
    return max(waits, key=lambda wait: wait.until, default=None)


def follow_up(
    thread: Conversation,
    cooldown_until: datetime | None,
    settings: OperatingSettings,
    now: datetime,
) -> datetime:
    """When the messages that came during a turn are due: cooldown and debounce included."""
    quiet = thread.last_received_at or now
    return max(cooldown_until or now, quiet + timedelta(seconds=settings.debounce_seconds), now)


def unconnected(thread: Conversation, settings: OperatingSettings) -> bool:
    """Whether this person is not answered until they have connected."""
    return settings.account_linking and thread.connected_at is None


def only_drafts(thread: Conversation, settings: OperatingSettings) -> bool:
    """Whether the thread's turns suggest an answer and send none."""
    return bot.mode(thread.bot, settings.bot) is Bot.DRAFTS


def _ended(pending: Sequence[Message], settings: OperatingSettings) -> bool:
    """Whether the newest message is a text that clearly ends, if the settings care."""
    newest = max(pending, key=lambda message: message.created_at)
    text = newest.text.strip()
    long_enough = len(text) >= SHORTEST_ENDING and " " in text
    ends = long_enough and text.endswith(("?", "!", ".")) and not text.endswith("..")
    return settings.debounce_ends_early and ends and not newest.attachments


def _skip(
    thread: Conversation, pending: Sequence[Message], settings: OperatingSettings, now: datetime
) -> Skip | None:
    messages = tuple(pending)
    if not thread.bot_may_speak(now) and not only_drafts(thread, settings):
        return Skip(messages, f"owner_{thread.owner}")
    if thread.status is ConversationStatus.CLOSED:
        closed = _before(thread.closed_at, messages) if settings.reopen_on_message else messages
        if closed:
            return Skip(closed, "closed")
    if thread.opted_out:
        return Skip(messages, "opted_out")
    if bot.mode(thread.bot, settings.bot) is Bot.OFF:
        return Skip(messages, BOT_OFF)
    if not thread.window_open(now):
        return Skip(messages, "window_closed")
    boundary = thread.boundary(now)
    if boundary is not None:
        old = _before(boundary, messages)
        return Skip(old, "before_boundary") if old else None
    return None


def _before(instant: datetime | None, messages: Sequence[Message]) -> tuple[Message, ...]:
    """The messages that were stored at or before an instant."""
    if instant is None:
        return ()
    return tuple(m for m in messages if m.received_at is not None and m.received_at <= instant)
