"""Instagram on a bad day: answers that fail, and echoes that come late, twice or never."""

import json
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx

from emulators.clock import SimClock
from emulators.gateway.credentials import ACCOUNT_ID as ACCOUNT
from emulators.instagram.deliveries import Event


@dataclass
class Weather(httpx.BaseTransport):
    """Instagram's API in this process; some answers fail, by a seed."""

    inner: httpx.WSGITransport
    chance: random.Random
    met: Counter[str] = field(default_factory=Counter)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """One call under its luck."""
        if request.method != "POST":
            return self.inner.handle_request(request)
        draw, took_effect = self.chance.random(), self.chance.random() < 0.5
        if draw < 0.05:
            self.met["throttled"] += 1
            return _throttled(rests=draw < 0.0005)
        if draw < 0.08:
            self.met["ambiguous" if draw < 0.07 else "resets"] += 1
            self.met["of these took effect"] += took_effect
            if took_effect:
                self.inner.handle_request(request)
            if draw < 0.07:
                return httpx.Response(500, html="<html>Sorry</html>")
            raise httpx.ReadError("connection reset")
        return self.inner.handle_request(request)


def _throttled(*, rests: bool) -> httpx.Response:
    error = {"message": "(#613) slow down", "code": 613, "type": "OAuthException"}
    business = {ACCOUNT: [{"call_count": 0, "estimated_time_to_regain_access": int(rests)}]}
    headers = {"X-Business-Use-Case-Usage": json.dumps(business)}
    return httpx.Response(400, json={"error": error}, headers=headers)


class Echoes:
    """Instagram's webhooks: each a little late, some twice, some never."""

    live = False

    def __init__(self, clock: SimClock, chance: random.Random) -> None:
        self._clock, self._chance = clock, chance
        self.waiting: list[tuple[datetime, Event]] = []

    def add(self, events: Sequence[Event], _after_seconds: float = 0) -> None:
        """Queue what Instagram tells."""
        for event in events:
            draw = self._chance.random()
            copies = 0 if draw < 0.02 else 2 if draw < 0.05 else 1
            for _ in range(copies):
                late = self._chance.uniform(0.2, 25 if draw > 0.97 else 2)
                self.waiting.append((self._clock.now() + timedelta(seconds=late), event))

    def reset(self) -> None:
        """Forget them."""
        self.waiting.clear()

    def due(self, now: datetime) -> list[Event]:
        """What arrives by now, in order."""
        due = sorted((w for w in self.waiting if w[0] <= now), key=lambda w: w[0])
        self.waiting = [w for w in self.waiting if w[0] > now]
        return [event for _, event in due]
