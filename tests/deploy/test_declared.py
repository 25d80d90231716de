"""The declaration fits the code that it deploys, and the local run."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

import main
from deploy import accounts, firestore, rules, wanted
from deploy.check_bundle import complete_environment
from deploy.gcloud import Gcloud
from deploy.request import Request
from deploy.rest import Rest
from devtools import ports, tables
from emulators.gateway import deployed
from emulators.gateway.scheduler import EVERY
from services import bootstrap
from services.adapters.cloud_tasks import DISPATCH_SECONDS
from services.settings import from_environment
from tests.world import World

ENTRY_POINTS = [function.entry_point for function in wanted.FUNCTIONS]


def test_every_entry_point_is_deployed() -> None:
    """Nothing is written and forgotten."""
    assert set(ENTRY_POINTS) == set(main.ENTRY_POINTS)


@pytest.mark.parametrize("entry_point", ENTRY_POINTS)
def test_a_function_starts_with_what_it_is_told(entry_point: str) -> None:
    """Its variables and secrets are complete: the settings take them."""
    function = wanted.function(entry_point)
    settings = from_environment(complete_environment(function), entry_point)
    assert settings.clock_margin_seconds > 0
    assert settings.tasks_service_account.startswith("moca-tasks@")


@pytest.mark.parametrize("entry_point", ENTRY_POINTS)
def test_threads_equal_concurrency(entry_point: str) -> None:
    """Fewer threads than requests would make admitted requests wait inside."""
    function = wanted.function(entry_point)
    assert complete_environment(function)["THREADS"] == str(function.concurrency)
    assert function.concurrency == 1 or float(function.cpu) >= 1


@pytest.mark.parametrize(("page", "expected"), [({}, False), ({"FACEBOOK_PAGE_ID": "1"}, True)])
def test_who_only_sends_gets_the_meta_secret_for_a_page_alone(
    page: dict[str, str], expected: bool
) -> None:
    """With Instagram login nothing is proven with it, and it could sign webhooks."""
    gcloud = Gcloud("club", dry_run=True)
    request = Request(gcloud=gcloud, rest=Rest(gcloud), region="r1", values=page)
    secrets = request.secrets_of(wanted.function("deliver"))
    assert ("META_APP_SECRET" in secrets) is expected


def test_a_local_function_is_told_no_more_than_its_deployment_tells_it(world: World) -> None:
    """So that a test sees a function which was forgotten in the declaration."""
    told = {name: deployed.told(world.stack.environment, name) for name in ENTRY_POINTS}
    who_knows = {
        variable: {name for name in ENTRY_POINTS if variable in told[name]}
        for variable in ("GEMINI_API_KEY", "META_APP_SECRET", "ADMIN_TOKEN", "DELIVER_URL")
    }
    assert who_knows == {
        "GEMINI_API_KEY": {"process_thread", "back_office"},
        "META_APP_SECRET": {"webhook", "privacy"},
        "ADMIN_TOKEN": {"back_office"},
        "DELIVER_URL": set(ENTRY_POINTS),
    }
    assert bootstrap.services("deliver").settings.gemini_api_key == ""


def test_who_asks_gemini_through_vertex_ai_may_do_so() -> None:
    """The turns, and the office: it suggests, describes and looks for the meaning of entries."""
    gcloud = Gcloud("club", dry_run=True)
    values = {"INSTAGRAM_PAGE_ID": "1", "VERTEX_AI_LOCATION": "europe-west1"}
    request = Request(gcloud=gcloud, rest=Rest(gcloud), region="r1", values=values)
    given = accounts.grants(request, "1")
    asking = {grant.account for grant in given if grant.role == "roles/aiplatform.user"}
    assert asking == {"moca-process-thread", "moca-back-office"}


def test_the_example_names_whoever_needs_a_variable() -> None:
    """Where only some functions are told it, they are those of the declaration."""
    text = tables._EXAMPLE.read_text(encoding="utf-8").replace("\n# ", " ")
    named = re.findall(r"Needed by: ([^.]*)\..*\n([A-Z_]+)=", text)
    for functions, variable in named:
        if variable in wanted.LIMITED:
            declared = [f for f in wanted.FUNCTIONS if variable in (*f.secrets, *f.variables)]
            assert functions.split(", ") == [f.entry_point for f in declared], variable


def test_everything_that_is_told_is_explained() -> None:
    """Each variable has its line in .env.example, but for the platform's own THREADS."""
    explained = dict(tables.example())
    for function in wanted.FUNCTIONS:
        told = {*complete_environment(function), *function.secrets, *function.variables}
        assert told - {"THREADS"} <= set(explained), function.entry_point


