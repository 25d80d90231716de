"""Delivery: a thread's queued replies go out one after the other, each at most once."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from services.accounts.service import Accounts
from services.domain import paths, schedule, slots
from services.domain.conversation import Conversation
from services.domain.ids import split_thread_id
from services.domain.message import Message
from services.domain.schedule import Appointment
from services.domain.sendable import call_of
from services.domain.task import Kind, Task
from services.errors import GraphRefused, Unavailable
from services.outbox.pacing import Pacer, Reserving
from services.outbox.queue import (
    CALL_WITHIN,
    SLOT_AHEAD,
    Head,
    PuttingBack,
    TakingHead,
)
from services.outbox.record import Recording
from services.outbox.settling import Settling
from services.ports import Clock, Documents, Ids, Messenger, TaskQueue
from services.store.live_settings import AccountView, LiveSettings

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
    per_second: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Sends what is queued. `deliver` may be called any number of times, at any time."""

    documents: Documents
    deliveries: TaskQueue
    messenger: Messenger
    accounts: Accounts
    pacer: Pacer
    settings: LiveSettings
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
        run = self._run(thread_id, *parties, trace_id)
        hint = hint or Hint()
        slot = self._slot(run, hint.slot)
        if slot is not None and slot > self.clock.now() + self._tolerance(hint):
            waits = self._wait_for(run, slot, own=slot == hint.slot)
            if waits is not None:
                return waits
            slot = None  # somebody else holds the line, or held it
        head = self.documents.transact(
            TakingHead(
                thread_id,
                self.ids.new(),
                self._at_least(slot, hint),
                run.view.operation,
                slot,
                hint.item_id,
            )
        )
        if head.item is None and slot is not None and slot != hint.slot:
            # A task's own slot is not given on: the task may come twice.
            self.pacer.give_back(run.account_id, slot)
        if head.doubtful is not None:
            head = self._read_back(run, head, head.doubtful)
        sent = 0
        next_slot: datetime | None = None
        while head.item is not None and sent < MOST_ITEMS:
            head, next_slot = self._send(run, head, head.item, more=sent + 1 < MOST_ITEMS)
            sent += 1
        self._ensure_look(run, head, next_slot)
        return "sent" if sent else "waiting" if head.look_at else "empty"

    def _run(self, thread_id: str, account_id: str, igsid: str, trace_id: str) -> _Run:
        view = self.settings.account(account_id)
        per_second = slots.rate(
            view.operation.messages_per_second, slowed=view.account.slowed(self.clock.now())
        )
        return _Run(thread_id, account_id, igsid, trace_id, view, per_second)

    # Pacing

    def _slot(self, run: _Run, given: datetime | None) -> datetime | None:
        """The task's own slot, unless it came too late; else the next one that is free."""
        now = self.clock.now()
        if given is not None and not slots.late(given, now, run.per_second):
            return given
        account = run.view.account
        if not account.may_send:
            return None  # nothing can go: the line is only looked at
        return self.pacer.take(run.account_id, run.per_second, account.parked(now))

    def _tolerance(self, hint: Hint) -> timedelta:
        # The queue is never early: where its task's slot seems to lie ahead, our clock is behind.
        behind = timedelta(seconds=self.clock_margin_seconds)
        return SLOT_AHEAD + (behind if hint.slot is not None else timedelta())

    def _at_least(self, slot: datetime | None, hint: Hint) -> datetime:
        now = self.clock.now()
        return max(now, slot) if slot is not None and slot == hint.slot else now

    def _wait_for(self, run: _Run, slot: datetime, *, own: bool) -> str | None:
        """A slot that lies ahead is a task, if anything waits to be sent; else it is given back.

        None where an item is on its way, so that its hold must be looked at.
        """
        thread, reserved = self._reserved(run, slot)
        if not own and (reserved != slot or thread.sending is not None or not thread.outbox):
            self.pacer.give_back(run.account_id, slot)
        if thread.sending is not None or not thread.outbox:
            return None if thread.sending is not None else "empty"
        look = schedule.delivery_in_slot(run.thread_id, reserved)
        self._ensure(run, look, reserved, thread.outbox[0])
        return "paced"

    def _reserved(self, run: _Run, slot: datetime) -> tuple[Conversation, datetime]:
        """The thread as it is, and the slot for which it waits."""
        now = self.clock.now()
        if slot > now + FAR_AHEAD:
            return self.documents.transact(Reserving(run.thread_id, slot, now))
        stored = self.documents.get(paths.conversation(run.thread_id))[0].fields
        return Conversation.from_doc(run.thread_id, stored or {}), slot

    # Sending

    def _send(
        self, run: _Run, head: Head, item: Message, *, more: bool
    ) -> tuple[Head, datetime | None]:
        """Send the item that is held; answers the line's new head and the slot leased for it."""
        thread = head.thread or Conversation(
            thread_id=run.thread_id, account_id=run.account_id, igsid=run.igsid
        )
        started_at = item.sending_at or self.clock.now()
        if run.view.operation.show_seen and item.attempts == 1:
            self.messenger.act(run.account_id, run.igsid, "mark_seen")
        if self.clock.now() > started_at + CALL_WITHIN:
            return self._put_back(run, head, item), None
        answer = self.messenger.send(
            run.account_id, call_of(thread, item, human_agent=head.human_agent)
        )
        outcome = answer.outcome
        _log.info(
            "send",
            thread_id=run.thread_id,
            trace_id=run.trace_id,
            item=item.id,
            attempt=item.attempts,
            outcome=type(outcome).__name__.lower(),
        )
        self.accounts.note(run.view.account, answer)
        next_id = head.next_id if more else None
        slot = self._next_slot(run, next_id)
        head = self.documents.transact(
            Recording(
                run.thread_id,
                item,
                head.token,
                next_id,
                outcome,
                run.view.operation,
                self.ids.new(),
                slot,
                self.clock.now(),
            )
        )
        return self._after(run, head, slot)

    def _after(self, run: _Run, head: Head, slot: datetime | None) -> tuple[Head, datetime | None]:
        """The slot goes with the line's next item, or back to whoever needs one."""
        if slot is not None and head.item is None and head.look_at != slot:
            self.pacer.give_back(run.account_id, slot)
            slot = None
        typing = run.view.operation.bubble_delay_seconds > 0 and head.look_id is not None
        if typing and head.attempt == 0:
            self.messenger.act(run.account_id, run.igsid, "typing_on")
        return head, slot

    def _next_slot(self, run: _Run, next_id: str | None) -> datetime | None:
        if next_id is None or run.view.operation.bubble_delay_seconds > 0:
            return None
        try:
            return self.pacer.take(run.account_id, run.per_second)
        except Unavailable:
            return None  # what was sent is recorded first; the next item waits for its look

    def _put_back(self, run: _Run, head: Head, item: Message) -> Head:
        """The store took so long that the hold may end during the call: nobody calls."""
        _log.warning("hold_too_old", thread_id=run.thread_id, item=item.id)
        return self.documents.transact(
            PuttingBack(
                run.thread_id,
                item,
                head.token,
                run.view.operation,
                self.clock.now(),
            )
        )

    def _read_back(self, run: _Run, head: Head, item: Message) -> Head:
        """Ask Instagram whether an unconfirmed item arrived; the line goes on if it did."""
        try:
            heard = self.messenger.get_thread_messages(run.account_id, run.igsid)
        except (GraphRefused, Unavailable) as error:
            _log.warning("read_back_failed", thread_id=run.thread_id, error=str(error))
            return head
        settling = Settling(run.thread_id, item, heard, run.view.operation, self.clock.now())
        if not self.documents.transact(settling):
            return head
        _log.info("read_back", thread_id=run.thread_id, trace_id=run.trace_id, item=item.id)
        return Head(look_at=self.clock.now())

    # Looking again

    def _ensure_look(self, run: _Run, head: Head, slot: datetime | None) -> None:
        if head.item is not None or head.look_at is None:
            return
        if head.parked:
            after = self.pacer.take(run.account_id, run.per_second, head.look_at)
            if self._wait_for(run, after, own=False) is not None:
                return
        if slot is not None and head.look_at == slot:
            self._ensure(run, schedule.delivery_in_slot(run.thread_id, slot), slot, head.look_id)
            return
        if head.attempt and head.look_id:
            look = schedule.delivery_retry(run.thread_id, head.look_id, head.attempt, head.look_at)
        else:
            look = schedule.later(
                run.thread_id,
                head.look_at,
                self.clock.now(),
                clock_margin_seconds=self.clock_margin_seconds,
            )
        self._ensure(run, look, None, head.look_id)

    def _ensure(
        self, run: _Run, look: Appointment, slot: datetime | None, item_id: str | None
    ) -> None:
        task = Task(Kind.DELIVERY, run.thread_id, run.trace_id, slot, item_id)
        self.deliveries.ensure(look, task.body())
