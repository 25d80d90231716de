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
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from flask import Request
from google.api_core.gapic_v1.client_info import ClientInfo
from werkzeug.test import EnvironBuilder

import functions.deliver
import functions.process_thread
import functions.sweep
import functions.webhook
from emulators.clock import SimClock
from emulators.cloud_tasks import inprocess as tasks_inprocess
from emulators.cloud_tasks.attempt import Attempt
from emulators.cloud_tasks.engine import TasksEngine
from emulators.firestore import inprocess as store_inprocess
from emulators.firestore.engine import Engine
from emulators.gateway import credentials
from emulators.instagram.signing import signature_headers, wire_bytes
from services.adapters.chance import RandomIds
from services.adapters.cloud_tasks import CloudTaskQueue
from services.adapters.firestore.connect import over
from services.adapters.firestore.documents import FirestoreDocuments
from services.bootstrap import Services
from services.domain.call import Action, Call, Heard
from services.domain.documents import Merge
from services.domain.model import ModelReply, ModelRequest, ToolCall
from services.domain.outcome import Answer, Sent
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
    "sweep": functions.sweep.handle,
}
_ENVIRON = credentials.FIXED | {
    "PROCESS_MESSAGE_URL": f"{_URL}/process_thread",
    "DELIVER_URL": f"{_URL}/deliver",
    "PUBLIC_BASE_URL": _URL,
    "CLOUD_TASKS_EMULATOR_HOST": "in process",
}


class Inside:
    """One deployment, each function with one instance that stays warm."""

    def __init__(self, bubbles: int = 1) -> None:
        structlog.configure(processors=[_drop])
        self.clock = SimClock(frozen_at=BEGINNING)
        self.engine = Engine(self.clock.now, indexes=_ROOT / "firestore.indexes.json")
        self.tasks = TasksEngine(self.clock.now)
        self.tasks.queue_from_file(_ROOT / "emulators" / "gateway" / "queues.json")
        self.messenger = Messages(self.clock)
        self.model = Parrot(bubbles)
        self.requests: Counter[str] = Counter()
        self._mids = itertools.count(1)
        self._instances = {name: _Deployed(name, self) for name in _HANDLERS}

    def configure(self, **settings: Any) -> None:
        """Change operating settings, at once."""
        self._instances["sweep"].documents.commit([Merge("settings/default", settings)])
        for instance in self._instances.values():
            instance.live_settings.forget()

    def writes(self, person: int, text: str = "Hello, is there a table tonight?") -> str:
        """A person writes and Meta posts it; the message's id."""
        mid = f"aWdfZAG1faXRlbToxOk{next(self._mids):08d}".ljust(120, "Z")
        self._event(igsid(person), ACCOUNT, {"mid": mid, "text": text})
        return mid

    def echoes(self) -> None:
        """Meta posts an echo of everything sent since the last time."""
        for call, mid in self.messenger.unechoed():
            message = {"mid": mid, "text": call.text, "is_echo": True}
            self._event(ACCOUNT, call.igsid, message)

    def _event(self, sender: str, recipient: str, message: dict[str, Any]) -> None:
        now = int(self.clock.now().timestamp() * 1000)
        parties = {"sender": {"id": sender}, "recipient": {"id": recipient}}
        item = {**parties, "timestamp": now, "message": message}
        entry = {"time": now, "id": ACCOUNT, "messaging": [item]}
        body = wire_bytes({"object": "instagram", "entry": [entry]})
        self.call("webhook", body, signature_headers(body, credentials.APP_SECRET))

    def run_due(self, echo: bool = True) -> int:
        """Run the tasks that the queues give out now; how many."""
        due = self.tasks.due(self.clock.now())
        for attempt in due:
            self.tasks.finish(attempt, self._dispatched(attempt))
            if echo:
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

    def sweep(self) -> None:
        """The scheduler calls."""
        self.call("sweep", b"{}", _bearer(f"{_URL}/sweep"))

    def process(self, person: int) -> None:
        """A task for a person's turn arrives."""
        self._task("process_thread", person)

    def deliver(self, person: int) -> None:
        """A task for a person's line arrives."""
        self._task("deliver", person)

    def _task(self, function: str, person: int) -> None:
        body = json.dumps({"thread_id": thread(person), "trace_id": "bench"}).encode()
        self.call(function, body, _bearer(f"{_URL}/{function}"))

    def _dispatched(self, attempt: Attempt) -> int:
        function = attempt.url.rpartition("/")[2]
        headers = {**attempt.headers, **_bearer(attempt.audience)}
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
        answer = _HANDLERS[function](Request(builder.get_environ()), self._instances[function])
        if answer[1] != 200:
            raise RuntimeError(f"{function} answered {answer[1]}: {answer[0]}")
        return int(answer[1])

    def counts(self) -> dict[str, dict[str, int]]:
        """Operations by function since the last `clear_counts`."""
        store, queue = self.engine.counts.snapshot(), self.tasks.counts.snapshot()["callers"]
        found: dict[str, dict[str, int]] = {}
        for name in _HANDLERS:
            usage: dict[str, Any] = store.get(name, {})
            found[name] = {
                "requests": self.requests[name],
                **{key: usage.get(key, 0) for key in ("round_trips", "reads", "writes", "deletes")},
                "tasks": queue.get(name, {}).get("round_trips", 0),
            }
        return found

    def clear_counts(self) -> None:
        """Count from zero."""
        self.engine.counts.clear()
        self.tasks.counts.clear()
        self.requests.clear()


