"""What the back office costs in a store that has grown: its first page, a search, one conversation.

Counted are the reads and round trips of the real pages; their own processor time is without the
engine's, which scans where Firestore has indexes.
"""

import functools
import gc
import re
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from flask.testing import FlaskClient
from google.api_core.gapic_v1.client_info import ClientInfo

from admin import create_app
from admin.access import SERVICES
from benchmarks.inside import ACCOUNT, BEGINNING, Stopwatch, igsid, quiet, thread
from benchmarks.measure import Figure
from deploy.firestore import INDEXES_FILE
from emulators.clock import SimClock
from emulators.firestore import inprocess
from emulators.firestore.engine import INDEXED_DATABASE, Engine
from emulators.firestore.messages import Document
from emulators.firestore.names import DocumentName
from emulators.firestore.records import Record
from emulators.gateway import credentials
from services.adapters.chance import RandomIds
from services.adapters.firestore.codec import encode_into
from services.adapters.firestore.connect import over
from services.adapters.firestore.documents import FirestoreDocuments
from services.bootstrap import Services
from services.ports import Clock, Documents
from services.settings import from_environment

REPEATS = 3
#: Conversations, each with a message; the largest takes nine gigabytes and ten minutes.
SIZES = (10, 1_000, 100_000, 1_000_000)
_PAGES = {
    "the inbox's first page": "/?tab=all",
    "a search": "/search?q=thank",
    "one conversation": f"/conversations/{thread(0)}",
}


def figures() -> Iterator[Figure]:
    """Every page, smallest store first."""
    for size in SIZES:
        office = _Office()
        _load(office.engine, size)
        yield from office.measured(size)
        del office
        gc.collect()


class _Office:
    """The back office over an engine in this process, and a browser that has signed in."""

    def __init__(self) -> None:
        quiet()
        clock = SimClock(frozen_at=BEGINNING)
        self.engine = Engine(clock.now, indexes=INDEXES_FILE)
        self.google = Stopwatch(time.thread_time)
        services = _Deployed(self, clock)
        self.browser: FlaskClient = create_app("a secret", local=False).test_client()
        self.browser.environ_base[SERVICES] = services  # type: ignore[assignment] # WSGI's own
        page = self._open("/sign-in")
        token = re.search(r'name="csrf" value="([^"]+)"', page)
        form = {"csrf": token[1] if token else "", "token": credentials.ADMIN_TOKEN}
        self.browser.post("/sign-in", data=form, base_url="https://office")

    def measured(self, size: int) -> Iterator[Figure]:
        """Reads, round trips and own time of each page."""
        for name, path in _PAGES.items():
            self._open(path)  # settings and sign-in are known then, as in an instance at work
            runs: dict[str, list[float]] = {"reads": [], "round trips": []}
            spent = []
            for _ in range(REPEATS):
                self.engine.counts.clear()
                started, before = time.thread_time(), self.google.seconds
                self._open(path)
                spent.append(1000 * (time.thread_time() - started - self.google.seconds + before))
                usage: dict[str, Any] = self.engine.counts.snapshot()["back_office"]
                runs["reads"].append(usage["reads"])
                runs["round trips"].append(usage["round_trips"])
            for what, found in runs.items():
                yield Figure(f"{size:,} conversations, {name}, {what}", "counted", found)
            yield Figure(f"{size:,} conversations, {name}, own CPU", "ms", spent)

    def _open(self, path: str) -> str:
        answer = self.browser.get(path, base_url="https://office")
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answered {answer.status_code}")
        return answer.text


class _Deployed(Services):
    """The deployed services over the engine."""

    def __init__(self, office: _Office, clock: SimClock) -> None:
        settings = from_environment(_ENVIRON, "back_office")
        super().__init__("back_office", settings, clock, RandomIds())
        self._office = office

    @functools.cached_property
    def documents(self) -> Documents:
        """The store."""
        office = self._office
        hooks = inprocess.Hooks(
            wait=inprocess.waiting(office.engine),
            before=office.google.start,
            after=office.google.stop,
        )
        channel = inprocess.channel(office.engine, hooks, self.function)
        info = ClientInfo(user_agent=f"moca-{self.function}")
        clock: Clock = self.clock
        return FirestoreDocuments(over(channel, info), self.settings.project, clock, self.ids)


_URL = "https://moca.example"
_ENVIRON = credentials.FIXED | {
    "PROCESS_MESSAGE_URL": f"{_URL}/process_thread",
    "DELIVER_URL": f"{_URL}/deliver",
    "PUBLIC_BASE_URL": _URL,
    "INSTAGRAM_API_BASE_URL": "http://127.0.0.1:1",  # nobody asks: nothing is sent
    "CLOUD_TASKS_EMULATOR_HOST": "127.0.0.1:1",
    "SECRET_MANAGER_EMULATOR_HOST": "127.0.0.1:1",
}


def _load(engine: Engine, size: int) -> None:
    """So many conversations of one message each, and sixty in the one that is opened."""
    talk = _document(
        owner="bot", status="open", account_id=ACCOUNT, contact_name="Ana", last_text="Thank you!"
    )
    line = _document(direction="inbound", role="user", kind="text", status="processed",
                     text="Thank you!", terms=["thank", "you"])  # fmt: skip
    for person in range(size):
        name = thread(person)
        at = BEGINNING - timedelta(minutes=person % 10_000)
        _put(engine, ("conversations", name), talk, igsid=igsid(person), updated_at=at)
        count = 60 if person == 0 else 1
        for n in range(count):
            path = ("conversations", name, "messages", f"m{n}")
            _put(engine, path, line, thread_id=name, created_at=at - timedelta(seconds=n))


def _document(**fields: object) -> Document:
    document = Document()
    for field, value in fields.items():
        encode_into(document.fields[field], value)
    document.create_time.FromDatetime(BEGINNING)
    document.update_time.FromDatetime(BEGINNING)
    return document


def _put(engine: Engine, path: tuple[str, ...], like: Document, **fields: object) -> None:
    name = DocumentName(INDEXED_DATABASE, path)
    document = Document()
    document.CopyFrom(like)
    document.name = name.text
    for field, value in fields.items():
        encode_into(document.fields[field], value)
    engine.history.load(Record(name, document))
