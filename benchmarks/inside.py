"""Moca in one process on a clock that is moved: the functions, real clients, engines in memory.

For what is counted and for what would take hours. The functions are entered where the framework
enters them; Firestore and Cloud Tasks are the emulators' engines behind Google's own clients,
without sockets. The model and Instagram answer at once through their ports, so that their time is
nobody's.
"""

import base64
import functools
import itertools
import json
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import structlog
from flask import Request
from google.api_core.gapic_v1.client_info import ClientInfo
from werkzeug.test import EnvironBuilder

import functions.deliver
import functions.process_thread
import functions.webhook
from benchmarks.outside import Messages, Parrot, Signed
from deploy import wanted
from emulators.clock import SimClock
from emulators.cloud_tasks import inprocess as tasks_inprocess
from emulators.cloud_tasks.attempt import Attempt
from emulators.cloud_tasks.engine import TasksEngine
from emulators.firestore import inprocess as store_inprocess
from emulators.firestore.engine import Engine
from emulators.gateway import credentials
from emulators.instagram.signing import signature_headers, wire_bytes
from emulators.secret_manager import inprocess as secrets_inprocess
from emulators.secret_manager.engine import SecretsEngine
from services.adapters.chance import RandomIds
from services.adapters.cloud_tasks import CloudTaskQueue
from services.adapters.firestore.connect import over
from services.adapters.firestore.documents import FirestoreDocuments
from services.adapters.secrets import AccountTokens, SecretManager, token_secret
from services.bootstrap import Services
from services.domain.documents import Merge
from services.ports import Clock, Documents, Messenger, Model, TaskQueue
from services.settings import from_environment

BEGINNING = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
ACCOUNT = credentials.ACCOUNT_ID
_ROOT = Path(__file__).parents[1]
_URL = "https://moca.example"
_HANDLERS: Mapping[str, Callable[[Request, Services], Any]] = {
    "webhook": functions.webhook.handle,
    "process_thread": functions.process_thread.handle,
    "deliver": functions.deliver.handle,
}
_ENVIRON = credentials.FIXED | {
    "PROCESS_MESSAGE_URL": f"{_URL}/process_thread",
    "DELIVER_URL": f"{_URL}/deliver",
    "PUBLIC_BASE_URL": _URL,
    "INSTAGRAM_API_BASE_URL": "http://127.0.0.1:1",  # nobody asks: `Messages` answers
    "CLOUD_TASKS_EMULATOR_HOST": "127.0.0.1:1",  # nobody asks: the channel is in process
    "SECRET_MANAGER_EMULATOR_HOST": "127.0.0.1:1",  # nobody asks: nothing is fetched
}


