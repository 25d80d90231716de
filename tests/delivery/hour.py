"""An hour of traffic through the deployed code, on a virtual clock, under steady misfortune.

Three messages a second are queued for some hundreds of people; three instances deliver them over
the real clients to the emulators, all in this process. Of Instagram's answers 5 % throttle, 2 %
are ambiguous and 1 % are resets; half of the last two took effect. Echoes come late, twice or
never; tasks come late or twice. `python -m tests.delivery.hour` prints what came of it.
"""

import argparse
import json
import random
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import structlog
from google.api_core.gapic_v1.client_info import ClientInfo
from google.cloud.firestore_v1 import Client

from emulators.clock import SimClock
from emulators.cloud_tasks import inprocess as tasks_inprocess
from emulators.cloud_tasks.engine import TasksEngine
from emulators.firestore import inprocess as store_inprocess
from emulators.firestore.engine import Engine
from emulators.gateway import credentials
from emulators.instagram.deliveries import delivery_of
from emulators.instagram.people import igsid_of
from emulators.instagram.simulator import InstagramSim
from services.adapters.chance import RandomIds
from services.adapters.cloud_tasks import CloudTaskQueue
from services.adapters.firestore.connect import over
from services.adapters.firestore.documents import FirestoreDocuments
from services.adapters.graph import FixedToken
from services.adapters.instagram import Instagram
from services.bootstrap import Services
from services.domain.task import Kind, Task
from services.outbox.delivery import Hint
from services.ports import Documents, Messenger, TaskQueue
from services.settings import DeploymentSettings, from_environment
from tests.delivery.findings import look
from tests.delivery.weather import Echoes, Weather

ROOT = Path(__file__).parents[2]
BEGINNING = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
ACCOUNT = credentials.ACCOUNT_ID
URL = "http://gateway"
PEOPLE = 400
INSTANCES = 3
SWEEP_EVERY = timedelta(minutes=5)
#: After the last message nothing may take longer than this.
DRAINED_WITHIN = timedelta(hours=12)


class HourServices(Services):
    """The deployed services over this hour's transports."""

    outside: "Hour"

    @property
    def documents(self) -> Documents:
        """The store, one client for all."""
        return self.outside.documents(self.function)

    def _queue(self, queue: str, url: str) -> TaskQueue:
        return self.outside.queue(queue, url)

    @property
    def messenger(self) -> Messenger:
        """The real adapter over the weather."""
        return self.outside.messenger


def _thread(person: str) -> str:
    return f"{ACCOUNT}_{igsid_of(person)}"


