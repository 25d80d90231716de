"""The functions: their image's source, what they run on and what they are told."""

import hashlib
import json
import tempfile
from pathlib import Path
from typing import Any

from deploy import bundle, wanted
from deploy.gcloud import note, step
from deploy.request import Request, as_json
from devtools.stop import Stop

Json = dict[str, Any]


def number(request: Request) -> str:
    """The project's number, which is part of every Cloud Run address."""
    found = request.gcloud.read("projects", "describe", request.project)
    return str(found["projectNumber"]) if found else "PROJECT_NUMBER"


def address(request: Request, function: wanted.Function, project_number: str) -> str:
    """The function's address, known before it exists (Cloud Run documentation, Deterministic URL).

    Tasks go there, and their tokens' audience is the same text.
    """
    return f"https://{function.name}-{project_number}.{request.region}.run.app"


def variables(request: Request, function: wanted.Function, project_number: str) -> dict[str, str]:
    """What a function is told beside its secrets."""
    told = {
        "GOOGLE_CLOUD_PROJECT": request.project,
        "INSTAGRAM_PAGE_ID": request.account_id,
        "CLOUD_TASKS_LOCATION": request.region,
        "CLOUD_TASKS_QUEUE": wanted.TURNS,
        "DELIVERY_QUEUE": wanted.DELIVERIES,
        "PROCESS_MESSAGE_URL": address(request, wanted.function("process_thread"), project_number),
        "DELIVER_URL": address(request, wanted.function("deliver"), project_number),
        "TASKS_SERVICE_ACCOUNT": request.account(wanted.TASKS_ACCOUNT),
        "PUBLIC_BASE_URL": request.values.get("PUBLIC_BASE_URL")
        or address(request, wanted.function("privacy"), project_number),
        "THREADS": str(function.concurrency),
    }
    return told | {
        name: request.values[name] for name in function.variables if name in request.values
    }


def ensure(request: Request, versions: dict[str, str]) -> None:
    """Every function runs this source with these settings."""
    project_number = number(request)
    where = f"--regions={request.region}"
    there = {
        item["name"].rpartition("/")[2]: item
        for item in request.gcloud.listed("functions", "list", where, "--v2")
    }
    with tempfile.TemporaryDirectory(prefix="moca-") as folder:
        source = Path(folder, "source")
        bundle.copy(source, request.source)
        digest = bundle.digest(source)
        for function in request.functions:
            step(f"Function {function.name}: {function.purpose}")
            told = variables(request, function, project_number)
            words = _words(request, function, versions)
            stamp = _stamp(digest, told, words)
            known = there.get(function.name, {})
            if known.get("labels", {}).get(wanted.STAMP) == stamp and not request.force:
                _require_active(function, known)
                continue
            file = Path(folder, f"{function.name}.yaml")  # JSON is YAML too
            file.write_text(as_json(told), encoding="utf-8")
            note(f"  told: {json.dumps(told, ensure_ascii=False)}")
            request.gcloud.change(
                *words,
                f"--source={source}",
                f"--env-vars-file={file}",
                f"--update-labels={wanted.STAMP}={stamp}",
            )


def tell_addresses(request: Request) -> None:
    """Where the functions that the outside needs are."""
    step("Addresses")
    project_number = number(request)
    for function in wanted.FUNCTIONS:
        if function.public:
            note(f"{function.entry_point:12} {address(request, function, project_number)}")


def _require_active(function: wanted.Function, known: Json) -> None:
    state = known.get("state", "ACTIVE")
    if state != "ACTIVE":
        raise Stop(f"{function.name} is {state}: look at its build, then deploy with --force.")
    note("= as wanted")


def _words(
    request: Request, function: wanted.Function, versions: dict[str, str]
) -> tuple[str, ...]:
    mounted = [
        f"{variable}={request.secret(variable)}:{_version(variable, versions)}"
        for variable in request.secrets_of(function)
        if variable in versions
    ]
    return (
        "functions",
        "deploy",
        function.name,
        "--gen2",
        f"--region={request.region}",
        f"--runtime={wanted.RUNTIME}",
        f"--entry-point={function.entry_point}",
        "--trigger-http",
        "--allow-unauthenticated" if function.public else "--no-allow-unauthenticated",
        f"--ingress-settings={'all' if function.public else 'internal-only'}",
        f"--memory={function.memory}",
        f"--cpu={function.cpu}",
        f"--concurrency={function.concurrency}",
        "--min-instances=0",
        f"--max-instances={function.most_instances}",
        f"--timeout={function.timeout_seconds}s",
        f"--service-account={request.account(function.name)}",
        f"--build-service-account=projects/{request.project}/serviceAccounts/"
        + request.account(wanted.BUILD_ACCOUNT),
        *([f"--set-secrets={','.join(mounted)}"] if mounted else ["--clear-secrets"]),
    )


def _version(variable: str, versions: dict[str, str]) -> str:
    """A fixed version, so that a revision always means the same; but the newest of what renews
    itself, for an instance could not start with a version that was disabled since.
    """
    return "latest" if wanted.secret(variable).named else versions[variable]


def _stamp(digest: str, told: dict[str, str], words: tuple[str, ...]) -> str:
    """A label's worth of everything that makes this deployment what it is."""
    text = as_json([digest, told, list(words)])
    return hashlib.sha256(text.encode()).hexdigest()[:40]