class Inside:
    """One deployment, each function with one instance that stays warm.

    Looking at the processor's clock takes its time: `timed=False` leaves `spent` at zero. The
    queues' rates are the deployed ones, but for those in `dispatches_per_second`.
    """

    def __init__(
        self,
        bubbles: int = 1,
        *,
        timed: bool = True,
        dispatches_per_second: Mapping[str, int] | None = None,
    ) -> None:
        quiet()
        self.clock = SimClock(frozen_at=BEGINNING)
        self.engine = Engine(self.clock.now, indexes=_ROOT / "firestore.indexes.json")
        self.tasks = TasksEngine(self.clock.now)
        _create_queues(self.tasks, dispatches_per_second or {})
        self.secrets = SecretsEngine(self.clock.now)
        self.secrets.put(f"projects/{credentials.PROJECT}/secrets/{token_secret(ACCOUNT)}", b"IGAA")
        self.messenger = Messages(self.clock)
        self.model = Parrot(bubbles)
        self.requests: Counter[str] = Counter()
        self.dispatches = 0
        self.spent: dict[str, list[float]] = defaultdict(
            list
        )  #: ms of each request, without Google
        self.google = Stopwatch(time.thread_time if timed else float)
        self._mids = itertools.count(1)
        self._instances = {name: _Deployed(name, self) for name in _HANDLERS}

    def configure(self, **settings: Any) -> None:
        """Change operating settings, at once."""
        self._instances["deliver"].documents.commit([Merge("settings/default", settings)])
        for instance in self._instances.values():
            instance.live_settings.forget()

    def writes(self, person: int, text: str = "Hello, is there a table tonight?") -> str:
        """A person writes and Meta posts it; the message's id."""
        mid = f"aWdfZAG1faXRlbToxOk{next(self._mids):08d}".ljust(120, "Z")
        self._event(igsid(person), ACCOUNT, {"message": {"mid": mid, "text": text}})
        return mid

    def reads(self, person: int, mid: str) -> None:
        """A person has seen a message."""
        self._event(igsid(person), ACCOUNT, {"read": {"mid": mid}})

    def echoes(self) -> None:
        """Meta posts an echo of everything sent since the last time."""
        for call, mid in self.messenger.unechoed():
            message = {"mid": mid, "text": call.text, "is_echo": True}
            self._event(ACCOUNT, call.igsid, {"message": message})

    def _event(self, sender: str, recipient: str, content: dict[str, Any]) -> None:
        now = int(self.clock.now().timestamp() * 1000)
        parties = {"sender": {"id": sender}, "recipient": {"id": recipient}}
        item = {**parties, "timestamp": now, **content}
        entry = {"time": now, "id": ACCOUNT, "messaging": [item]}
        body = wire_bytes({"object": "instagram", "entry": [entry]})
        self.call("webhook", body, signature_headers(body, credentials.APP_SECRET))

    def run_due(self) -> int:
        """Run the tasks that the queues give out now, and post the echoes; how many."""
        due = self.tasks.due(self.clock.now())
        for attempt in due:
            self.tasks.finish(attempt, self._dispatched(attempt))
            self.dispatches += 1
            self.echoes()
        return len(due)

    def settle(self, within: timedelta = timedelta(hours=3)) -> None:
        """Let everything happen that is due within so much time, each at its instant."""
        end = self.clock.now() + within
        while True:
            while self.run_due():
                pass
            next_at = self.tasks.next_at()
            if next_at is None or next_at > end:
                return
            self.clock.set(max(next_at, self.clock.now()))

    def _dispatched(self, attempt: Attempt) -> int:
        function = attempt.url.rpartition("/")[2]
        headers = {**attempt.headers, **bearer(attempt.audience)}
        return self.call(function, attempt.body, headers)

    def call(self, function: str, body: bytes, headers: Mapping[str, str]) -> int:
        """One request to a function; its status, which is 200 or an error here."""
        self.requests[function] += 1
        builder = EnvironBuilder(
            path="/",
            method="POST",
            data=body,
            headers=list(headers.items()),
            content_type="application/json",
        )
        request, began = Request(builder.get_environ()), self.google.seconds
        started = self.google.now()
        answer = _HANDLERS[function](request, self._instances[function])
        took = self.google.now() - started - (self.google.seconds - began)
        self.spent[function].append(took * 1000)
        if answer[1] != 200:
            raise RuntimeError(f"{function} answered {answer[1]}: {answer[0]}")
        return int(answer[1])

    def counts(self) -> dict[str, dict[str, int]]:
        """Operations by function since the last `clear_counts`."""
        store, queue = self.engine.counts.snapshot(), self.tasks.counts.snapshot()["callers"]
        secrets = self.secrets.counts.snapshot()["callers"]
        found: dict[str, dict[str, int]] = {}
        for name in _HANDLERS:
            usage: dict[str, Any] = store.get(name, {})
            found[name] = {
                "requests": self.requests[name],
                **{key: usage.get(key, 0) for key in ("round_trips", "reads", "writes", "deletes")},
                "tasks": queue.get(name, {}).get("round_trips", 0),
                "secrets": secrets.get(name, {}).get("round_trips", 0),
            }
        return found

    def clear_counts(self) -> None:
        """Count from zero."""
        self.engine.counts.clear()
        self.tasks.counts.clear()
        self.secrets.counts.clear()
        self.requests.clear()
        self.dispatches = 0


