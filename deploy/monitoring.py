"""Log-based metrics and alerts: whether it works, told to a person."""

import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy import wanted
from deploy.gcloud import note, step, warn
from deploy.request import Request, as_json
from devtools.stop import Stop

Json = dict[str, Any]

#: Our functions' own lines; `services/log.py` writes them.
OURS = 'resource.type="cloud_run_revision" AND resource.labels.service_name:"moca-"'

_MINUTE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A count of log lines."""

    name: str
    what: str
    filter: str


METRICS = (
    Metric(
        name="moca_webhooks",
        what="Signed events taken from Instagram",
        filter=f'{OURS} AND jsonPayload.action="webhook" AND jsonPayload.status=200 '
        "AND jsonPayload.key:*",
    ),
    Metric(
        name="moca_failures",
        what="Requests that failed, and exceptions",
        filter=f"{OURS} AND severity>=ERROR",
    ),
    Metric(
        name="moca_repairs",
        what="Threads that the sweep found late",
        filter=f'{OURS} AND jsonPayload.action="repaired"',
    ),
    Metric(
        name="moca_cost_cap",
        what="Turns left to humans because the day's money for the model is spent",
        filter=f'{OURS} AND jsonPayload.action="cost_cap_reached"',
    ),
    Metric(
        name="moca_account_stopped",
        what="Accounts that Instagram no longer lets us write for",
        filter=f'{OURS} AND jsonPayload.action="account_stopped"',
    ),
    Metric(
        name="moca_connection",
        what="Checks that found an account's connection to Instagram broken",
        filter=f'{OURS} AND jsonPayload.action="connection_unhealthy"',
    ),
    Metric(
        name="moca_token_not_renewed",
        what="Failed renewals of an access token",
        filter=f'{OURS} AND jsonPayload.action="token_not_renewed"',
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A condition that a person should know of, and the page that says what to do."""

    name: str
    means: str
    condition: Json


def alerts(quiet_hours: int) -> tuple[Alert, ...]:
    """Every alert; docs/operations.md has a section for each."""
    return (
        Alert(
            name="No webhook",
            means=f"Instagram has sent nothing for {quiet_hours} hours.",
            condition=_absent("moca_webhooks", quiet_hours),
        ),
        Alert(
            name="Failures",
            means="More than five requests failed within ten minutes.",
            condition=_more("moca_failures", than=5, minutes=10),
        ),
        Alert(
            name="Repairs",
            means="The sweep had to make up for lost work again and again.",
            condition=_more("moca_repairs", than=3, minutes=60),
        ),
        Alert(
            name="Cost",
            means="The model has cost what it may cost in a day; humans are asked instead.",
            condition=_more("moca_cost_cap", than=0, minutes=10),
        ),
        Alert(
            name="Account",
            means="Instagram no longer lets us write for an account; messages are still stored.",
            condition=_more("moca_account_stopped", than=0, minutes=10),
        ),
        Alert(
            name="Connection",
            means="An account's connection to Instagram does not pass its checks.",
            condition=_more("moca_connection", than=0, minutes=60),
        ),
        Alert(
            name="Token",
            means="The access token could not be renewed; it ends 60 days after its last renewal.",
            condition=_more("moca_token_not_renewed", than=0, minutes=10),
        ),
        Alert(
            name="Queue age",
            means="Tasks wait longer than a minute for their attempt.",
            condition=_late(seconds=60, minutes=10),
        ),
    )


def ensure(request: Request) -> None:
    """Metrics, the address that is told, and the alert policies."""
    step("Log-based metrics")
    with tempfile.TemporaryDirectory(prefix="moca-") as folder:
        _metrics(request, Path(folder))
        step("Alerts")
        _policies(request, Path(folder), _channel(request))


def _metrics(request: Request, folder: Path) -> None:
    there = {item["name"]: item for item in request.gcloud.listed("logging", "metrics", "list")}
    for metric in METRICS:
        known = there.get(metric.name)
        if known and known.get("filter") == metric.filter:
            note(f"= {metric.name}")
            continue
        body = {
            "name": metric.name,
            "description": metric.what,
            "filter": metric.filter,
            "metricDescriptor": {"metricKind": "DELTA", "valueType": "INT64", "unit": "1"},
        }
        file = folder / f"{metric.name}.json"
        file.write_text(as_json(body), encoding="utf-8")
        verb = "update" if known else "create"
        request.gcloud.change("logging", "metrics", verb, metric.name, f"--config-from-file={file}")


