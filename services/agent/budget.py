"""What the model has cost an account today, counted from the traces."""

from datetime import UTC, datetime, timedelta

import structlog

from services.domain import paths
from services.domain.documents import Query
from services.domain.operation import OperatingSettings
from services.ports import Clock, Documents
from services.ttl_cache import TtlCache

_log = structlog.get_logger()

#: How long an instance may work with an older sum: the cap is that much soft.
KEPT_FOR = timedelta(minutes=1)


class Budget:
    """The day's cost by account (UTC): one aggregation query a minute and instance at most."""

    def __init__(self, *, documents: Documents, clock: Clock) -> None:
        self._documents = documents
        self._kept = TtlCache[str, int](clock=clock, ttl=KEPT_FOR)

    def is_spent(self, account_id: str, settings: OperatingSettings, now: datetime) -> bool:
        """Whether the account's daily cap is reached."""
        cap = settings.daily_cost_cap_usd
        spent = bool(cap) and self.microdollars(account_id, now) >= cap * 1_000_000
        if spent:
            _log.warning("cost_cap_reached", account_id=account_id, cap_usd=cap)
        return spent

    def microdollars(self, account_id: str, now: datetime) -> int:
        """What the account's turns of this day cost, in millionths of a dollar."""
        return self._kept.get(account_id, lambda: self._read(account_id, now))

    def _read(self, account_id: str, now: datetime) -> int:
        midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        turns = Query(
            paths.TURNS,
            where=[("account_id", "==", account_id), ("ended_at", ">=", midnight)],
            group=True,
        )
        return int(self._documents.total(turns, "cost_microdollars"))
