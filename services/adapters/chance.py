"""The clock and the dice of a deployed instance."""

import random
import secrets
import time
import uuid
from datetime import UTC, datetime


class SystemClock:
    """The machine's time."""

    def now(self) -> datetime:
        """The instant, aware and in UTC."""
        return datetime.fromtimestamp(time.time(), UTC)  # noqa: TID251 (the clock itself)

    def pause(self, seconds: float) -> None:
        """Sleep."""
        time.sleep(seconds)


def secret_token() -> str:
    """32 bytes that nobody can guess, in hex."""
    return secrets.token_hex(32)


class RandomIds:
    """Ids from the operating system's source of chance."""

    def new(self) -> str:
        """32 hex digits, evenly spread."""
        return uuid.uuid4().hex

    def fraction(self) -> float:
        """A number in [0, 1)."""
        return random.random()  # noqa: S311 (it spreads retries, it guards nothing)
