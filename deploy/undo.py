"""Takes everything of ours away again, and says what stays."""

from typing import Any

from deploy import budget, wanted
from deploy.gcloud import note, step, warn
from deploy.request import Request

_DATABASE = f"--database={wanted.DATABASE}"


def undo(request: Request, *, delete_database: bool) -> None:
    """Delete what `./dev deploy` made: by our names and labels, in the reverse order."""
    gcloud, where = request.gcloud, f"--location={request.region}"
    step("Alerts and metrics")
    for policy in _labelled(gcloud.listed("alpha", "monitoring", "policies", "list")):
        gcloud.change("alpha", "monitoring", "policies", "delete", policy)
    channels = gcloud.listed("beta", "monitoring", "channels", "list", "--type=email")
    for channel in _labelled(channels):
        gcloud.change("beta", "monitoring", "channels", "delete", channel)
    for metric in gcloud.listed("logging", "metrics", "list"):
        if metric["name"].startswith("moca_"):
            gcloud.change("logging", "metrics", "delete", metric["name"])
    step("Scheduler, functions and queues")
    for job in _named(gcloud.listed("scheduler", "jobs", "list", where)):
        gcloud.change("scheduler", "jobs", "delete", job, where)
    region = f"--region={request.region}"
    for function in _named(
        gcloud.listed("functions", "list", f"--regions={request.region}", "--v2")
    ):
        gcloud.change("functions", "delete", function, region)
    names = {queue["name"] for queue in wanted.queues()}
    for queue in gcloud.listed("tasks", "queues", "list", where):
        if (name := queue["name"].rpartition("/")[2]) in names:
            gcloud.change("tasks", "queues", "delete", name, where)
    step("Secrets, roles and accounts")
    for secret in _named(gcloud.listed("secrets", "list"), wanted.PREFIX, wanted.TOKEN_PREFIX):
        gcloud.change("secrets", "delete", secret)
    _accounts(request)
    _database(request, delete=delete_database)
    _budget(request)
    note("Left as they are: the enabled APIs, and what Cloud Functions keeps of its builds")
    note("(bucket gcf-v2-sources-…, repository gcf-artifacts); docs/deploy.md says how to go on.")


def _budget(request: Request) -> None:
    step("Budget")
    seen = budget.look(request)
    if seen is None:
        warn("a budget of ours may stand there still; whoever may see that account deletes it")
        return
    _, there = seen
    if there is not None:
        request.gcloud.change("billing", "budgets", "delete", str(there["name"]))


def _accounts(request: Request) -> None:
    ours = [
        account["email"]
        for account in request.gcloud.listed("iam", "service-accounts", "list")
        if account["email"].startswith(wanted.PREFIX)
    ]
    policy = request.gcloud.read("projects", "get-iam-policy", request.project) or {}
    for binding in policy.get("bindings", ()):
        for email in ours:
            if f"serviceAccount:{email}" in binding["members"]:
                request.gcloud.change(
                    "projects",
                    "remove-iam-policy-binding",
                    request.project,
                    f"--member=serviceAccount:{email}",
                    f"--role={binding['role']}",
                    _condition(binding),
                )
    for role in request.gcloud.listed("iam", "roles", "list"):
        if role["name"].endswith(f"/{wanted.SECRET_MAKER}"):
            request.gcloud.change("iam", "roles", "delete", wanted.SECRET_MAKER)
    for email in ours:
        request.gcloud.change("iam", "service-accounts", "delete", email)


def _condition(binding: dict[str, Any]) -> str:
    """How gcloud is told which binding of a role is meant."""
    condition = binding.get("condition")
    if not condition:
        return "--condition=None"
    return f"--condition=expression={condition['expression']},title={condition['title']}"


def _database(request: Request, *, delete: bool) -> None:
    step("Firestore")
    there = [
        database
        for database in request.gcloud.listed("firestore", "databases", "list")
        if database["name"].endswith(f"/{wanted.DATABASE}")
    ]
    if not there:
        return
    if not delete:
        warn("the database stays, with every conversation; --delete-database deletes it for good")
        return
    if there[0].get("deleteProtectionState") == "DELETE_PROTECTION_ENABLED":
        request.gcloud.change(
            "firestore", "databases", "update", _DATABASE, "--no-delete-protection"
        )
    request.gcloud.change("firestore", "databases", "delete", _DATABASE)


def _labelled(items: list[dict[str, object]]) -> list[str]:
    return [str(item["name"]) for item in items if wanted.STAMP in str(item.get("userLabels", ""))]


def _named(items: list[dict[str, object]], *prefixes: str) -> list[str]:
    names = [str(item["name"]).rpartition("/")[2] for item in items]
    return [name for name in names if name.startswith(prefixes or (wanted.PREFIX,))]
