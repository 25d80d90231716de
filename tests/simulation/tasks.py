"""Cloud Tasks' side: what is due arrives late, twice and in disorder."""

import base64
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from emulators.clock import SimClock
from emulators.cloud_tasks.attempt import Attempt
from emulators.cloud_tasks.engine import TasksEngine
from tests.simulation.chance import Chance
from tests.simulation.faults import Weather

_QUEUES = Path(__file__).parents[2] / "emulators" / "gateway" / "queues.json"


@dataclass(eq=False, slots=True)
class Arrival:
    """An attempt on its way to a function."""

    number: int  #: in the order in which the queues gave them out
    label: str
    function: str
    attempt: Attempt
    due_at: datetime
    deadline: datetime  #: when the queue stops waiting for an answer


class Arrivals:
    """Takes what the queues give out and holds it for as long as the seed says."""

    def __init__(self, clock: SimClock, chance: Chance, weather: Weather) -> None:
        self._clock = clock
        self._chance = chance
        self._weather = weather
        self.waiting: list[Arrival] = []
        self.under_way: list[Arrival] = []
        self.lost = 0  #: tasks that vanished: from here on the sweep is needed
        self._may_lose = chance.pick((0, 0, 0, 6), "tasks lost")
        self._count = 0
        self._news = True  #: whether the queues changed since the last look
        self._next_at: datetime | None = None
        self.engine = TasksEngine(clock.now)
        self.engine.on_change(self._changed)
        self.engine.queue_from_file(_QUEUES)
        self.engine.configure(
            {
                "duplicate": chance.pick((0.0, 0.1, 0.3), "duplicates"),
                "late_seconds": chance.pick((0.0, 2.0, 20.0), "lateness"),
                "seed": int(chance.draw("tasks") * 10**6),
            }
        )

    def calm(self) -> None:
        """From now on every task comes once, and in time."""
        self.engine.configure({"duplicate": 0.0, "late_seconds": 0.0})

    def collect(self) -> None:
        """Take what the queues give out now."""
        next_at = self._engine_at()
        if next_at is None or next_at > self._clock.now():
            return
        self._changed()
        for attempt in self.engine.due(self._clock.now()):
            name = attempt.task_name.rpartition("/")[2]
            function = attempt.url.rpartition("/")[2]
            number = attempt.headers["X-CloudTasks-TaskRetryCount"]
            twice = "x2" if attempt.second_delivery else ""
            if attempt.second_delivery:
                self._weather.count("Tasks", "delivered twice")
            label = f"{function} {name[:6]}.{number}{twice}"
            wait = 0.0
            if not self._weather.over and self._chance.happens(0.3, "task late", label):
                wait = self._chance.between(0, 3, "task delay", label)
                self._weather.count("Tasks", "came late")
            due_at = self._clock.now() + timedelta(seconds=wait)
            deadline = due_at + timedelta(seconds=attempt.deadline_seconds)
            self._count += 1
            arrival = Arrival(self._count, label, function, attempt, due_at, deadline)
            if self._vanishes(label):
                self.engine.finish(attempt, 200)
            else:
                self.waiting.append(arrival)

    def _vanishes(self, label: str) -> bool:
        """Whether the task is gone without a trace, as when somebody purges the queue."""
        if self._weather.over or self.lost >= self._may_lose:
            return False
        if not self._chance.happens(0.3, "vanishes", label):
            return False
        self.lost += 1
        self._weather.count("Tasks", "lost")
        return True

    def due(self, now: datetime) -> list[Arrival]:
        """What may arrive now."""
        return [arrival for arrival in self.waiting if arrival.due_at <= now]

    def next_at(self) -> datetime | None:
        """When the next one may arrive or be given out."""
        instants = [arrival.due_at for arrival in self.waiting]
        instants += [arrival.deadline for arrival in self.under_way]
        instants += [at for at in (self._engine_at(),) if at is not None]
        return min(instants, default=None)

    def take(self, arrival: Arrival) -> None:
        """It arrives."""
        self.waiting.remove(arrival)
        if any(other.number < arrival.number for other in self.waiting):
            self._weather.count("Tasks", "came out of order")
        self.under_way.append(arrival)

    def finish(self, arrival: Arrival, status: int | None) -> None:
        """The function's answer reaches the queue, unless its answer is lost on the way."""
        if arrival not in self.under_way:
            return
        self.under_way.remove(arrival)
        lost = not self._weather.over and self._chance.happens(0.02, "answer", arrival.label)
        if lost:
            self._weather.count("Tasks", "answer lost")
        self.engine.finish(arrival.attempt, None if lost else status)

    def overdue(self, now: datetime) -> list[Arrival]:
        """What was given out so long ago that the queue stops waiting."""
        return [arrival for arrival in self.under_way if arrival.deadline <= now]

    def _changed(self) -> None:
        self._news = True

    def _engine_at(self) -> datetime | None:
        """When the queues give something out; asked again only after a change of theirs."""
        if self._news:
            self._next_at = self.engine.next_at()
            self._news = False
        return self._next_at


def bearer(account: str, audience: str) -> dict[str, str]:
    """The token as a function sees it: readable claims, the signature removed."""
    claims = base64.urlsafe_b64encode(json.dumps({"email": account, "aud": audience}).encode())
    return {"Authorization": f"Bearer e30.{claims.decode().rstrip('=')}.SIGNATURE_REMOVED"}
