"""How long an outbox waits for what."""

from datetime import datetime, timedelta

from services.domain import schedule
from services.domain.conversation import Conversation, SendingRecord

#: How long a sender holds an item: longer than the send's own time limit.
SENDING_FOR = timedelta(seconds=30)
#: A sender that comes to its call later than this after taking its hold does not call.
CALL_WITHIN = timedelta(seconds=15)
#: How long an unconfirmed item holds the outbox before a person must decide.
UNCONFIRMED_FOR = timedelta(minutes=3)
#: When, after it became unconfirmed, Instagram is asked whether it arrived.
READ_BACK_AFTER = (timedelta(seconds=15), timedelta(seconds=60), timedelta(seconds=165))
#: When the sweep looks after an outbox that nobody moved: well after the queue's own tries.
DELIVERY_GRACE = timedelta(seconds=60)
#: A slot that lies ahead by no more is now: clocks differ, and the queue is never early.
SLOT_AHEAD = timedelta(milliseconds=5)


def next_check(sending: SendingRecord, now: datetime) -> datetime:
    """When an unconfirmed item is looked at next: to ask Instagram, or to give it to a person."""
    since = sending.until - UNCONFIRMED_FOR
    return next((since + after for after in READ_BACK_AFTER if since + after > now), sending.until)


def held_look(thread: Conversation, now: datetime) -> datetime:
    """When an outbox is looked at that waits for its account: its window may close meanwhile."""
    return schedule.hourly(thread.thread_id, now)
