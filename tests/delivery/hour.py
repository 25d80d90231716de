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
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

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
from emulators.instagram.deliveries import Event, delivery_of
from emulators.instagram.people import igsid_of
from emulators.instagram.simulator import InstagramSim
from functions.deliver import hint_of
from services.adapters.chance import RandomIds
from services.adapters.cloud_tasks import CloudTaskQueue
from services.adapters.firestore.connect import over
from services.adapters.firestore.documents import FirestoreDocuments
from services.adapters.graph import FixedToken
from services.adapters.instagram import Instagram
from services.bootstrap import Services
from services.ports import Documents, Messenger, TaskQueue
from services.settings import Settings, from_environment

ROOT = Path(__file__).parents[2]
BEGINNING = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
ACCOUNT = credentials.ACCOUNT_ID
URL = "http://gateway"
PEOPLE = 400
INSTANCES = 3
SWEEP_EVERY = timedelta(minutes=5)
#: After the last message nothing may take longer than this.
DRAINED_WITHIN = timedelta(hours=12)
FINAL = {"sent", "read", "failed", "cancelled"}


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

    @property
    def together(self) -> Any:
        """One after the other."""
        return _one_by_one


def _thread(person: str) -> str:
    return f"{ACCOUNT}_{igsid_of(person)}"


def _one_by_one(first: Callable[[], Any], second: Callable[[], Any]) -> None:
    first()
    second()


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
            body = json.loads(attempt.body)
            sender = self.chance.choice(self.senders)
            self.delivered += 1
            sender.delivery.deliver(body["thread_id"], "hour", hint_of(body))
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
        return CloudTaskQueue(self._queues, path, url, credentials.TASKS_SERVICE_ACCOUNT)

    def _services(self, function: str) -> HourServices:
        made = HourServices(function, self.settings, self.clock, RandomIds())
        made.outside = self
        return made

    def _settings(self) -> Settings:
        urls = {"PROCESS_MESSAGE_URL": f"{URL}/process_thread", "DELIVER_URL": f"{URL}/deliver"}
        emulated = {"CLOUD_TASKS_EMULATOR_HOST": "inprocess"}
        return from_environment({**credentials.FIXED, **urls, **emulated}, "hour")


@dataclass
class Findings:
    """What the hour came to; `wrong` is what must be empty."""

    numbers: dict[str, Any]
    wrong: list[str]


def look(hour: Hour) -> Findings:
    """Read everything back, and hold it against what was promised."""
    items = [m.to_dict() or {} for m in hour.store.collection_group("messages").stream()]
    items = [m for m in items if m.get("direction") == "outgoing" and m.get("role") == "system"]
    arrived = [m for m in hour.sim.core.state.messages.values() if m.author == "api"]
    texts = Counter(str(m.text) for m in arrived)
    statuses = Counter(str(m["status"]) for m in items)
    slots = sorted(m["slot_at"] for m in items if m.get("slot_at"))
    instants = sorted(m.at for m in arrived)
    wrong = [f"{text} arrived {n} times" for text, n in texts.items() if n > 1]
    wrong += [f"{m['text']} is {m['status']}" for m in items if m["status"] not in FINAL]
    wrong += [f"{text} says sent and never arrived" for text in _sent(items) - set(texts)]
    wrong += _out_of_order(arrived)
    wrong += [] if len(items) == hour.offered else [f"{len(items)} of {hour.offered} items"]
    wrong += [] if len(set(slots)) == len(slots) else ["a slot was used twice"]
    return Findings(_numbers(hour, items, texts, statuses, slots, instants), wrong)


def _sent(items: Sequence[dict[str, Any]]) -> set[str]:
    return {str(m["text"]) for m in items if m["status"] in ("sent", "read")}


def _out_of_order(arrived: Sequence[Any]) -> list[str]:
    by_person: dict[str, list[int]] = defaultdict(list)
    for message in arrived:
        by_person[message.igsid].append(int(str(message.text).rpartition(" ")[2]))
    return [f"order of {p}" for p, numbers in by_person.items() if numbers != sorted(numbers)]


def _numbers(  # noqa: PLR0917 (one report of many facts)
    hour: Hour,
    items: Sequence[dict[str, Any]],
    texts: Counter[str],
    statuses: Counter[str],
    slots: Sequence[datetime],
    instants: Sequence[datetime],
) -> dict[str, Any]:
    waits = sorted(
        (m["slot_at"] - m["queued_at"]).total_seconds() for m in items if m.get("slot_at")
    )
    unsettled = [m for m in items if m.get("unsettled")]
    counted: dict[str, Any] = hour.engine.counts.snapshot().get("deliver", {})
    return {
        "messages queued": hour.offered,
        "ended as": dict(statuses),
        "arrived at Instagram": sum(texts.values()),
        "arrived twice": sum(n > 1 for n in texts.values()),
        "met on the way": dict(hour.weather.met),
        "given to a person": len(unsettled),
        "of these had arrived": sum(m["text"] in texts for m in unsettled),
        "most in any second": _most_in_a_second(instants),
        "closest slots, ms": _closest(slots),
        "attempts a message": round(sum(m["attempts"] for m in items) / max(len(items), 1), 3),
        "deliver calls": hour.delivered,
        "round trips a message": round(counted.get("round_trips", 0) / max(len(items), 1), 2),
        "waited p50, s": round(waits[len(waits) // 2], 1) if waits else None,
        "waited p95, s": round(waits[len(waits) * 95 // 100], 1) if waits else None,
        "at rest after, min": round((hour.clock.now() - BEGINNING).total_seconds() / 60, 1),
    }


def _most_in_a_second(instants: Sequence[datetime]) -> int:
    most = first = 0
    for last, at in enumerate(instants):
        while instants[first] <= at - timedelta(seconds=1):
            first += 1
        most = max(most, last - first + 1)
    return most


def _closest(slots: Sequence[datetime]) -> int | None:
    return min((int((b - a).total_seconds() * 1000) for a, b in pairwise(slots)), default=None)


def main(arguments: Sequence[str]) -> int:
    """Run and print; 1 if a promise was broken."""
    parser = argparse.ArgumentParser(prog="./dev sim --hour")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
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
