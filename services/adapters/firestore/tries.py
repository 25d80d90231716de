"""When a write is tried again that did not go through."""

from datetime import timedelta

from services.ports import Clock, Ids

#: Tries of one write.
TRIES = 6
#: Seconds that a pause after the first try may last; each further one twice as long, up to …
FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 0.8
#: … but after a try that others stood in the way of, so many times as long as it took. All that
#: stood in each other's way come back, and where they waited for seconds (Google's emulator: two)
#: a shorter pause finds the same crowd: of eight people at once nobody was ever answered.
TIMES_AS_LONG = 4


class Tries:
    """Counts the tries of one write and lets time pass between them; time and chance are given."""

    def __init__(self, clock: Clock, ids: Ids, within: timedelta) -> None:
        """`within`: after the first try no other is begun later because others stood in the way."""
        self._clock, self._ids, self._within = clock, ids, within
        self._count = 0
        self._began_at = self._tried_at = clock.now()

    def rest(self, *, crowded: bool) -> bool:
        """Wait until the next try may begin; False if there is to be none.

        `crowded`: others stood in the way of the last one.
        """
        self._count += 1
        if self._count == TRIES:
            return False
        now = self._clock.now()
        longest = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** (self._count - 1))
        if crowded:
            longest = max(longest, TIMES_AS_LONG * (now - self._tried_at).total_seconds())
        pause = longest * self._ids.fraction()
        if crowded and now + timedelta(seconds=pause) > self._began_at + self._within:
            return False
        self._clock.pause(pause)
        self._tried_at = self._clock.now()
        return True
