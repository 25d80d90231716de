"""The whole of Moca on this machine: every emulator and every function, in one process."""

import functools
from datetime import timedelta
from pathlib import Path

from google.cloud.firestore_v1 import Client

from emulators.clock import SimClock
from emulators.cloud_tasks.dispatcher import Dispatcher
from emulators.cloud_tasks.engine import TasksEngine
from emulators.cloud_tasks.server import TasksServer
from emulators.gateway import credentials, deployed, keeping, operation
from emulators.gateway.cloud_run import InvokerOnly
from emulators.gateway.control import control_app
from emulators.gateway.phone import phone_app
from emulators.gateway.routes import OwnPagesOnly, Routes
from emulators.gateway.scheduler import EVERY, Scheduler
from emulators.gateway.store import NamedStore, OwnStore, Store
from emulators.gateway.views import Watched
from emulators.gemini.simulator import GeminiSim
from emulators.http import HttpServer
from emulators.instagram.simulator import InstagramSim
from emulators.loop import LoopThread
from emulators.secret_manager.engine import SecretsEngine
from services import bootstrap
from services.ports import Clock

_SOON = timedelta(seconds=40)  # the sweep leaves alone what is younger than half a minute
_HERE = Path(__file__).resolve().parent


class LocalStack:
    """Ports `port` to `port + 4`, or free ones for 0, from construction to `stop`.

    With a running clock everything happens by itself once started. With a frozen one nothing
    does: `instagram.webhooks.pump()`, `dispatcher.run_due()` and `scheduler.run()` make it happen.
    """

    def __init__(
        self,
        clock: SimClock,
        port: int = 0,
        folder: Path | None = None,
        *,
        firestore_host: str = "",
        gemini_key: str = "",
    ) -> None:
        self.clock = clock
        self.seeded = False
        self._ports = [port + offset if port else 0 for offset in range(5)]
        self._gemini_key, self._folder = gemini_key, folder
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        self.loop = LoopThread()
        self.firestore: Store = (
            NamedStore(firestore_host, clock, self.loop)
            if firestore_host
            else OwnStore(clock, self.loop, self._ports[1], folder)
        )
        self.secrets = SecretsEngine(clock.now, folder / "secrets.json" if folder else None)
        self.tasks = TasksEngine(clock.now)
        self.tasks.queue_from_file(_HERE / "queues.json")
        self.dispatcher = Dispatcher(self.tasks, clock)
        self._routes = Routes()
        self._gateway = HttpServer(self._routes, self._ports[0])
        self.url = self._gateway.url
        self._compose()

    def _compose(self) -> None:
        self._tasks_server = TasksServer(self.tasks, self.secrets, self.loop, self._ports[2])
        self.instagram = InstagramSim(self.clock, f"{self.url}/webhook")
        if self._folder is not None:
            keeping.load(self.instagram.core, self._folder)
            kept = self.secrets.under(f"projects/{credentials.PROJECT}")
            keeping.recognise(self.instagram.core, kept)
        self.gemini = GeminiSim(self.clock)
        self._instagram_server = HttpServer(OwnPagesOnly(self.instagram.app), self._ports[3])
        self._gemini_server = HttpServer(OwnPagesOnly(self.gemini.app), self._ports[4])
        self.scheduler = Scheduler(
            self.clock,
            self.dispatcher.tokens,
            f"{self.url}/sweep",
            credentials.TASKS_SERVICE_ACCOUNT,
            self.firestore.sweep,
        )

    @property
    def real_model(self) -> bool:
        """Whether Google's model answers instead of the simulated one."""
        return bool(self._gemini_key)

    @property
    def tasks_address(self) -> str:
        """Host and port of Cloud Tasks and Secret Manager."""
        return self._tasks_server.address

    @property
    def instagram_url(self) -> str:
        """Base of the Graph API, WhatsApp, Spond and their control API."""
        return self._instagram_server.url

    @property
    def gemini_url(self) -> str:
        """Base of the simulated model."""
        return self._gemini_server.url

    @property
    def environment(self) -> dict[str, str]:
        """What a deployment's environment would hold for the functions, once started."""
        gemini = {"GEMINI_API_KEY": "local-gemini-key", "GOOGLE_GEMINI_BASE_URL": self.gemini_url}
        return credentials.FIXED | {
            "FIRESTORE_EMULATOR_HOST": self.firestore.entrance,
            "CLOUD_TASKS_EMULATOR_HOST": self.tasks_address,
            "SECRET_MANAGER_EMULATOR_HOST": self.tasks_address,
            "INSTAGRAM_API_BASE_URL": f"{self.instagram_url}/v26.0",
            "WHATSAPP_API_BASE_URL": f"{self.instagram_url}/v26.0",
            "SPOND_API_BASE_URL": self.instagram_url,
            "PROCESS_MESSAGE_URL": f"{self.url}/process_thread",
            "DELIVER_URL": f"{self.url}/deliver",
            "PUBLIC_BASE_URL": self.url,
            **({"GEMINI_API_KEY": self._gemini_key} if self._gemini_key else gemini),
        }

    def configure(self, clock: Clock | None = None, /, **changed: str) -> None:
        """Build every function anew, each from no more than its deployment would tell it.

        `clock` and the `changed` variables hold until this is called again.
        """
        environment = functools.partial(deployed.told, self.environment | changed)
        bootstrap.configure(environment, clock=clock or self.clock)

    def store_client(self, caller: str) -> Client:
        """A Firestore client for whoever looks on, counted under `caller`."""
        return self.firestore.client(caller)

    def start(self) -> "LocalStack":
        """Serve; with a running clock also deliver, dispatch and sweep."""
        self.firestore.start()
        self._tasks_server.start()
        self._instagram_server.start()
        self._gemini_server.start()
        self.configure()
        self._mount()
        self._gateway.start()
        if not self.clock.frozen:
            self._live()
        return self

    def reset(self) -> None:
        """Forget everything that happened, everywhere, and every move of the clock."""
        self.clock.reset()  # first: what is made anew is stamped with the time of the beginning
        self.instagram.reset()
        self.gemini.reset()
        self.secrets.reset()
        self.reset_google()

    def reset_google(self) -> None:
        """Forget what Firestore and the queues hold, and leave the clock where it is.

        A live run has its quick settings again.
        """
        self.tasks.reset()
        self.firestore.reset()
        for name in deployed.KEEPING_SETTINGS:
            bootstrap.services(name).live_settings.forget()
        if not self.clock.frozen:
            operation.seed(self.store_client("local"))

    def stop(self) -> None:
        """End every thread and free every port."""
        self.instagram.webhooks.stop()
        if self._folder is not None:
            keeping.save(self.instagram.core, self._folder)
        self.scheduler.stop()
        self.dispatcher.stop()
        for server in (self._gateway, self._instagram_server, self._gemini_server):
            server.stop()
        self._tasks_server.stop()
        self.firestore.stop()
        self.loop.stop()

    def _mount(self) -> None:
        tokens, invoker = self.dispatcher.tokens, credentials.TASKS_SERVICE_ACCOUNT
        for name in deployed.ENTRY_POINTS:
            app = deployed.load(name)
            if name in deployed.PRIVATE:
                app = InvokerOnly(app, tokens, f"{self.url}/{name}", invoker)
            self._routes.mount(name, app)
            if name == "privacy":  # its links stand directly below the public address
                self._routes.alias("verify", app)
                self._routes.alias("deletion", app)
        control = control_app(self.clock, self.firestore, self.tasks, self.reset_google)
        self._routes.mount("_sim", OwnPagesOnly(control))
        self._routes.mount("", OwnPagesOnly(phone_app(self._watched())))

    def _watched(self) -> Watched:
        return Watched(
            clock=self.clock,
            instagram=self.instagram,
            instagram_url=self.instagram_url,
            firestore=self.firestore,
            tasks=self.tasks,
            store_client=self.store_client,
        )

    def _live(self) -> None:
        self.seeded = operation.seed(self.store_client("local"))
        self.dispatcher.start()
        self.instagram.webhooks.start()
        # Tasks are not kept, so what waited when the last run ended is soon looked for.
        self.scheduler.start(_SOON if self._folder is not None else EVERY)