def _create_queues(engine: TasksEngine, dispatches_per_second: Mapping[str, int]) -> None:
    declared = json.loads(wanted.QUEUES_FILE.read_text(encoding="utf-8"))
    for queue in declared["queues"]:
        if rate := dispatches_per_second.get(queue["name"]):
            queue["rateLimits"]["maxDispatchesPerSecond"] = rate
    with TemporaryDirectory() as folder:
        file = Path(folder) / "queues.json"
        file.write_text(json.dumps(declared), encoding="utf-8")
        engine.queue_from_file(file)


class Stopwatch:
    """The processor time that went into playing Google."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.now = now
        self.seconds = 0.0
        self._since = 0.0

    def start(self, _method: str) -> None:
        """Google's part begins."""
        self._since = self.now()

    def stop(self, _method: str) -> None:
        """Google's part ends."""
        self.seconds += self.now() - self._since


def igsid(person: int) -> str:
    """A person's id."""
    return str(1_000_000_000_000_000 + person)


def thread(person: int) -> str:
    """A person's thread."""
    return f"{ACCOUNT}_{igsid(person)}"


class _Deployed(Services):
    """The deployed services; the outside is this process."""

    def __init__(self, function: str, inside: Inside) -> None:
        super().__init__(function, from_environment(_ENVIRON, function), inside.clock, RandomIds())
        self._inside = inside

    @functools.cached_property
    def documents(self) -> Documents:
        """The store."""
        info = ClientInfo(user_agent=f"moca-{self.function}")
        engine, watch = self._inside.engine, self._inside.google
        hooks = store_inprocess.Hooks(
            wait=store_inprocess.waiting(engine), before=watch.start, after=watch.stop
        )
        channel = store_inprocess.channel(engine, hooks, self.function)
        clock: Clock = self.clock
        return FirestoreDocuments(over(channel, info), self.settings.project, clock, self.ids)

    def _queue(self, queue: str, url: str) -> TaskQueue:
        settings = self.settings
        path = f"projects/{settings.project}/locations/{settings.tasks_location}/queues/{queue}"
        watch = self._inside.google
        client = tasks_inprocess.client(
            self._inside.tasks, self.function, before=watch.start, after=watch.stop
        )
        info = ClientInfo(user_agent=f"moca-{self.function}")
        return CloudTaskQueue(client, info, path, url, settings.tasks_service_account)

    @functools.cached_property
    def model(self) -> Model:
        """The parrot."""
        return self._inside.model

    @functools.cached_property
    def messenger(self) -> Messenger:
        """Everything arrives."""
        signed: Messenger = self.instagram
        return signed

    @functools.cached_property
    def instagram(self) -> Any:
        """Tells everybody's name at once."""
        inside, watch = self._inside, self._inside.google
        client = secrets_inprocess.client(
            inside.secrets, self.function, before=watch.start, after=watch.stop
        )
        secrets = SecretManager(client, self.settings.project)
        tokens = AccountTokens(secrets=secrets, clock=self.clock, own_account=ACCOUNT, own_token="")
        return Signed(inside.messenger, tokens)


def bearer(audience: str) -> dict[str, str]:
    """The token as a function sees it behind IAM: readable claims, no signature."""
    claims = json.dumps({"email": credentials.TASKS_SERVICE_ACCOUNT, "aud": audience}).encode()
    middle = base64.urlsafe_b64encode(claims).decode().rstrip("=")
    return {"Authorization": f"Bearer e30.{middle}.SIGNATURE_REMOVED_BY_GOOGLE"}


def quiet() -> None:
    """Let only errors be said, whatever was configured before."""
    structlog.configure(processors=[_drop])


def _drop(_logger: Any, level: str, event: Any) -> Any:
    if level in ("error", "critical"):
        return repr(event)
    raise structlog.DropEvent
