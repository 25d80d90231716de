"""Call rates as Instagram counts them, and the usage headers that announce them."""

import json
from collections import defaultdict, deque
from datetime import datetime, timedelta
from typing import Any

from emulators.instagram.refusals import refusal

_SECOND = timedelta(seconds=1)
_HOUR = timedelta(hours=1)

# Instagram Platform documentation, "Rate limits": per professional account and second.
PER_SECOND = {"send": 100, "media": 10, "conversation": 2}
_CALLS_FOR_FULL_USAGE = 5000  # per hour; six calls show as 1 % or less, as on live accounts


class Limits:
    """Counts calls by the passed clock; the simulator's lock guards it."""

    def __init__(self) -> None:
        self.per_second = dict(PER_SECOND)
        self.usage_percent: int | None = None
        self.regain_minutes = 0
        self._recent: dict[str, deque[datetime]] = defaultdict(deque)
        self._calls: deque[datetime] = deque()

    def spend(self, sort: str, now: datetime) -> None:
        """Count one call of this sort; GraphError 613 when the second is full."""
        recent = self._recent[sort]
        while recent and recent[0] <= now - _SECOND:
            recent.popleft()
        if len(recent) >= self.per_second[sort]:
            raise refusal(613, 2534040)
        recent.append(now)

    def headers(
        self, account_id: str, now: datetime, throttled_minutes: int | None = None
    ) -> dict[str, str]:
        """The two usage headers; every value is a percentage, the last one minutes.

        `throttled_minutes`: this very call was throttled, and for how long.
        """
        self._calls.append(now)
        while self._calls[0] <= now - _HOUR:
            self._calls.popleft()
        percent = self.usage_percent
        if throttled_minutes is not None:
            percent = 100
        elif percent is None:
            percent = min(100, -(-len(self._calls) * 100 // _CALLS_FOR_FULL_USAGE))
        usage = {"call_count": percent, "total_cputime": 1, "total_time": 1}
        return {
            "X-App-Usage": json.dumps(usage),
            "X-Business-Use-Case-Usage": json.dumps(
                {account_id: [self._business(usage, throttled_minutes or self.regain_minutes)]}
            ),
        }

    def configure(self, settings: dict[str, Any]) -> None:
        """Set `per_second` by sort, `usage_percent` (None: counted) and `regain_minutes`."""
        self.per_second |= settings.get("per_second", {})
        self.usage_percent = settings.get("usage_percent", self.usage_percent)
        self.regain_minutes = settings.get("regain_minutes", self.regain_minutes)

    def _business(self, usage: dict[str, int], regain_minutes: int) -> dict[str, Any]:
        regain = {"estimated_time_to_regain_access": regain_minutes}
        return {"type": "messenger", **usage, **regain}
