"""What is called by the clock."""

from deploy import functions, wanted
from deploy.gcloud import note, step
from deploy.request import Request


def ensure(request: Request) -> None:
    """Every job calls its private function with a token of the tasks' account."""
    step("Scheduler")
    project_number = functions.number(request)
    where = f"--location={request.region}"
    there = {
        item["name"].rpartition("/")[2]: item
        for item in request.gcloud.listed("scheduler", "jobs", "list", where)
    }
    for job in wanted.JOBS:
        url = functions.address(request, wanted.function(job.entry_point), project_number)
        if job.name in there and _same(request, there[job.name], job, url):
            note(f"= {job.name}")
            continue
        verb = "update" if job.name in there else "create"
        request.gcloud.change(
            "scheduler",
            "jobs",
            verb,
            "http",
            job.name,
            where,
            f"--schedule={job.schedule}",
            "--time-zone=Etc/UTC",
            f"--uri={url}",
            "--http-method=post",
            f"--oidc-service-account-email={request.account(wanted.TASKS_ACCOUNT)}",
            f"--oidc-token-audience={url}",
            f"--attempt-deadline={job.attempt_deadline_seconds}s",
        )


def _same(request: Request, known: dict[str, object], job: wanted.Job, url: str) -> bool:
    target = known.get("httpTarget")
    token = target.get("oidcToken", {}) if isinstance(target, dict) else {}
    return (
        known.get("schedule") == job.schedule
        and isinstance(target, dict)
        and target.get("uri") == url
        and token.get("serviceAccountEmail") == request.account(wanted.TASKS_ACCOUNT)
        and known.get("attemptDeadline") == f"{job.attempt_deadline_seconds}s"
    )
