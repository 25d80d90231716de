"""How the simulated model answers: by a script, and by rules when the script is used up."""

import itertools
import threading
from collections.abc import Mapping
from typing import Any

from flask import Response

from emulators.clock import SimClock
from emulators.dropped import dropped_connection
from emulators.gates import Gates
from emulators.gemini.checks import check
from emulators.gemini.refusals import ApiError
from emulators.gemini.replies import response_to
from emulators.gemini.rules import answer
from emulators.gemini.script import Reply, Script

Json = dict[str, Any]


class GeminiCore:
    """`script` goes first, then the rules; what was asked is kept."""

    def __init__(self, clock: SimClock) -> None:
        self.clock = clock
        self.script = Script()
        self.gates = Gates()
        self._lock = threading.Lock()
        self._requests: list[Json] = []
        self._numbers = itertools.count(1)

    @property
    def requests(self) -> list[Json]:
        """Every request for a model since the last reset, as it was sent."""
        with self._lock:
            return list(self._requests)

    def reset(self) -> None:
        """Forget the script and the requests."""
        self.script.reset()
        self.gates.reset()
        with self._lock:
            self._requests.clear()

    def keep(self, record: Json) -> None:
        """Remember one request."""
        with self._lock:
            self._requests.append(record | {"at": self.clock.now().isoformat()})

    def generate(self, asked: Mapping[str, Any], model: str) -> Json | Response:
        """The response to one generateContent; ApiError where the API refuses or fails."""
        check(asked, model)
        reply = self.script.take("generate")
        if reply is None:
            reply = answer(asked)
        elif (failure := self.failure(reply)) is not None:
            return failure
        return response_to(asked, reply, model, next(self._numbers))

    def failure(self, reply: Reply) -> Response | None:
        """Wait as the reply says, then fail as it says; None when it does not fail."""
        if "hold" in reply:
            self.gates.hold(reply["hold"])
        self.clock.pause(float(reply.get("delay_seconds", 0)))
        if reply.get("drop"):
            return dropped_connection()
        if "status" in reply:
            seconds = reply.get("retry_after")
            headers = {"Retry-After": str(seconds)} if seconds is not None else {}
            raise ApiError(int(reply["status"]), reply.get("message"), headers)
        return None
