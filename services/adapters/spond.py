"""The club's calendar over Spond's own HTTP API, in the two calls that it takes.

Spond's API is not documented; the shapes are those of the web client. Members never leave here.
"""

import threading
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from services.adapters.http import trust
from services.domain.findings import Session
from services.errors import NoAnswer
from services.ports import Clock
from services.ttl_cache import TtlCache

#: Seconds of one call, and how long what was read is good for.
CALL_SECONDS = 5.0
KEPT_FOR = timedelta(minutes=10)
#: How far one reading looks ahead: every question is answered from it.
AHEAD = timedelta(days=62)
MOST_EVENTS = 100


class Spond:
    """One group's events, read at most every ten minutes by an instance; thread-safe."""

    def __init__(
        self, base_url: str, username: str, password: str, group_id: str, clock: Clock
    ) -> None:
        self._http = httpx.Client(base_url=base_url, verify=trust(), timeout=CALL_SECONDS)
        self._login = {"email": username, "password": password}
        self._group_id = group_id
        self._clock = clock
        self._lock = threading.Lock()  # one reading at a time
        self._kept = TtlCache[None, Sequence[Session]](clock=clock, ttl=KEPT_FOR)

    def sessions(self, since: datetime, until: datetime) -> Sequence[Session]:
        """What takes place, by its beginning, cancelled ones left out; raises `NoAnswer`."""
        with self._lock:
            found = self._kept.get(None, lambda: self._read(self._clock.now()))
        return [s for s in found if s.ends_at > since and s.starts_at < until]

    def _read(self, now: datetime) -> Sequence[Session]:
        try:
            token = self._token()
            events = self._events(token, now)
            sessions = [_session(event) for event in events if not event.get("cancelled")]
        except httpx.HTTPError as error:
            # Neither the address nor the answer: both may hold what nobody should read in a log.
            raise NoAnswer(f"Spond did not answer: {type(error).__name__}.") from None
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise NoAnswer(f"Spond answered in another shape: {type(error).__name__}.") from None
        return sorted(sessions, key=lambda session: session.starts_at)

    def _token(self) -> str:
        answer = self._http.post("/core/v1/auth2/login", json=self._login)
        return str(_accepted(answer)["accessToken"]["token"])

    def _events(self, token: str, now: datetime) -> Sequence[Mapping[str, Any]]:
        # Whole days and a day more on both sides: the service compares days, not times.
        params = {
            "max": str(MOST_EVENTS),
            "groupId": self._group_id,
            "scheduled": "false",
            "minEndTimestamp": f"{now - timedelta(days=1):%Y-%m-%d}T00:00:00.000Z",
            "maxStartTimestamp": f"{now + AHEAD:%Y-%m-%d}T00:00:00.000Z",
        }
        headers = {"Authorization": f"Bearer {token}"}
        answer = self._http.get("/core/v1/sponds/", params=params, headers=headers)
        return list(_accepted(answer))


def _accepted(answer: httpx.Response) -> Any:
    if answer.is_error:
        raise NoAnswer(f"Spond answered {answer.status_code}.")
    return answer.json()


def _session(event: Mapping[str, Any]) -> Session:
    place = event.get("location") or {}
    meet = event.get("meetupTimestamp")
    return Session(
        heading=str(event.get("heading") or "Session")[:200],
        starts_at=_instant(event["startTimestamp"]),
        ends_at=_instant(event.get("endTimestamp") or event["startTimestamp"]),
        meet_at=_instant(meet) if meet else None,
        place=str(place.get("feature") or place.get("address") or "")[:200],
    )


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