def _channel(request: Request) -> str:
    """The one notification channel that alerts use; empty when nobody is to be told.

    Another address changes it, so that whoever was told before is told no longer.
    """
    address, ours = request.alert_email, _ours(request)
    if not ours and not address:
        warn("nobody is told of alerts: give --alert-email you@example.com")
        return ""
    if not ours:
        return _new_channel(request, address)
    channel = next((c for c in ours if c["labels"]["email_address"] == address), ours[0])
    name = str(channel["name"])
    if address and channel["labels"]["email_address"] != address:
        label = f"--update-channel-labels=email_address={address}"
        request.gcloud.change("beta", "monitoring", "channels", "update", name, label)
    return name


def _ours(request: Request) -> list[Json]:
    listed = request.gcloud.listed("beta", "monitoring", "channels", "list", "--type=email")
    return [item for item in listed if wanted.STAMP in item.get("userLabels", {})]


def _new_channel(request: Request, address: str) -> str:
    request.gcloud.change(
        "beta",
        "monitoring",
        "channels",
        "create",
        "--display-name=Moca",
        "--type=email",
        f"--channel-labels=email_address={address}",
        f"--user-labels={wanted.STAMP}=alerts",
    )
    if request.gcloud.dry_run:
        return "CHANNEL"
    for channel in _ours(request):
        return str(channel["name"])
    raise Stop("The channel for alerts was made and is not listed yet: start me again in a minute.")


def _policies(request: Request, folder: Path, channel: str) -> None:
    there = {
        item["displayName"]: item
        for item in request.gcloud.listed("alpha", "monitoring", "policies", "list")
    }
    for alert in alerts(request.quiet_hours):
        body = _policy(alert, channel)
        stamp = hashlib.sha256(as_json(body).encode()).hexdigest()[:40]
        body["userLabels"] = {wanted.STAMP: stamp}
        known = there.get(body["displayName"])
        if known and known.get("userLabels", {}).get(wanted.STAMP) == stamp:
            note(f"= {body['displayName']}")
            continue
        file = folder / f"{stamp}.json"
        file.write_text(as_json(body), encoding="utf-8")
        which = ("update", str(known["name"])) if known else ("create",)
        request.gcloud.change(
            "alpha", "monitoring", "policies", *which, f"--policy-from-file={file}"
        )


def _policy(alert: Alert, channel: str) -> Json:
    return {
        "displayName": f"Moca: {alert.name}",
        "combiner": "OR",
        "conditions": [{"displayName": alert.name} | alert.condition],
        "documentation": {
            "content": f"{alert.means} What to do: docs/operations.md, “{alert.name}”.",
            "mimeType": "text/markdown",
        },
        "notificationChannels": [channel] if channel else [],
    }


def _user_metric(name: str) -> str:
    return (
        f'metric.type="logging.googleapis.com/user/{name}" AND resource.type="cloud_run_revision"'
    )


def _sums(minutes: int) -> list[Json]:
    return [
        {
            "alignmentPeriod": f"{minutes * _MINUTE}s",
            "perSeriesAligner": "ALIGN_SUM",
            "crossSeriesReducer": "REDUCE_SUM",
        }
    ]


def _more(name: str, *, than: int, minutes: int) -> Json:
    return {
        "conditionThreshold": {
            "filter": _user_metric(name),
            "aggregations": _sums(minutes),
            "comparison": "COMPARISON_GT",
            "thresholdValue": than,
            "duration": "0s",
            "trigger": {"count": 1},
        }
    }


def _absent(name: str, hours: int) -> Json:
    return {
        "conditionAbsent": {
            "filter": _user_metric(name),
            "aggregations": _sums(5),
            "duration": f"{hours * 60 * _MINUTE}s",
            "trigger": {"count": 1},
        }
    }


def _late(*, seconds: int, minutes: int) -> Json:
    """How long after its scheduled time an attempt starts (Cloud Tasks metrics, in ms)."""
    return {
        "conditionThreshold": {
            "filter": 'metric.type="cloudtasks.googleapis.com/queue/task_attempt_delays" AND '
            'resource.type="cloud_tasks_queue"',
            "aggregations": [
                {
                    "alignmentPeriod": f"{minutes * _MINUTE}s",
                    "perSeriesAligner": "ALIGN_PERCENTILE_95",
                    "crossSeriesReducer": "REDUCE_MAX",
                    "groupByFields": ["resource.label.queue_id"],
                }
            ],
            "comparison": "COMPARISON_GT",
            "thresholdValue": seconds * 1000,
            "duration": "0s",
            "trigger": {"count": 1},
        }
    }
