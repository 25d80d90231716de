"""Instances of the deployed functions: their own caches and clocks, the process's clients."""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from emulators.clock import SimClock
from emulators.gateway import credentials
from services.adapters.instagram import Instagram
from services.adapters.media import PublicMedia
from services.bootstrap import Services
from services.bootstrap_people import People
from services.media import MessageMedia
from services.ports import Clock, Documents, Ids, Model, TaskQueue
from services.settings import Settings, from_environment
from tests.simulation.difference import BEGINNING
from tests.simulation.scheduler import Runner, Scheduler

ACCOUNT = credentials.ACCOUNT_ID
APP_SECRET = credentials.APP_SECRET
QUEUE_ACCOUNT = credentials.TASKS_SERVICE_ACCOUNT
URL = "https://moca.example"

_ENVIRONMENT = {
    name: value
    for name, value in credentials.FIXED.items()
    # Neither a calendar nor a manager: their clients would be half of a cold start's cost.
    if not name.startswith(("SPOND", "WHATSAPP", "MANAGER"))
} | {
    "INSTAGRAM_API_BASE_URL": "http://instagram/v26.0",
    "PROCESS_MESSAGE_URL": f"{URL}/process_thread",
    "DELIVER_URL": f"{URL}/deliver",
    "PUBLIC_BASE_URL": URL,
    "GEMINI_API_KEY": "local-gemini-key",
}


@functools.cache
def settings_of(function: str) -> Settings:
    """The deployment's settings, with the margin for clocks that a deployment has."""
    return from_environment(_ENVIRONMENT, function)


@functools.cache
def _files() -> PublicMedia:
    return PublicMedia(SimClock(frozen_at=BEGINNING))


@dataclass(frozen=True, slots=True)
class InstanceClock:
    """The clock of one instance: a little off, and a pause is a switch."""

    scheduler: Scheduler
    off_by: timedelta

    def now(self) -> datetime:
        """What this instance takes the time to be."""
        return self.scheduler.clock.now() + self.off_by

    def pause(self, seconds: float) -> None:
        """Let the others run meanwhile."""
        self.scheduler.switch("pause", seconds)


@dataclass(frozen=True, slots=True)
class Outside:
    """What every instance reaches: made once a run. A mutant wraps some of it."""

    documents: Callable[[str, Clock, Ids], Documents]
    queue: Callable[[str, str, str], TaskQueue]
    instagram: Callable[[], Instagram]
    model: Callable[[], Model]


class SimServices(Services):
    """The deployed services with this run's outside."""

    def __init__(self, function: str, settings: Settings, clock: Clock, ids: Ids) -> None:
        super().__init__(function, settings, clock, ids)
        self.outside: Outside

    @functools.cached_property
    def documents(self) -> Documents:
        """The store."""
        return self.outside.documents(self.function, self.clock, self.ids)

    def _queue(self, queue: str, url: str) -> TaskQueue:
        return self.outside.queue(self.function, queue, url)

    @functools.cached_property
    def together(self) -> Any:
        """One after the other, the seed says which first."""
        return self._in_some_order

    @functools.cached_property
    def model(self) -> Model:
        """The simulated model."""
        return self.outside.model()

    @functools.cached_property
    def _gemini(self) -> None:
        """No embeddings: only the model itself is simulated."""

    @functools.cached_property
    def people(self) -> People:
        """The deployed parts, but for the client for media: one a process, nobody sends any."""
        made = People(self)
        made.media = MessageMedia(_files(), self.documents, self.live_settings, self.clock)
        return made

    @functools.cached_property
    def instagram(self) -> Instagram:
        """The real adapter over the simulated Instagram."""
        return self.outside.instagram()

    @functools.cached_property
    def spread(self) -> Any:
        """One after the other, in an order of the seed's."""
        return self._jobs_in_some_order

    def _jobs_in_some_order(self, jobs: Sequence[Callable[[], Any]]) -> list[Any]:
        order = sorted(range(len(jobs)), key=lambda _: self.ids.fraction())
        answers: dict[int, Any] = {}
        errors: list[Exception] = []
        for number in order:
            try:
                answers[number] = jobs[number]()
            except Exception as failure:  # noqa: BLE001 (as the real one: all run, one is raised)
                errors.append(failure)
        if errors:
            raise errors[0]
        return [answers[number] for number in range(len(jobs))]

    def _in_some_order(self, first: Callable[[], Any], second: Callable[[], Any]) -> None:
        if self.ids.fraction() < 0.5:
            self._one_after_the_other(first, second)
        else:
            self._one_after_the_other(second, first)

    def _one_after_the_other(self, *effects: Callable[[], Any]) -> None:
        error: Exception | None = None
        for effect in effects:
            try:
                effect()
            except Exception as failure:  # noqa: BLE001 (as the real one: both run, then it is raised)
                error = error or failure
        if error is not None:
            raise error


@dataclass(eq=False, slots=True)
class Instance:
    """One process that serves a function."""

    name: str
    services: Services
    runners: list[Runner] = field(default_factory=list)
