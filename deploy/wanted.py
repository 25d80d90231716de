"""What a deployment consists of: the one description that every step, page and test reads."""

import json
from collections.abc import Container
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent

#: Before every name of ours, so that a project can hold other things too.
PREFIX = "moca-"
#: The label that tells how a resource was made; equal label, nothing to do.
STAMP = "moca-config"
RUNTIME = "python313"
DATABASE = "(default)"

APIS = (
    "artifactregistry.googleapis.com",
    "billingbudgets.googleapis.com",
    "cloudbilling.googleapis.com",
    "cloudbuild.googleapis.com",
    "cloudfunctions.googleapis.com",
    "cloudresourcemanager.googleapis.com",
    "cloudscheduler.googleapis.com",
    "cloudtasks.googleapis.com",
    "firebaserules.googleapis.com",
    "firestore.googleapis.com",
    "iam.googleapis.com",
    "logging.googleapis.com",
    "monitoring.googleapis.com",
    "run.googleapis.com",
    "secretmanager.googleapis.com",
)

#: The queues' numbers stand once, where the local queue reads them too.
QUEUES_FILE = ROOT / "emulators" / "gateway" / "queues.json"
TURNS, DELIVERIES = "dm-processing", "dm-delivery"


def queues() -> list[dict[str, Any]]:
    """Both queues with their rate limits and retry settings."""
    declared: list[dict[str, Any]] = json.loads(QUEUES_FILE.read_text(encoding="utf-8"))["queues"]
    return declared


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A value that is stored in Secret Manager and nowhere else."""

    variable: str
    asks: str
    #: A function that needs it does not start without it.
    required: bool = True
    #: Nobody else has to know it, so that we may make it up.
    inventable: bool = False
    #: The functions renew it themselves, under the name by which they read it.
    named: str = ""

    def name(self, account_id: str) -> str:
        """Its name in Secret Manager."""
        own = PREFIX + self.variable.lower().replace("_", "-")
        return self.named.format(account_id=account_id) if self.named else own


#: Before the names of the secrets that hold the accounts' tokens.
TOKEN_PREFIX = "instagram-token-"  # noqa: S105 (a name, no token)
#: A role of our own: there is no ready-made one that only makes secrets.
SECRET_MAKER = "mocaSecretMaker"  # noqa: S105 (a role's name)
MAKES_SECRETS = ("secretmanager.secrets.create",)

SECRETS = (
    Secret(
        variable="INSTAGRAM_ACCESS_TOKEN",
        asks="the account's long-lived token (Meta dashboard, Generate token)",
        named=TOKEN_PREFIX + "{account_id}",
    ),
    Secret(
        variable="INSTAGRAM_APP_SECRET",
        asks="the Instagram app secret (API setup with Instagram login)",
    ),
    Secret(
        variable="META_APP_SECRET",
        asks="the Meta app secret (Settings, Basic)",
        required=False,
    ),
    Secret(
        variable="INSTAGRAM_VERIFY_TOKEN",
        asks="the word for Meta's webhook form",
        inventable=True,
    ),
    Secret(
        variable="GEMINI_API_KEY",
        asks="the key of the Gemini API; without one the rules answer",
        required=False,
    ),
    Secret(
        variable="WHATSAPP_ACCESS_TOKEN",
        asks="the WhatsApp token, to alert the manager",
        required=False,
    ),
    Secret(
        variable="SPOND_PASSWORD",
        asks="the Spond user's password, for the club's calendar",
        required=False,
    ),
    Secret(
        variable="INTERNAL_SERVICE_TOKEN",
        asks="the service token of the internal API",
        inventable=True,
    ),
    Secret(variable="ADMIN_TOKEN", asks="the word that opens the back office", inventable=True),
    Secret(
        variable="SESSION_SECRET",
        asks="what signs the back office's cookies",
        inventable=True,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """One deployed function: what it runs on and what it may touch."""

    entry_point: str
    purpose: str
    #: Whether anyone on the internet may call it; it then guards itself.
    public: bool = False
    memory: str = "512Mi"
    cpu: str = "1"
    #: Requests at a time in one instance; `THREADS` is set to the same number.
    concurrency: int
    most_instances: int
    timeout_seconds: int
    secrets: tuple[str, ...] = ()
    #: Variables that are no secrets, beside those that every function gets.
    variables: tuple[str, ...] = ()
    #: Queues in which it may create tasks.
    enqueues: tuple[str, ...] = ()
    #: Secrets to which it may add versions, and take old ones out of use.
    renews: tuple[str, ...] = ()
    #: Whether it connects further accounts, and so makes the secrets of their tokens.
    connects: bool = False

    @property
    def name(self) -> str:
        """Its name, its Cloud Run service's, and its account's."""
        return PREFIX + self.entry_point.replace("_", "-")

    def secrets_beside(self, filled_in: Container[str]) -> tuple[str, ...]:
        """The secrets that it reads where these variables are filled in.

        Where a Facebook page speaks for the account, Meta wants each call proven with the Meta
        app's secret; else whoever only sends does not get it, for it could sign webhooks.
        """
        page = "FACEBOOK_PAGE_ID"
        proven = page in self.variables and page in filled_in
        return (*self.secrets, *(PROOF if proven else ()))


_WHATSAPP = (
    "WHATSAPP_PHONE_NUMBER_ID",
    "MANAGER_WHATSAPP_NUMBER",
    "WHATSAPP_TEMPLATE",
    "WHATSAPP_TEMPLATE_LANGUAGE",
    "WHATSAPP_API_BASE_URL",
)
_GRAPH = ("INSTAGRAM_API_BASE_URL", "FACEBOOK_PAGE_ID")
PROOF = ("META_APP_SECRET",)
_SIGNED = ("INSTAGRAM_APP_SECRET", "META_APP_SECRET")
#: What the agent asks: whoever runs it, or shows what it would say, needs both.
_AGENT = ("VERTEX_AI_LOCATION", "SPOND_USERNAME", "SPOND_GROUP_ID", "SPOND_API_BASE_URL")
_AGENT_SECRETS = ("GEMINI_API_KEY", "SPOND_PASSWORD")

FUNCTIONS = (
    Function(
        entry_point="webhook",
        purpose="takes Meta's events; checks their signature",
        public=True,
        concurrency=40,
        most_instances=10,
        timeout_seconds=30,
        secrets=("INSTAGRAM_VERIFY_TOKEN", *_SIGNED),
        variables=("WHATSAPP_PHONE_NUMBER_ID", "MANAGER_WHATSAPP_NUMBER"),
        enqueues=(TURNS, DELIVERIES),
    ),
    Function(
        entry_point="process_thread",
        purpose="runs turns; called by the queue",
        concurrency=16,
        most_instances=5,
        timeout_seconds=170,
        secrets=("INSTAGRAM_ACCESS_TOKEN", *_AGENT_SECRETS),
        variables=(*_GRAPH, *_AGENT),
        enqueues=(TURNS, DELIVERIES),
    ),
    Function(
        entry_point="deliver",
        purpose="sends replies; called by the queue",
        concurrency=10,
        most_instances=4,
        timeout_seconds=170,
        secrets=("INSTAGRAM_ACCESS_TOKEN", "WHATSAPP_ACCESS_TOKEN"),
        variables=(*_GRAPH, *_WHATSAPP),
        enqueues=(TURNS, DELIVERIES),
    ),
    Function(
        entry_point="sweep",
        purpose="repairs and renews; called by the scheduler",
        concurrency=1,
        most_instances=1,
        timeout_seconds=170,
        secrets=("INSTAGRAM_ACCESS_TOKEN", "WHATSAPP_ACCESS_TOKEN"),
        variables=(*_GRAPH, *_WHATSAPP),
        enqueues=(TURNS, DELIVERIES),
        renews=("INSTAGRAM_ACCESS_TOKEN",),
    ),
    Function(
        entry_point="internal_api",
        purpose="sends on behalf of the business's other services; asks for the service token",
        public=True,
        concurrency=20,
        most_instances=3,
        timeout_seconds=60,
        secrets=("INTERNAL_SERVICE_TOKEN",),
        enqueues=(TURNS, DELIVERIES),
    ),
    Function(
        entry_point="privacy",
        purpose="takes Meta's deletion requests and links people; checks signatures and tokens",
        public=True,
        concurrency=10,
        most_instances=2,
        timeout_seconds=120,
        secrets=_SIGNED,
        enqueues=(DELIVERIES,),
    ),
    Function(
        entry_point="back_office",
        purpose="is where the team works; asks to sign in",
        public=True,
        concurrency=40,
        most_instances=2,
        timeout_seconds=900,
        secrets=("ADMIN_TOKEN", "SESSION_SECRET", "INSTAGRAM_ACCESS_TOKEN", *_AGENT_SECRETS),
        variables=(*_GRAPH, *_AGENT, "IAP_AUDIENCE", "IAP_KEYS_URL"),
        enqueues=(TURNS, DELIVERIES),
        renews=("INSTAGRAM_ACCESS_TOKEN",),
        connects=True,
    ),
)

#: What only some functions are told; everything else is told to all.
LIMITED = frozenset(name for each in FUNCTIONS for name in (*each.secrets, *each.variables, *PROOF))

#: The account whose tokens tasks and scheduled calls carry, and the one that builds images.
TASKS_ACCOUNT, BUILD_ACCOUNT = PREFIX + "tasks", PREFIX + "build"
BUILD_ROLES = (
    "roles/artifactregistry.writer",
    "roles/logging.logWriter",
    "roles/storage.objectViewer",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A scheduled call of a private function."""

    name: str
    entry_point: str
    #: Cron, in UTC.
    schedule: str
    attempt_deadline_seconds: int = 180


JOBS = (Job(name=PREFIX + "sweep", entry_point="sweep", schedule="*/5 * * * *"),)


def secret(variable: str) -> Secret:
    """The secret behind a variable."""
    return next(each for each in SECRETS if each.variable == variable)


def function(entry_point: str) -> Function:
    """The function of an entry point."""
    return next(each for each in FUNCTIONS if each.entry_point == entry_point)
