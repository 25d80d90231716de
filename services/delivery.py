"""Delivery: a thread's queued replies go out one after the other, each at most once."""

from dataclasses import dataclass
from datetime import datetime

import structlog

from services.domain import schedule
from services.domain.ids import split_thread_id
from services.lines import Head, TakingHead
from services.live_settings import LiveSettings
from services.ports import Clock, Documents, Ids, Messenger, TaskQueue
from services.recording import Recording

_log = structlog.get_logger()

#: Items that one call sends before it hands the rest to another task: well inside its time limit.
MOST_ITEMS = 10


@dataclass(frozen=True, slots=True)
class Delivery:
    """Sends what is queued. `deliver` may be called any number of times, at any time."""

    documents: Documents
    deliveries: TaskQueue
    messenger: Messenger
    settings: LiveSettings
    clock: Clock
    ids: Ids
    clock_margin_seconds: float

    def deliver(self, thread_id: str, trace_id: str) -> str:
        """Send the thread's line as far as it may go now.

        When it returns, the line is empty or the task that looks at it again exists. Raises
        `Unavailable` when the store or the queue cannot be reached.
        """
        parties = split_thread_id(thread_id)
        if parties is None:
            _log.error("delivery_for_no_thread", trace_id=trace_id)
            return "unknown_thread"
        account_id, igsid = parties
        settings = self.settings.account(account_id).operation
        head = self.documents.transact(TakingHead(thread_id, self.ids.new(), self.clock.now()))
        sent = 0
        while head.item is not None and sent < MOST_ITEMS:
            outcome = self.messenger.send_text(igsid, head.item.text)
            sent += 1
            _log.info(
                "send",
                thread_id=thread_id,
                trace_id=trace_id,
                item=head.item.id,
                outcome=type(outcome).__name__.lower(),
            )
            head = self.documents.transact(
                Recording(
                    thread_id,
                    head.item,
                    head.next_id if sent < MOST_ITEMS else None,
                    outcome,
                    settings,
                    self.ids.new(),
                    self.clock.now(),
                )
            )
        self._ensure_look(thread_id, head, trace_id)
        return "sent" if sent else "waiting" if head.look_at else "empty"

    def _ensure_look(self, thread_id: str, head: Head, trace_id: str) -> None:
        look_at: datetime | None = head.look_at
        if look_at is None:
            return
        appointment = schedule.delivery_later(
            thread_id,
            look_at,
            self.clock.now(),
            clock_margin_seconds=self.clock_margin_seconds,
        )
        self.deliveries.ensure(appointment, {"thread_id": thread_id, "trace_id": trace_id})
