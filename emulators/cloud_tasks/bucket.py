"""The token bucket that bounds how fast a queue dispatches."""

from datetime import datetime, timedelta

_ENOUGH = 0.999  # a token, less what rounding an instant to a microsecond can cost at 500 a second
_STILL = 1e-8  # a second: below this a task outlives its retention anyway
_SLOWEST = 1 / 64  # the service does not say how far it slows down; this much, here


class TokenBucket:
    """Holds up to `burst` tokens, gains `rate` a second; both scaled down while the queue is slow.

    A worker's 429 or 503 halves the effective rate, each success doubles it again up to the
    configured one: the documentation names the effect ("system throttling"), not its size.
    """

    def __init__(self, rate: float, burst: int, now: datetime) -> None:
        self._rate, self._burst = rate, burst
        self._tokens = float(burst)
        self._at = now
        self.share = 1.0

    def configure(self, rate: float, burst: int, now: datetime) -> None:
        """Go on with other limits; tokens above the new burst are lost."""
        self._refill(now)
        self._rate, self._burst = rate, burst
        self._tokens = min(self._tokens, float(burst))

    def ready_at(self, now: datetime) -> datetime:
        """The first instant, not before `now`, at which a token can be taken."""
        self._refill(now)
        missing = 1.0 - self._tokens
        if self._tokens >= _ENOUGH:
            return now
        return now + timedelta(seconds=missing / max(self._rate * self.share, _STILL))

    def take(self, now: datetime) -> None:
        """Remove a token; ask `ready_at` before."""
        self._refill(now)
        self._tokens -= 1.0

    def slow_down(self) -> None:
        """Halve the effective rate and burst."""
        self.share = max(self.share / 2, _SLOWEST)
        self._tokens = min(self._tokens, self._capacity)

    def recover(self) -> None:
        """Double the effective rate, up to the configured one."""
        self.share = min(self.share * 2, 1.0)

    @property
    def _capacity(self) -> float:
        return max(1.0, self._burst * self.share)

    def _refill(self, now: datetime) -> None:
        elapsed = max(0.0, (now - self._at).total_seconds())
        gained = elapsed * self._rate * self.share
        self._tokens = min(max(self._capacity, self._tokens), self._tokens + gained)
        self._at = now