class Hour:
    """The emulators, the instances, and what happens between them."""

    def __init__(self, seed: int, minutes: float, per_second: float = 3) -> None:
        self.chance = random.Random(seed)  # noqa: S311 (repeatable on purpose)
        self.clock = SimClock(frozen_at=BEGINNING)
        self.offered = int(minutes * 60 * per_second)
        self._gap = timedelta(seconds=1 / per_second)
        self.engine = Engine(self.clock.now, indexes=ROOT / "firestore.indexes.json")
        self.tasks = TasksEngine(self.clock.now)
        self.tasks.queue_from_file(ROOT / "emulators/gateway/queues.json")
        self.tasks.configure({"duplicate": 0.01, "late_seconds": 0.2, "seed": seed})
        self.sim = InstagramSim(self.clock, f"{URL}/webhook")
        self.echoes = Echoes(self.clock, self.chance)
        self.sim.core.outbox = self.echoes  # type: ignore[assignment]  # the words that it needs
        self.weather = Weather(httpx.WSGITransport(app=self.sim.app), self.chance)
        self.messenger = Instagram(
            "http://instagram/v26.0", FixedToken("local-access-token"), transport=self.weather
        )
        self._documents: dict[str, Documents] = {}
        self._queues = tasks_inprocess.client(self.tasks, "hour")
        self.settings = self._settings()
        self.senders = [self._services("deliver") for _ in range(INSTANCES)]
        self.office, self.webhook = self._services("back_office"), self._services("webhook")
        self.sweeper = self._services("sweep")
        self.store: Client = store_inprocess.client(
            self.engine, credentials.PROJECT, caller="looking"
        )
        self.began_at = BEGINNING
        self.delivered = 0

    def run(self) -> None:
        """Offer the hour's messages, then let everything come to rest."""
        for person in range(PEOPLE):
            self._writes_first(f"person{person}")
        offers = self._offers()
        next_sweep = BEGINNING + SWEEP_EVERY
        offer = next(offers, None)
        while True:
            upcoming = self._upcoming(offer)
            if upcoming is None:
                return
            at = min(upcoming, next_sweep)
            self.clock.set(max(at, self.clock.now()))
            if self.clock.now() > BEGINNING + DRAINED_WITHIN:
                return
            if at == next_sweep:
                self.sweeper.sweep.run("sweep")
                next_sweep += SWEEP_EVERY
            while offer is not None and offer[0] <= self.clock.now():
                self.office.manual.queue_manual(_thread(offer[1]), offer[2], "custom")
                offer = next(offers, None)
            self._hear()
            self._dispatch()

    def _upcoming(self, offer: tuple[datetime, str, str] | None) -> datetime | None:
        instants = [min(at for at, _ in self.echoes.waiting)] if self.echoes.waiting else []
        instants += [offer[0]] if offer is not None else []
        task_at = self.tasks.next_at()
        instants += [task_at] if task_at is not None else []
        return min(instants, default=None)

    def _offers(self) -> Iterator[tuple[datetime, str, str]]:
        for number in range(self.offered):
            person = f"person{self.chance.randrange(PEOPLE)}"
            yield BEGINNING + number * self._gap, person, f"message {number}"

    def _hear(self) -> None:
        for event in self.echoes.due(self.clock.now()):
            body = json.loads(delivery_of([event], ACCOUNT, self.clock.now()).body)
            self.webhook.ingest.accept(body, "echo")

    def _dispatch(self) -> None:
        for attempt in self.tasks.due(self.clock.now()):
            task = Task.from_body(json.loads(attempt.body), Kind.DELIVERY)
            assert task is not None
            sender = self.chance.choice(self.senders)
            self.delivered += 1
            sender.delivery.deliver(task.about, "hour", Hint(task.slot, task.item_id))
            self.tasks.finish(attempt, 200, None)

    def _writes_first(self, person: str) -> None:
        self.sim.core.state.people.named(person).last_inbound_at = self.clock.now()
        conversation = {
            "account_id": ACCOUNT,
            "igsid": igsid_of(person),
            "last_inbound_at": int(self.clock.now().timestamp() * 1000),
        }
        self.store.document(f"conversations/{_thread(person)}").set(conversation)

    def documents(self, function: str) -> Documents:
        """One store client a function, over the engine itself."""
        if function not in self._documents:
            channel = store_inprocess.channel(self.engine, caller=function)
            client = over(channel, ClientInfo(user_agent=f"moca-{function}"))
            self._documents[function] = FirestoreDocuments(
                client, credentials.PROJECT, self.clock, RandomIds()
            )
        return self._documents[function]

    def queue(self, name: str, url: str) -> TaskQueue:
        """One queue, over the engine itself."""
        path = f"projects/{credentials.PROJECT}/locations/{credentials.LOCATION}/queues/{name}"
        info, account = ClientInfo(), credentials.TASKS_SERVICE_ACCOUNT
        return CloudTaskQueue(self._queues, info, path, url, account)

    def _services(self, function: str) -> HourServices:
        made = HourServices(function, self.settings, self.clock, RandomIds())
        made.outside = self
        return made

    def _settings(self) -> DeploymentSettings:
        urls = {"PROCESS_MESSAGE_URL": f"{URL}/process_thread", "DELIVER_URL": f"{URL}/deliver"}
        emulated = {"CLOUD_TASKS_EMULATOR_HOST": "inprocess"}
        return from_environment({**credentials.FIXED, **urls, **emulated}, "hour")


def main(arguments: Sequence[str]) -> int:
    """Run and print; 1 if a promise was broken."""
    parser = argparse.ArgumentParser(
        prog="./dev sim --hour",
        allow_abbrev=False,
        description="Drive an hour of deliveries on a virtual clock, under steady misfortune.",
    )
    minutes = "how long it lasts on its clock, in minutes (%(default)s)"
    parser.add_argument("--minutes", type=float, metavar="N", default=60, help=minutes)
    seed = "the dice's beginning (%(default)s)"
    parser.add_argument("--seed", type=int, metavar="S", default=1, help=seed)
    options = parser.parse_args(arguments)
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    began = time.perf_counter()
    hour = Hour(options.seed, options.minutes)
    hour.run()
    findings = look(hour)
    for name, value in findings.numbers.items():
        print(f"{name:>24}  {value}")
    print(f"{'took, s':>24}  {time.perf_counter() - began:.0f}")
    for wrong in findings.wrong[:20]:
        print(f"WRONG: {wrong}", file=sys.stderr)
    print("Every promise was kept." if not findings.wrong else f"{len(findings.wrong)} broken.")
    return 1 if findings.wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