def igsid(person: int) -> str:
    """A person's id."""
    return str(1_000_000_000_000_000 + person)


def thread(person: int) -> str:
    """A person's thread."""
    return f"{ACCOUNT}_{igsid(person)}"


class Messages:
    """Instagram's side: everything arrives at once."""

    def __init__(self, clock: SimClock) -> None:
        self._clock = clock
        self._numbers = itertools.count(1)
        self._waiting: list[tuple[Call, str]] = []
        self.sent: list[tuple[datetime, str]] = []  #: when, to whom

    def send(self, _account_id: str, call: Call) -> Answer:
        """It arrived."""
        mid = f"bU1faXRlbToxOk{next(self._numbers):08d}".ljust(120, "Z")
        self.sent.append((self._clock.now(), call.igsid))
        self._waiting.append((call, mid))
        return Answer(Sent(mid))

    def act(self, _account_id: str, _igsid: str, _action: Action) -> bool:
        """Shown."""
        return True

    def get_thread_messages(self, _account_id: str, _igsid: str) -> Sequence[Heard]:
        """Nobody asks, as no answer is ever lost."""
        return ()

    def unechoed(self) -> Iterator[tuple[Call, str]]:
        """What was sent and has not been echoed; once."""
        waiting, self._waiting = self._waiting, []
        yield from waiting


class Parrot:
    """A model that answers with so many bubbles."""

    def __init__(self, bubbles: int) -> None:
        self.bubbles = bubbles
        self.requests: list[ModelRequest] = []

    def generate(self, request: ModelRequest) -> ModelReply:
        """One step, which is all."""
        self.requests[:] = [request]
        text = "Yes, gladly: until when, and for how many?"
        said = [f"{text} {n}" for n in range(self.bubbles)]
        return ModelReply(
            calls=[ToolCall(None, "send_instagram_message", {"text": each}) for each in said]
        )


class _Deployed(Services):
    """The deployed services; the outside is this process."""

    def __init__(self, function: str, inside: Inside) -> None:
        super().__init__(function, from_environment(_ENVIRON, function), inside.clock, RandomIds())
        self._inside = inside

    @functools.cached_property
    def documents(self) -> Documents:
        """The store."""
        info = ClientInfo(user_agent=f"moca-{self.function}")
        channel = store_inprocess.channel(self._inside.engine, caller=self.function)
        clock: Clock = self.clock
        return FirestoreDocuments(over(channel, info), self.settings.project, clock, self.ids)

    def _queue(self, queue: str, url: str) -> TaskQueue:
        settings = self.settings
        path = f"projects/{settings.project}/locations/{settings.tasks_location}/queues/{queue}"
        client = tasks_inprocess.client(self._inside.tasks, self.function)
        return CloudTaskQueue(client, path, url, settings.tasks_service_account)

    @functools.cached_property
    def together(self) -> Any:
        """One after the other."""
        return _in_turn

    @functools.cached_property
    def model(self) -> Model:
        """The parrot."""
        return self._inside.model

    @functools.cached_property
    def messenger(self) -> Messenger:
        """Everything arrives."""
        return self._inside.messenger


def _in_turn(first: Callable[[], Any], second: Callable[[], Any]) -> None:
    first()
    second()


def _bearer(audience: str) -> dict[str, str]:
    """The token as a function sees it behind IAM: readable claims, no signature."""
    claims = json.dumps({"email": credentials.TASKS_SERVICE_ACCOUNT, "aud": audience}).encode()
    middle = base64.urlsafe_b64encode(claims).decode().rstrip("=")
    return {"Authorization": f"Bearer e30.{middle}.SIGNATURE_REMOVED_BY_GOOGLE"}


def _drop(*_: Any) -> Any:
    raise structlog.DropEvent
