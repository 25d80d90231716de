"""Delivery: a thread's queued replies go out one after the other, each at most once."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from services.accounts.service import Accounts
from services.domain import paths, schedule, slots
from services.domain.conversation import Conversation
from services.domain.ids import split_thread_id
from services.domain.outcome import Outcome
from services.domain.schedule import TaskSpec
from services.domain.sendable import call_of
from services.domain.task import Kind, Task
from services.errors import GraphRefused, Unavailable
from services.outbox.head import Doubtful, Empty, LookAgain, QueueHead, SendNow
from services.outbox.pacing import Pacer, Reserving, SlotLease
from services.outbox.queue import PuttingBack, TakingHead
from services.outbox.record import RecordSend
from services.outbox.settling import Settling
from services.outbox.times import CALL_WITHIN
from services.ports import Clock, Documents, Ids, Messenger, TaskQueue
from services.store.live_settings import AccountView, SettingsCache

_log = structlog.get_logger()

#: Items that one call sends before it hands the rest to another task: well inside its time limit.
MOST_ITEMS = 10
#: A slot so far ahead is written down, so that a thread that waits takes no second one.
FAR_AHEAD = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Hint:
    """What a task knows of its line: the slot that was leased for it, and the item in front."""

    slot: datetime | None = None
    item_id: str | None = None


@dataclass(frozen=True, slots=True)
class _Run:
    """One call of `deliver`."""

    thread_id: str
    account_id: str
    igsid: str
    trace_id: str
    view: AccountView
    hint: Hint
    lease: SlotLease


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Sends what is queued. `deliver` may be called any number of times, at any time."""

    documents: Documents
    deliveries: TaskQueue
    messenger: Messenger
    accounts: Accounts
    pacer: Pacer
    settings: SettingsCache
    clock: Clock
    ids: Ids
    clock_margin_seconds: float

    def deliver(self, thread_id: str, trace_id: str, hint: Hint | None = None) -> str:
        """Send the thread's line as far as it may go now.

        When it returns, the line is empty or the task that looks at it again exists. Raises
        `Unavailable` when the store or the queue cannot be reached.
        """
        parties = split_thread_id(thread_id)
        if parties is None:
            _log.error("delivery_for_no_thread", trace_id=trace_id)
            return "unknown_thread"
        run = self._run(thread_id, *parties, trace_id, hint or Hint())
        self._find_slot(run)
        if run.lease.lies_ahead(self.clock.now(), self._clock_behind(run)):
            waits = self._wait_for_slot(run)
            if waits is not None:
                return waits
        head = self._take_head(run)
        if isinstance(head, Doubtful):
            head = self._read_back(run, head)
        sent = 0
        while isinstance(head, SendNow) and sent < MOST_ITEMS:
            sent += 1
            head = self._send(run, head, more=sent < MOST_ITEMS)
        if isinstance(head, LookAgain):
            self._ensure_look(run, head)
        return "sent" if sent else "empty" if isinstance(head, Empty) else "waiting"

    def _run(self, thread_id: str, account_id: str, igsid: str, trace_id: str, hint: Hint) -> _Run:
        view = self.settings.account(account_id)
        per_second = slots.rate(
            view.operation.messages_per_second, slowed=view.account.slowed(self.clock.now())
        )
        lease = SlotLease(self.pacer, account_id, per_second)
        return _Run(thread_id, account_id, igsid, trace_id, view, hint, lease)

    # Pacing

    def _find_slot(self, run: _Run) -> None:
        """The task's own slot, unless it came too late; else the next one that is free."""
        now, given, account = self.clock.now(), run.hint.slot, run.view.account
        if given is not None and not slots.late(given, now, run.lease.per_second):
            run.lease.slot, run.lease.own = given, True
        elif account.may_send:  # else nothing can go: the outbox is only looked at
            run.lease.take(account.parked(now))

    def _clock_behind(self, run: _Run) -> timedelta:
        # The queue is never early: where its task's slot seems to lie ahead, our clock is behind.
        given = run.hint.slot is not None
        return timedelta(seconds=self.clock_margin_seconds) if given else timedelta()

    def _wait_for_slot(self, run: _Run) -> str | None:
        """A slot that lies ahead is a task, if anything waits to be sent; else it is given back.

        None where an item is on its way, so that its hold must be looked at.
        """
        thread, reserved = self._reserved(run)
        if thread.sending is not None or not thread.outbox:
            run.lease.give_back()
            return None if thread.sending is not None else "empty"
        run.lease.keep_for(reserved)
        look = schedule.delivery_in_slot(run.thread_id, reserved)
        self._ensure(run, look, reserved, thread.outbox[0])
        return "paced"

    def _reserved(self, run: _Run) -> tuple[Conversation, datetime]:
        """The thread as it is, and the slot for which it waits."""
        now = self.clock.now()
        slot = run.lease.slot or now
        if slot > now + FAR_AHEAD:
            return self.documents.transact(Reserving(run.thread_id, slot, now))
        stored = self.documents.get(paths.conversation(run.thread_id))[0].fields
        return Conversation.from_doc(run.thread_id, stored or {}), slot

    def _take_head(self, run: _Run) -> QueueHead:
        lease, now = run.lease, self.clock.now()
        at_least = max(now, lease.slot) if lease.own and lease.slot is not None else now
        head = self.documents.transact(
            TakingHead(
                run.thread_id,
                self.ids.new(),
                at_least,
                run.view.operation,
                lease.slot,
                run.hint.item_id,
            )
        )
        if not isinstance(head, SendNow):
            lease.give_back()
        return head

    # Sending

    def _send(self, run: _Run, head: SendNow, *, more: bool) -> QueueHead:
        """Send the item that is held; answers the outbox's new head."""
        item, account_id = head.item, run.account_id
        run.lease.used()
        started_at = item.sending_at or self.clock.now()
        if run.view.operation.show_seen and item.attempts == 1:
            self.messenger.act(account_id, run.igsid, "mark_seen")
        if self.clock.now() > started_at + CALL_WITHIN:
            return self._put_back(run, head)
        call = call_of(head.thread, item, human_agent=head.human_agent)
        answer = self.messenger.send(account_id, call)
        _log.info(
            "send",
            thread_id=run.thread_id,
            trace_id=run.trace_id,
            item=item.id,
            attempt=item.attempts,
            outcome=type(answer.outcome).__name__.lower(),
        )
        self.accounts.note(run.view.account, answer)
        return self._recorded(run, head, answer.outcome, head.next_id if more else None)

    def _recorded(
        self, run: _Run, head: SendNow, outcome: Outcome, next_id: str | None
    ) -> QueueHead:
        """What was sent is recorded first; without a slot the next item waits for its look."""
        settings = run.view.operation
        if next_id is not None and settings.bubble_delay_seconds <= 0:
            run.lease.take_if_possible()
        following = self.documents.transact(
            RecordSend(
                run.thread_id,
                head.item,
                head.token,
                next_id,
                outcome,
                settings,
                self.ids.new(),
                run.lease.slot,
                self.clock.now(),
            )
        )
        if isinstance(following, SendNow):
            return following
        if not isinstance(following, LookAgain):
            run.lease.give_back()
            return following
        run.lease.keep_for(following.at)
        waits = following.item_id is not None and following.attempt == 0
        if waits and settings.bubble_delay_seconds > 0:
            self.messenger.act(run.account_id, run.igsid, "typing_on")
        return following

    def _put_back(self, run: _Run, head: SendNow) -> QueueHead:
        """The store took so long that the hold may end during the call: nobody calls."""
        _log.warning("hold_too_old", thread_id=run.thread_id, item=head.item.id)
        settings, now = run.view.operation, self.clock.now()
        return self.documents.transact(
            PuttingBack(run.thread_id, head.item, head.token, settings, now)
        )

    def _read_back(self, run: _Run, head: Doubtful) -> LookAgain:
        """Ask Instagram whether an unconfirmed item arrived; the outbox goes on if it did."""
        item, later = head.item, LookAgain(at=head.at)
        try:
            heard = self.messenger.get_thread_messages(run.account_id, run.igsid)
        except (GraphRefused, Unavailable) as error:
            _log.warning("read_back_failed", thread_id=run.thread_id, error=str(error))
            return later
        settling = Settling(run.thread_id, item, heard, run.view.operation, self.clock.now())
        if not self.documents.transact(settling):
            return later
        _log.info("read_back", thread_id=run.thread_id, trace_id=run.trace_id, item=item.id)
        return LookAgain(at=self.clock.now())

    # Looking again

    def _ensure_look(self, run: _Run, head: LookAgain) -> None:
        slot = run.lease.slot
        if head.parked:
            run.lease.take(head.at)
            if self._wait_for_slot(run) is not None:
                return
        if slot is not None:  # it was kept for this look
            look = schedule.delivery_in_slot(run.thread_id, slot)
        elif head.attempt and head.item_id:
            look = schedule.delivery_retry(run.thread_id, head.item_id, head.attempt, head.at)
        else:
            margin = self.clock_margin_seconds
            now = self.clock.now()
            look = schedule.later(run.thread_id, head.at, now, clock_margin_seconds=margin)
        self._ensure(run, look, slot, head.item_id)

    def _ensure(
        self, run: _Run, look: TaskSpec, slot: datetime | None, item_id: str | None
    ) -> None:
        task = Task(Kind.DELIVERY, run.thread_id, run.trace_id, slot, item_id)
        self.deliveries.ensure(look, task.body())
