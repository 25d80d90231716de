"""The two queues, with the numbers of the queue file."""

from typing import Any

from deploy import wanted
from deploy.gcloud import note, step
from deploy.request import Request

#: Cloud Tasks' field → gcloud's flag. The burst size is the service's own to choose.
_RATES = {
    "maxDispatchesPerSecond": "--max-dispatches-per-second",
    "maxConcurrentDispatches": "--max-concurrent-dispatches",
}
_RETRIES = {
    "maxAttempts": "--max-attempts",
    "maxRetryDuration": "--max-retry-duration",
    "minBackoff": "--min-backoff",
    "maxBackoff": "--max-backoff",
    "maxDoublings": "--max-doublings",
}


def ensure(request: Request) -> None:
    """Both queues exist with their rate limits and retry settings."""
    step("Queues")
    where = f"--location={request.region}"
    there = {
        item["name"].rpartition("/")[2]: item
        for item in request.gcloud.listed("tasks", "queues", "list", where)
    }
    for queue in wanted.queues():
        name = queue["name"]
        if name not in there:
            request.gcloud.change("tasks", "queues", "create", name, where, *_flags(queue))
        elif _flags(there[name]) != _flags(queue):
            request.gcloud.change("tasks", "queues", "update", name, where, *_flags(queue))
        else:
            note(f"= {name}")


def _flags(queue: dict[str, Any]) -> list[str]:
    rates, retries = queue.get("rateLimits", {}), queue.get("retryConfig", {})
    return [
        f"{flag}={_plain(rates[field])}" for field, flag in _RATES.items() if field in rates
    ] + [f"{flag}={_plain(retries[field])}" for field, flag in _RETRIES.items() if field in retries]


def _plain(value: object) -> str:
    """A number or a duration as gcloud shows it: `50` for 50.0, `1s` for 1.000s."""
    text = str(value)
    unit = "s" if text.endswith("s") else ""
    return f"{float(text.removesuffix('s')):g}{unit}"
