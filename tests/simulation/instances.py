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
from services.agent.attachments import MessageMedia
from services.bootstrap import Services
from services.domain.schedule import TaskSpec
from services.errors import Unavailable
from services.ports import Clock, Documents, Ids, Model, TaskQueue
from services.settings import DeploymentSettings, from_environment
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
def settings_of(function: str) -> DeploymentSettings:
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


class _InSomeOrder:
    """A queue whose begun calls run at once or at their end: the seed says which."""

    def __init__(self, real: TaskQueue, at_once: Callable[[], bool]) -> None:
        self._real = real
        self._at_once = at_once

    def ensure(self, appointment: TaskSpec, body: dict[str, str]) -> None:
        """As the real one."""
        self._real.ensure(appointment, body)

    def begin(self, appointment: TaskSpec, body: dict[str, str]) -> Callable[[], None]:
        """The real one's `ensure`, now or then; what it raises comes at the end."""
        if not self._at_once():
            return functools.partial(self.ensure, appointment, body)
        try:
            self.ensure(appointment, body)
        except Unavailable as error:
            return functools.partial(_raise, error)
        return _nothing


def _raise(error: Exception) -> None:
    raise error


def _nothing() -> None:
    """It has ended."""


class SimServices(Services):
    """The deployed services with this run's outside."""

    def __init__(self, function: str, settings: DeploymentSettings, clock: Clock, ids: Ids) -> None:
        super().__init__(function, settings, clock, ids)
        self.outside: Outside

    @functools.cached_property
    def documents(self) -> Documents:
        """The store."""
        return self.outside.documents(self.function, self.clock, self.ids)

    def _queue(self, queue: str, url: str) -> TaskQueue:
        return _InSomeOrder(self.outside.queue(self.function, queue, url), self.task_first)

    def task_first(self) -> bool:
        """Whether a webhook's task is created before its commit."""
        return self.ids.fraction() >= 0.5

    @functools.cached_property
    def model(self) -> Model:
        """The simulated model."""
        return self.outside.model()

    @functools.cached_property
    def _gemini(self) -> None:
        """No embeddings: only the model itself is simulated."""

    @functools.cached_property
    def media(self) -> MessageMedia:
        """As deployed, but for the client: one a process, nobody sends any."""
        return MessageMedia(
            files=_files(), documents=self.documents, settings=self.live_settings, clock=self.clock
        )

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


@dataclass(eq=False, slots=True)
class Instance:
    """One process that serves a function."""

    name: str
    services: Services
    runners: list[Runner] = field(default_factory=list)
