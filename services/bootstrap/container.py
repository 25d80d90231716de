"""The composition root: the only module that sees all parts. One `Services` per function."""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from services import log
from services.adapters.chance import RandomIds, SystemClock
from services.adapters.spread import Bounded
from services.ports import (
    Clock,
    Documents,
    Ids,
    Messenger,
    Model,
    Spread,
    TaskQueue,
)
from services.settings import Settings, from_environment, process_environment
from services.store.live_settings import LiveSettings

if TYPE_CHECKING:
    from google.cloud.tasks_v2 import CloudTasksClient

    from services.accounts.service import Accounts
    from services.adapters.gemini import GeminiModel
    from services.adapters.instagram import Instagram
    from services.adapters.secrets import SecretManager
    from services.agent.agent import Agent
    from services.agent.export import Exporting
    from services.agent.knowledge import Knowledge
    from services.bootstrap.accounts import Care
    from services.bootstrap.contacts import People
    from services.ingest.service import Ingest
    from services.maintenance.daily_stats import Days
    from services.maintenance.sweep import Sweep
    from services.office.use_cases import Office
    from services.outbox.delivery import Delivery
    from services.outbox.manual import Manual
    from services.tasks import Looks
    from services.turns.turn import Turns


#: Function → what its environment holds.
Environments = Callable[[str], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class _Root:
    environment: Environments
    clock: Clock
    ids: Ids


_root: list[_Root] = []


def configure(
    environment: Environments, *, clock: Clock | None = None, ids: Ids | None = None
) -> None:
    """Build each function from `environment`, not from the process's own, with this clock.

    For the local run and the tests; before a function is first used. What was built is dropped.
    """
    _root[:] = [_Root(environment, clock or SystemClock(), ids or RandomIds())]
    services.cache_clear()


@functools.cache
def services(function: str) -> "Services":
    """The services of one deployed function, built at its first request and kept.

    Raises `ConfigError` that names every missing setting.
    """
    root = _root[0] if _root else _Root(_own_environment, SystemClock(), RandomIds())
    environ = root.environment(function)
    settings = from_environment(environ, function)
    # K_SERVICE and K_REVISION are set by Cloud Run (its documentation, Container runtime contract).
    who = (environ.get(name, "") for name in ("K_SERVICE", "K_REVISION"))
    log.configure(settings.project, *who)
    return Services(function, settings, root.clock, root.ids)


def _own_environment(_function: str) -> Mapping[str, str]:
    """The process's: the platform runs one function in it."""
    return process_environment()


class Services:
    """What a function may use; every part is built when it is first asked for.

    Imports stand inside the parts: a function's cold start pays for what it uses, no more.
    """

    def __init__(self, function: str, settings: Settings, clock: Clock, ids: Ids) -> None:
        self.function = function
        self.settings = settings
        self.clock = clock
        self.ids = ids

    @functools.cached_property
    def documents(self) -> Documents:
        """The store."""
        from services.adapters.firestore.connect import connect
        from services.adapters.firestore.documents import FirestoreDocuments

        client = connect(self.function, self.settings.firestore_host)
        return FirestoreDocuments(client, self.settings.project, self.clock, self.ids)

    @functools.cached_property
    def live_settings(self) -> LiveSettings:
        """The operating settings."""
        return LiveSettings(self.documents, self.clock, self.settings.account_id)

    @functools.cached_property
    def turn_tasks(self) -> TaskQueue:
        """The queue whose tasks run turns."""
        return self._queue(self.settings.inbound_queue, self.settings.process_url)

    @functools.cached_property
    def delivery_tasks(self) -> TaskQueue:
        """The queue whose tasks deliver replies."""
        return self._queue(self.settings.delivery_queue, self.settings.deliver_url)

    @functools.cached_property
    def turn_looks(self) -> "Looks":
        """Later looks at what waits for a turn."""
        return self._looks(self.turn_tasks)

    @functools.cached_property
    def delivery_looks(self) -> "Looks":
        """Later looks at what waits to be sent."""
        return self._looks(self.delivery_tasks)

    def _looks(self, queue: TaskQueue) -> "Looks":
        from services.tasks import Looks

        return Looks(queue, self.clock, self.settings.clock_margin_seconds)

    def _queue(self, queue: str, url: str) -> TaskQueue:
        from services.adapters.cloud_tasks import CloudTaskQueue, caller

        settings, info = self.settings, caller(self.function)
        path = f"projects/{settings.project}/locations/{settings.tasks_location}/queues/{queue}"
        return CloudTaskQueue(self._tasks_client, info, path, url, settings.tasks_service_account)

    @functools.cached_property
    def _tasks_client(self) -> "CloudTasksClient":
        from services.adapters.cloud_tasks import caller, connect

        return connect(caller(self.function), self.settings.tasks_host)

    @functools.cached_property
    def spread(self) -> Spread:
        """How many threads of one request are handled side by side."""
        return Bounded()

    @functools.cached_property
    def model(self) -> Model | None:
        """The language model, where one is configured."""
        return self._gemini

    @functools.cached_property
    def messenger(self) -> Messenger:
        """Instagram's side of a conversation."""
        return self.instagram

    @functools.cached_property
    def secrets(self) -> "SecretManager":
        """Secrets that change while an instance lives."""
        from services.adapters.secrets import SecretManager, connect

        client = connect(self.function, self.settings.secrets_host)
        return SecretManager(client, self.settings.project)

    @functools.cached_property
    def instagram(self) -> "Instagram":
        """Instagram's API, whole."""
        from services.adapters.instagram import Flavour, Instagram
        from services.adapters.secrets import AccountTokens

        settings = self.settings
        own = settings.account_id, settings.access_token
        tokens = AccountTokens(self.secrets, self.clock, *own)
        flavour = Flavour()
        if settings.page_id:
            flavour = Flavour(
                name="messenger", page_id=settings.page_id, app_secret=settings.page_app_secret
            )
        return Instagram(settings.instagram_url, tokens, flavour=flavour)

    @functools.cached_property
    def accounts(self) -> "Accounts":
        """What stops an account's sending, and sets it going again."""
        from services.accounts.service import Accounts

        looks = self.turn_looks, self.delivery_looks
        return Accounts(self.documents, *looks, self.clock, self.ids)

    @functools.cached_property
    def people(self) -> "People":
        """What concerns people, beside their messages."""
        from services.bootstrap.contacts import People

        return People(self)

    @functools.cached_property
    def ingest(self) -> "Ingest":
        """Storing what Instagram sends."""
        return self.people.ingest

    @functools.cached_property
    def _gemini(self) -> "GeminiModel | None":
        """Gemini, where a key or a location of Vertex AI is given."""
        from services.bootstrap.agent import gemini_model

        return gemini_model(self.settings)

    @functools.cached_property
    def agent(self) -> "Agent":
        """Deciding what to do about new messages."""
        from services.bootstrap import agent

        return agent.agent(self)

    @functools.cached_property
    def knowledge(self) -> "Knowledge":
        """What the business has written down, kept and searched."""
        from services.agent.knowledge import Knowledge

        return Knowledge(self.documents, self.live_settings, self._gemini)

    @functools.cached_property
    def exporting(self) -> "Exporting":
        """Making tests out of real turns."""
        from services.agent.export import Exporting

        return Exporting(self.documents, self.live_settings, self.clock)

    @functools.cached_property
    def turns(self) -> "Turns":
        """Answering what waits in a thread."""
        from services.turns.turn import Turns

        return Turns(
            self.documents,
            self.turn_looks,
            self.delivery_looks,
            self.live_settings,
            self.agent,
            self.people.missing,
            self.people.profiles,
            self.people.linking,
            self.clock,
            self.ids,
        )

    @functools.cached_property
    def delivery(self) -> "Delivery":
        """Sending what is queued."""
        from services.outbox.delivery import Delivery
        from services.outbox.pacing import Pacer

        return Delivery(
            self.documents,
            self.delivery_tasks,
            self.messenger,
            self.accounts,
            Pacer(self.documents, self.clock),
            self.live_settings,
            self.clock,
            self.ids,
            self.settings.clock_margin_seconds,
        )

    @functools.cached_property
    def manual(self) -> "Manual":
        """Messages written by hand or by another service."""
        from services.outbox.manual import Manual

        return Manual(self.documents, self.delivery_looks, self.live_settings, self.clock, self.ids)

    @functools.cached_property
    def care(self) -> "Care":
        """What looks after the accounts, and tells the manager."""
        from services.bootstrap.accounts import Care

        return Care(self)

    @functools.cached_property
    def days(self) -> "Days":
        """Counting days."""
        from services.maintenance.daily_stats import Days

        return Days(self.documents, self.clock)

    @functools.cached_property
    def sweep(self) -> "Sweep":
        """Periodic repair."""
        from services.maintenance.sweep import Sweep

        return Sweep(
            self.documents,
            self.turn_looks,
            self.delivery_looks,
            self.live_settings,
            self.clock,
        )

    @functools.cached_property
    def office(self) -> "Office":
        """What the team sees and does."""
        from services.bootstrap import office

        return office.office(self)
