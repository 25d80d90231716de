"""One run: the deployed functions, the emulators in process, a plan and a seed."""

import functools
import traceback
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from google.api_core.gapic_v1.client_info import ClientInfo

from emulators.clock import SimClock
from emulators.cloud_tasks import inprocess as tasks_inprocess
from emulators.firestore import inprocess as store_inprocess
from emulators.firestore.engine import Engine
from emulators.instagram.happenings import owner_does, person_does
from emulators.instagram.mids import Ids as Mids
from emulators.instagram.people import igsid_of
from emulators.instagram.simulator import InstagramSim
from services.adapters.cloud_tasks import CloudTaskQueue
from services.adapters.firestore.connect import over
from services.adapters.firestore.documents import FirestoreDocuments
from services.adapters.graph import FixedToken
from services.adapters.instagram import Instagram
from services.domain.documents import Merge
from services.domain.operation import OperatingSettings
from services.ports import Clock, Documents, Ids, TaskQueue
from tests.simulation.accepted import Accepted
from tests.simulation.brain import Brain
from tests.simulation.chance import Chance, SimIds
from tests.simulation.difference import BEGINNING, Difference
from tests.simulation.edges import HANDLERS, posted
from tests.simulation.faults import Weather
from tests.simulation.instances import (
    ACCOUNT,
    QUEUE_ACCOUNT,
    URL,
    Instance,
    InstanceClock,
    Outside,
    SimServices,
    settings_of,
)
from tests.simulation.invariants import Invariants, Taken, Violation
from tests.simulation.mail import Letter, Mail
from tests.simulation.office import act
from tests.simulation.pacing import Pacing
from tests.simulation.points import GraphTransport, GrpcPoints, Points, store_hooks
from tests.simulation.scheduler import Crashed, Runner, Scheduler
from tests.simulation.store import Mirror
from tests.simulation.story import Story
from tests.simulation.tasks import Arrival, Arrivals, bearer

_INDEXES = Path(__file__).parents[2] / "firestore.indexes.json"


@functools.cache
def _clock() -> SimClock:
    return SimClock(frozen_at=BEGINNING)


@functools.cache
def _instagram() -> InstagramSim:
    return InstagramSim(_clock(), f"{URL}/webhook")


def _drop(*_: Any) -> Any:
    raise structlog.DropEvent


