"""What every service stands on: settings, time, the store, the queues, Instagram, the model.

The modules of this package build upon each other in one line, from here up to `container`.
"""

import functools
from typing import TYPE_CHECKING

from services.adapters.spread import ThreadPool
from services.domain.task import Kind
from services.ports import Clock, Documents, Ids, Messenger, Model, Spread, TaskQueue
from services.settings import DeploymentSettings
from services.store.live_settings import SettingsCache

if TYPE_CHECKING:
    from google.cloud.tasks_v2 import CloudTasksClient

    from services.adapters.gemini import GeminiModel
    from services.adapters.instagram import Instagram
    from services.adapters.secrets import SecretManager
    from services.tasks import ThreadTasks


class Platform:
    """Every part is built when it is first asked for, and kept.

    Imports stand inside the parts: a function's cold start pays for what it uses, no more.
    """

    def __init__(self, function: str, settings: DeploymentSettings, clock: Clock, ids: Ids) -> None:
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
    def live_settings(self) -> SettingsCache:
        """The operating settings."""
        return SettingsCache(
            documents=self.documents, clock=self.clock, own_account=self.settings.account_id
        )

    @functools.cached_property
    def turn_tasks(self) -> TaskQueue:
        """The queue whose tasks run turns."""
        return self._queue(self.settings.inbound_queue, self.settings.process_url)

    @functools.cached_property
    def delivery_tasks(self) -> TaskQueue:
        """The queue whose tasks deliver replies."""
        return self._queue(self.settings.delivery_queue, self.settings.deliver_url)

    @functools.cached_property
    def turn_looks(self) -> "ThreadTasks":
        """Later looks at what waits for a turn."""
        return self._looks(self.turn_tasks, Kind.TURN)

    @functools.cached_property
    def backfill_looks(self) -> "ThreadTasks":
        """Later looks at an account's messages of which only edits told."""
        return self._looks(self.turn_tasks, Kind.BACKFILL)

    @functools.cached_property
    def delivery_looks(self) -> "ThreadTasks":
        """Later looks at what waits to be sent."""
        return self._looks(self.delivery_tasks, Kind.DELIVERY)

    def _looks(self, queue: TaskQueue, kind: Kind) -> "ThreadTasks":
        from services.tasks import ThreadTasks

        margin = self.settings.clock_margin_seconds
        return ThreadTasks(queue=queue, kind=kind, clock=self.clock, clock_margin_seconds=margin)

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
        return ThreadPool()

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
        tokens = AccountTokens(
            secrets=self.secrets,
            clock=self.clock,
            own_account=settings.account_id,
            own_token=settings.access_token,
        )
        flavour = Flavour()
        if settings.page_id:
            flavour = Flavour(
                name="messenger", page_id=settings.page_id, app_secret=settings.page_app_secret
            )
        return Instagram(settings.instagram_url, tokens, flavour=flavour)

    @functools.cached_property
    def messenger(self) -> Messenger:
        """Instagram's side of a conversation."""
        return self.instagram

    @functools.cached_property
    def _gemini(self) -> "GeminiModel | None":
        """Gemini, where a key or a location of Vertex AI is given."""
        settings, url = self.settings, self.settings.gemini_url
        if not (settings.vertex_location or settings.gemini_api_key):
            return None
        from services.adapters.gemini import GeminiModel, connect, connect_vertex

        if settings.vertex_location:
            return GeminiModel(connect_vertex(settings.project, settings.vertex_location, url))
        return GeminiModel(connect(settings.gemini_api_key, url))

    @functools.cached_property
    def model(self) -> Model | None:
        """The language model, where one is configured."""
        return self._gemini