def test_what_is_private_is_private_in_the_local_run_too() -> None:
    """The local front admits the queue alone to the same functions."""
    private = {function.entry_point for function in wanted.FUNCTIONS if not function.public}
    assert private == set(deployed.PRIVATE)


@pytest.mark.parametrize(
    ("queue", "entry_point"), [(wanted.TURNS, "process_thread"), (wanted.DELIVERIES, "deliver")]
)
def test_a_queue_never_calls_more_than_its_function_takes(queue: str, entry_point: str) -> None:
    """What it dispatches at a time fits into the instances; a call ends before it is repeated."""
    declared = {each["name"]: each for each in wanted.queues()}[queue]
    function = wanted.function(entry_point)
    most = function.concurrency * function.most_instances
    assert declared["rateLimits"]["maxConcurrentDispatches"] <= most
    assert function.timeout_seconds < DISPATCH_SECONDS


def test_the_sweep_comes_as_often_as_in_the_local_run() -> None:
    """A claim lives shorter than this; both schedules are the same."""
    (sweep,) = [job for job in wanted.JOBS if job.entry_point == "sweep"]
    assert sweep.schedule == f"*/{EVERY // timedelta(minutes=1)} * * * *"
    assert wanted.function("sweep").timeout_seconds < sweep.attempt_deadline_seconds


def test_the_rules_deny_every_client() -> None:
    """One match for every path, no read, no write, and nothing else that could allow."""
    text = rules.RULES_FILE.read_text(encoding="utf-8")
    code = " ".join(line.partition("//")[0] for line in text.splitlines())
    assert "match /{document=**} { allow read, write: if false; }" in " ".join(code.split())
    assert code.count("allow") == 1


def test_firebase_json_serves_what_is_deployed_on_our_port() -> None:
    """`firebase emulators:start --only firestore` takes the same rules, indexes and port."""
    told = json.loads((wanted.ROOT / "firebase.json").read_text(encoding="utf-8"))
    assert Path(told["firestore"]["rules"]).name == rules.RULES_FILE.name
    assert Path(told["firestore"]["indexes"]).name == firestore.INDEXES_FILE.name
    assert told["emulators"]["firestore"]["port"] == ports.DEFAULT + 1


def test_every_index_speaks_of_fields_that_the_code_writes() -> None:
    """A misspelt field would cost money and serve nothing."""
    declared = json.loads(firestore.INDEXES_FILE.read_text(encoding="utf-8"))
    code = "\n".join(
        path.read_text(encoding="utf-8") for path in (wanted.ROOT / "services").rglob("*.py")
    )
    paths = {field["fieldPath"] for index in declared["indexes"] for field in index["fields"]}
    paths |= {override["fieldPath"] for override in declared["fieldOverrides"]}
    unknown = [path for path in sorted(paths - {"__name__"}) if path not in code]
    assert not unknown


def test_what_expires_is_deleted_by_firestore() -> None:
    """Every TTL policy names the one field that our documents carry for it."""
    declared = json.loads(firestore.INDEXES_FILE.read_text(encoding="utf-8"))["fieldOverrides"]
    assert {each["fieldPath"] for each in declared if each.get("ttl")} <= {"expire_at"}
