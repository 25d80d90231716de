"""Slots for sending: leased in blocks from the store, kept by the instance, forfeited when late."""

import contextlib
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.domain import paths, slots
from services.domain.conversation import Conversation, ConversationFields
from services.domain.documents import Write
from services.domain.instants import to_ms
from services.domain.slots import Lease
from services.errors import Contention, Unavailable
from services.outbox.times import DELIVERY_GRACE, SLOT_AHEAD
from services.ports import Clock, Documents, Reads

#: Leases that may come so late that every slot of theirs is forfeited, one after the other.
MOST_LEASES = 3


@dataclass(frozen=True, slots=True)
class Leasing:
    """Leases the account's next block; meant for `Documents.transact`, alone in its transaction.

    Run again after its own lost commit it leases another block: slots are lost, never given twice.
    """

    account_id: str
    per_second: float
    not_before: datetime | None
    clock: Clock

    def __call__(self, reads: Reads) -> tuple[Lease, Sequence[Write]]:
        """Read where the last block ended, and move that on."""
        path = paths.pacing(self.account_id)
        (stored,) = reads.get(path)
        next_ms = int((stored.fields or {}).get("next_slot_ms") or 0)
        now = self.clock.now()  # that of this try: after a long one every slot would be late
        leased = slots.lease(next_ms, max(now, self.not_before or now), self.per_second)
        return leased, [path.merge({"next_slot_ms": leased.next_ms})]


@dataclass(frozen=True, slots=True)
class Reserving:
    """Writes down the far slot for which a thread waits; meant for `Documents.transact`.

    Whoever comes meanwhile waits for the same slot instead of taking another one, and the sweep
    does not take the line for forgotten.
    """

    thread_id: str
    slot: datetime
    now: datetime

    def __call__(self, reads: Reads) -> tuple[tuple[Conversation, datetime], Sequence[Write]]:
        """The thread as it was, and the slot that counts."""
        path = paths.conversation(self.thread_id)
        (stored,) = reads.get(path)
        thread = Conversation.from_doc(self.thread_id, stored.fields or {})
        if thread.sending is not None or not thread.outbox:
            return (thread, self.slot), []
        reserved = thread.reserved_slot_at
        if reserved is not None and self.now < reserved <= self.slot:
            return (thread, reserved), []
        due = to_ms(self.slot + DELIVERY_GRACE)
        fields: ConversationFields = {"reserved_slot_at": self.slot, "deliver_due_at": due}
        return (thread, self.slot), [path.update(fields)]


class Pacer:
    """This instance's share of the slots of all accounts; safe for its threads."""

    def __init__(self, *, documents: Documents, clock: Clock) -> None:
        self._documents = documents
        self._clock = clock
        self._lock = threading.Lock()  # never held during a call
        self._kept: dict[str, deque[datetime]] = {}

    def take(
        self, account_id: str, per_second: float, not_before: datetime | None = None
    ) -> datetime:
        """The earliest slot that is neither late nor before `not_before`; it may lie ahead.

        It is the caller's alone. Two round trips where the last block is used up, else none; a
        lease that took so long that its slots are late is made again. Raises `Unavailable`.
        """
        for _ in range(MOST_LEASES):
            kept = self._earliest(account_id, per_second, not_before)
            if kept is not None:
                return kept
            leasing = Leasing(account_id, per_second, not_before, self._clock)
            leased = self._documents.transact(leasing).slots
            with self._lock:
                mine = self._kept.setdefault(account_id, deque())
                self._kept[account_id] = deque(sorted([*mine, *leased]))
        kept = self._earliest(account_id, per_second, not_before)
        if kept is None:
            raise Contention(f"Every slot of account {account_id} came too late to be used.")
        return kept

    def give_back(self, account_id: str, slot: datetime) -> None:
        """Nothing was sent in `slot`: somebody else of this instance may have it."""
        with self._lock:
            mine = self._kept.setdefault(account_id, deque())
            self._kept[account_id] = deque(sorted([slot, *mine]))

    def _earliest(
        self, account_id: str, per_second: float, not_before: datetime | None
    ) -> datetime | None:
        now = self._clock.now()
        with self._lock:
            mine = self._kept.get(account_id)
            while mine:
                slot = mine.popleft()
                too_early = not_before is not None and slot < not_before
                if not slots.late(slot, now, per_second) and not too_early:
                    return slot
        return None


@dataclass(slots=True)
class SlotLease:
    """The slot that a delivery has for its next item; nobody else has it meanwhile."""

    pacer: Pacer
    account_id: str
    per_second: float
    slot: datetime | None = None
    own: bool = False  #: its task's: never given on, for the task may come twice

    def take(self, not_before: datetime | None = None) -> datetime:
        """Have the next slot that is free; raises `Unavailable`."""
        self.slot = self.pacer.take(self.account_id, self.per_second, not_before)
        self.own = False
        return self.slot

    def take_if_possible(self) -> None:
        """Have the next slot, or none where the store cannot be reached."""
        with contextlib.suppress(Unavailable):
            self.take()

    def used(self) -> None:
        """It is gone: an item goes in it now."""
        self.slot = None

    def give_back(self) -> None:
        """Nothing is sent in it: whoever needs one may have it."""
        if self.slot is not None and not self.own:
            self.pacer.give_back(self.account_id, self.slot)
        self.slot = None

    def keep_for(self, look_at: datetime | None) -> None:
        """Give it back, unless it is the very instant of the next look."""
        if self.slot != look_at:
            self.give_back()

    def lies_ahead(self, now: datetime, behind: timedelta) -> bool:
        """Whether it is still to come, for a clock that may be `behind`."""
        return self.slot is not None and self.slot > now + SLOT_AHEAD + behind