class World:
    """Everything of one run, new for each."""

    def __init__(
        self,
        seed: int,
        without: frozenset[str] = frozenset(),
        weather: type[Weather] = Weather,
        house: Mapping[str, Any] | None = None,
    ) -> None:
        structlog.configure(processors=[_drop])  # the story tells it all
        self.instagram = _instagram()
        self.clock = _clock()
        self.clock.set(BEGINNING)
        self.chance = Chance(seed)
        self.weather = weather(self.chance, without)
        self.story = Story(BEGINNING)
        self.scheduler = Scheduler(self.clock)
        self.points = Points(self.scheduler, self.weather, self.story)
        self.engine = Engine(self.clock.now, indexes=_INDEXES, mode=self._mode())
        self.arrivals = Arrivals(self.clock, self.chance, self.weather)
        self.mail = Mail(self.clock, self.chance, self.weather)
        self.instances: list[Instance] = []
        self.violation: Violation | None = None
        self.settings = OperatingSettings()
        self._cooldowns: list[tuple[datetime, float]] = [
            (BEGINNING, self.settings.cooldown_seconds)
        ]
        self._count = 0
        self.clocks_off_by: Callable[[str], float] = lambda name: self.chance.between(
            -0.9, 0.9, "clock", name
        )
        self._known = 0  #: messages of Instagram that were looked at
        self._wire()
        self.configure(**(house or {}))
        pacing = Pacing(self.settings.messages_per_second)
        self.accepted = Accepted(self.instagram.core.state)
        self.invariants = Invariants(
            Mirror(self.engine),
            self.accepted,
            self._cooldown,
            self._typed,
            pacing,
            self.weather.count,
        )

    # What happens from outside

    def writes(self, who: str, text: str) -> None:
        """A person sends a text."""
        person_does(self.instagram.core, {"from": who, "text": text})

    def does(self, who: str, kind: str, text: str) -> None:
        """A person edits or unsends their last message, if there is one."""
        last = self.instagram.core.state.last(igsid_of(who), ours=False)
        if last is not None:
            words: dict[str, Any] = {"from": who, "kind": kind, "text": text}
            if kind == "edit":
                words["num_edit"] = last.edits + 1
            person_does(self.instagram.core, words)

    def owner_types(self, who: str, text: str) -> None:
        """The owner writes in the Instagram app."""
        owner_does(self.instagram.core, {"to": who, "text": text})

    def office(self, who: str, what: str, more: Mapping[str, Any]) -> Runner:
        """An operator does something to a person's conversation."""
        self._count += 1
        label = f"office {what} {self._count}"
        instance = self._instance("back_office", label)
        thread = self.thread(who)
        return self._start(
            instance, label, None, lambda: act(instance.services, thread, what, more)
        )

    def configure(self, **settings: Any) -> None:
        """The office changes the settings; the rate may only be set before a run begins."""
        self.settings = self.settings.overridden(settings)
        self._cooldowns.append((self.clock.now(), self.settings.cooldown_seconds))
        self._office.commit([Merge("settings/default", settings)])

    @staticmethod
    def thread(who: str) -> str:
        """The id of a person's thread."""
        return f"{ACCOUNT}_{igsid_of(who)}"

    # Requests

    def post_letters(self, letter: Letter) -> Runner:
        """Meta posts a letter, perhaps together with others."""
        taken = self.mail.take(letter)
        body, headers = self.mail.body(taken)
        return self._request(
            "webhook", f"webhook {letter.label}.{letter.attempts}", body, headers, taken
        )

    def dispatch(self, arrival: Arrival) -> Runner:
        """A task arrives at its function."""
        self.arrivals.take(arrival)
        attempt = arrival.attempt
        headers = {**attempt.headers, **bearer(attempt.service_account, attempt.audience)}
        return self._request(arrival.function, arrival.label, attempt.body, headers, arrival)

    def sweep(self) -> Runner:
        """The scheduler calls."""
        self._count += 1
        headers = bearer(QUEUE_ACCOUNT, f"{URL}/sweep")
        return self._request("sweep", f"sweep {self._count}", b"", headers, None)

    def resume(self, runner: Runner) -> None:
        """Let a request go on to its next point, and look at what it did."""
        self.scheduler.resume(runner)
        if runner.done:
            self._ended(runner)
        self._observe()
        self.bury_the_dead()

    def bury_the_dead(self) -> None:
        """Unwind the requests of instances that died."""
        for other in [other for other in self.scheduler.runners if other.dead]:
            self.scheduler.bury(other)
            self._ended(other)

    def crash(self, runner: Runner) -> None:
        """The instance of a request dies, with all that it serves."""
        instance = self._about[runner][0]
        self.instances.remove(instance)
        if len(instance.runners) > 1:
            self.weather.count("Instance", "died with several requests")
        for other in instance.runners:
            other.dead = True

    # Inside

    def _request(
        self, function: str, label: str, body: bytes, headers: dict[str, str], about: Any
    ) -> Runner:
        instance = self._instance(function, label)
        handle = HANDLERS[function]

        def work() -> int:
            answer = handle(posted(body, headers), instance.services)
            self.story.tell(self.clock.now(), label, "answers", answer[1], answer[0])
            return int(answer[1])

        return self._start(instance, label, about, work)

    def _start(self, instance: Instance, label: str, about: Any, work: Callable[[], int]) -> Runner:
        def told() -> int:
            self.story.tell(self.clock.now(), label, "begins on", instance.name)
            return work()

        runner = self.scheduler.start(label, instance.services.function, told)
        instance.runners.append(runner)
        self._about[runner] = (instance, about)
        return runner

    def _ended(self, runner: Runner) -> None:
        instance, about = self._about.pop(runner)
        instance.runners.remove(runner)
        status = self._status(runner)
        if isinstance(about, Arrival):
            self.arrivals.finish(about, status)
        elif about is not None:
            if status == 200:
                for letter in about:
                    self.accepted.add(letter.event)
            lost = not self.weather.over and self.chance.happens(0.02, "lost", runner.label)
            self.mail.answered(about, None if lost else status)

    def _status(self, runner: Runner) -> int | None:
        if runner.dead:
            return 500
        if runner.failure is None:
            return int(runner.result)
        if not isinstance(runner.failure, Crashed):
            trace = "".join(traceback.format_exception(runner.failure))
            self.story.tell(self.clock.now(), runner.label, "raises", trace)
            self._violate(f"{runner.label} raised {runner.failure!r}")
        return 500

    def _observe(self) -> None:
        if self.violation is not None:
            return
        try:
            for commit in self.invariants.look():
                for change in commit.changes:
                    self._tell_change(commit.at, change)
            self._look_at_instagram()
        except Violation as violation:
            self._violate(str(violation))

    def _tell_change(self, at: datetime, change: Any) -> None:
        who = self.scheduler.current.label if self.scheduler.current else "(after a wait)"
        self.story.tell(at, who, Difference(change))

    def _look_at_instagram(self) -> None:
        messages = self.instagram.core.state.messages
        if len(messages) == self._known:
            return
        new = list(messages.values())[self._known :]
        self._known = len(messages)
        for message in (message for message in new if message.author == "api"):
            self.story.tell(self.clock.now(), "instagram", f"takes {message.text!r}")
            self.invariants.sent(Taken(f"{ACCOUNT}_{message.igsid}", str(message.text), message.at))

    def _violate(self, what: str) -> None:
        if self.violation is None:
            self.violation = Violation(what)
            self.story.tell(self.clock.now(), "VIOLATION", what)

    def _instance(self, function: str, label: str) -> Instance:
        serving = [i for i in self.instances if i.services.function == function]
        free = [i for i in serving if len(i.runners) < 3]
        if free and (self.weather.over or not self.chance.happens(0.12, "cold start", label)):
            return self.chance.pick(free, "instance", label)
        self._count += 1
        name = f"{function}-{self._count}"
        off_by = timedelta(seconds=self.clocks_off_by(name))
        services = self.services_class(
            function,
            settings_of(function),
            InstanceClock(self.scheduler, off_by),
            SimIds(self.chance, name),
        )
        services.outside = self.outside
        self.weather.count("Instance", "cold start")
        instance = Instance(name, services)
        self.instances.append(instance)
        return instance

    services_class: type[SimServices] = SimServices

    def _wire(self) -> None:
        settings = settings_of("deliver")
        core = self.instagram.core
        core.outbox = self.mail  # type: ignore[assignment]  # the same words, other deliveries
        self.instagram.reset()
        core.ids = Mids(self.clock.now, ACCOUNT)
        self._about: dict[Runner, tuple[Instance, Any]] = {}
        self.points.observe = self._observe
        self.points.crash = lambda: self.crash(self.scheduler.mine())
        store = over(
            store_inprocess.channel(self.engine, store_hooks(self.points, self.engine), "sim"),
            ClientInfo(user_agent="moca-sim"),
        )
        hooks = GrpcPoints(self.points, "Tasks")
        queues = tasks_inprocess.client(self.arrivals.engine, "sim", hooks.before, hooks.after)
        brain = Brain(self.points, self.chance)
        graph = GraphTransport(self.points, self.instagram.app)
        instagram = Instagram(
            settings.instagram_url, FixedToken(settings.access_token), transport=graph
        )

        def documents(_function: str, clock: Clock, ids: Ids) -> Documents:
            return FirestoreDocuments(store, settings.project, clock, ids)

        def queue(_function: str, name: str, url: str) -> TaskQueue:
            path = f"projects/{settings.project}/locations/{settings.tasks_location}/queues/{name}"
            return CloudTaskQueue(queues, ClientInfo(), path, url, QUEUE_ACCOUNT)

        self.outside = Outside(documents, queue, lambda: instagram, lambda: brain)
        self._office = documents("office", self.clock, SimIds(self.chance, "office"))

    def _mode(self) -> Any:
        return "optimistic" if self.chance.happens(0.2, "mode") else "pessimistic"

    def _cooldown(self) -> float:
        """The shortest cooldown that an instance may believe in just now."""
        since = self.clock.now() - timedelta(seconds=60)
        older = [c for c in self._cooldowns if c[0] <= since][-1:]
        return min(seconds for at, seconds in older + [c for c in self._cooldowns if c[0] > since])

    def _typed(self, thread: str) -> list[tuple[str, datetime]]:
        messages = self.instagram.core.state.threads[thread.partition("_")[2]]
        return [(m.mid, m.at) for m in messages if m.author == "owner"]
