"""Cloud Scheduler: calls the sweep every five minutes of the local clock."""

import logging
import threading
from collections.abc import Callable
from datetime import timedelta

import httpx

from emulators.clock import SimClock
from emulators.cloud_tasks.tokens import Tokens

log = logging.getLogger(__name__)

EVERY = timedelta(minutes=5)
_DEADLINE_SECONDS = 180.0


class Scheduler:
    """Calls one URL with a token of its own, and `chore` beside it.

    However far the clock is moved, what was missed is made up for by one call.
    """

    def __init__(
        self,
        clock: SimClock,
        tokens: Tokens,
        url: str,
        service_account: str,
        chore: Callable[[], object],
    ) -> None:
        self._clock, self._tokens, self._url = clock, tokens, url
        self._service_account, self._chore = service_account, chore
        self._due_at = clock.now() + EVERY
        self._changed = threading.Condition()
        self._stopping = False
        self._thread: threading.Thread | None = None
        clock.on_move(self._wake)

    def run(self) -> int:
        """Call now; the status of the answer."""
        self._chore()
        token = self._tokens.issue(self._service_account, self._url)
        headers = {"Authorization": f"Bearer {token}", "User-Agent": "Google-Cloud-Scheduler"}
        with httpx.Client(trust_env=False, timeout=_DEADLINE_SECONDS) as client:
            return client.post(self._url, headers=headers).status_code

    def start(self, first_after: timedelta = EVERY) -> None:
        """Call every five minutes from now on, in the background, for the first time after that."""
        self._due_at = self._clock.now() + first_after
        self._thread = threading.Thread(target=self._live, name="cloud-scheduler", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Call no more; safe to call twice."""
        thread, self._thread = self._thread, None
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if thread is not None:
            thread.join(timeout=5)

    def _live(self) -> None:
        while self._wait():
            self._due_at = self._clock.now() + EVERY
            try:
                status = self.run()
            except httpx.HTTPError as error:
                log.warning("the sweep did not answer: %s", error)
            else:
                if status >= 300:
                    log.warning("the sweep answered %s", status)

    def _wait(self) -> bool:
        """Until the next call is due; False when there will be none."""
        with self._changed:
            while not self._stopping:
                wait = (self._due_at - self._clock.now()).total_seconds()
                if wait <= 0:
                    return True
                self._changed.wait(wait)
        return False

    def _wake(self) -> None:
        with self._changed:
            self._due_at = min(self._due_at, self._clock.now() + EVERY)  # the clock may go back
            self._changed.notify_all()
