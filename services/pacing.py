"""Slots for sending: leased in blocks from the store, kept by the instance, forfeited when late."""

import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.domain import slots
from services.domain.documents import Merge, Write
from services.domain.slots import Lease
from services.ports import Clock, Documents, Reads


@dataclass(frozen=True, slots=True)
class Leasing:
    """Leases the account's next block; meant for `Documents.transact`, alone in its transaction.

    Run again after its own lost commit it leases another block: slots are lost, never given twice.
    """

    account_id: str
    per_second: float
    now: datetime

    def __call__(self, reads: Reads) -> tuple[Lease, Sequence[Write]]:
        """Read where the last block ended, and move that on."""
        path = f"pacing/{self.account_id}"
        (stored,) = reads.get(path)
        next_ms = int((stored.fields or {}).get("next_slot_ms") or 0)
        leased = slots.lease(next_ms, self.now, self.per_second)
        return leased, [Merge(path, {"next_slot_ms": leased.next_ms})]


class Pacer:
    """This instance's share of the slots of all accounts; safe for its threads."""

    def __init__(self, documents: Documents, clock: Clock) -> None:
        self._documents = documents
        self._clock = clock
        self._lock = threading.Lock()  # never held during a call
        self._kept: dict[str, deque[datetime]] = {}

    def take(self, account_id: str, per_second: float) -> datetime:
        """The earliest slot that is not late; it may lie ahead.

        It is the caller's alone. Two round trips where the last block is used up, else none.
        Raises `Unavailable`.
        """
        kept = self._earliest(account_id, per_second)
        if kept is not None:
            return kept
        leasing = Leasing(account_id, per_second, self._clock.now())
        first, *others = self._documents.transact(leasing).slots
        with self._lock:
            mine = self._kept.setdefault(account_id, deque())
            self._kept[account_id] = deque(sorted([*mine, *others]))
        return first

    def give_back(self, account_id: str, slot: datetime) -> None:
        """Nothing was sent in `slot`: somebody else of this instance may have it."""
        with self._lock:
            mine = self._kept.setdefault(account_id, deque())
            self._kept[account_id] = deque(sorted([slot, *mine]))

    def _earliest(self, account_id: str, per_second: float) -> datetime | None:
        now = self._clock.now()
        with self._lock:
            mine = self._kept.get(account_id)
            while mine:
                slot = mine.popleft()
                if not slots.late(slot, now, per_second):
                    return slot
        return None
