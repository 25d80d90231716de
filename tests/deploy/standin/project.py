"""The project that the stand-in keeps: what each command does to it, and answers."""

import json
import os
from collections.abc import Callable

from tests.deploy.standin import firestore, roles
from tests.deploy.standin.command_line import Call, Refusal
from tests.deploy.standin.words import Answer, State

EMPTY: State = {
    "number": "123456789012",
    "apis": [],
    "databases": {},
    "indexes": [],
    "fields": {},
    "schedules": [],
    "queues": {},
    "accounts": {},
    "policies": {},
    "roles": {},
    "secrets": {},
    "functions": {},
    "jobs": {},
    "metrics": {},
    "alerts": {},
    "channels": {},
    "budgets": {},
}

#: First words of a command → the API that must be enabled for it.
_NEEDS_API = {
    "firestore": "firestore.googleapis.com",
    "functions": "cloudfunctions.googleapis.com",
    "iam": "iam.googleapis.com",
    "run": "run.googleapis.com",
    "scheduler": "cloudscheduler.googleapis.com",
    "secrets": "secretmanager.googleapis.com",
    "tasks": "cloudtasks.googleapis.com",
    "billing budgets": "billingbudgets.googleapis.com",
}


def carry_out(call: Call, state: State, stdin: str) -> Answer:
    """The answer, as `--format=json` would print it; `state` is changed in place."""
    if state.get("signed_out"):
        raise Refusal("ERROR: You do not currently have an active account selected.")
    if call.command in state.get("refused", ()):
        raise Refusal("PERMISSION_DENIED: The caller does not have permission")
    for words, api in _NEEDS_API.items():
        if call.command.startswith(words) and api not in state["apis"]:
            raise Refusal(f"SERVICE_DISABLED: {api} has not been used in project before.")
    if call.command.endswith(("iam-policy-binding", "get-iam-policy")):
        return _policy(call, state)
    handler = _HANDLERS.get(call.command)
    if handler is None:
        raise Refusal(f"the stand-in knows no `{call.command}`")
    return handler(call, state, stdin)


def _policy(call: Call, state: State) -> Answer:
    kind = call.command.rpartition(" ")[0]
    exists = {
        "iam service-accounts": "accounts",
        "run services": "functions",
        "secrets": "secrets",
        "tasks queues": "queues",
    }
    if kind in exists and call.words[0] not in state[exists[kind]]:
        raise Refusal(f"NOT_FOUND: {call.words[0]}")
    name = f"{kind} {call.words[0]}"
    if call.command.endswith("get-iam-policy"):
        policy = state["policies"].get(name, {})
        return {"bindings": [roles.binding(r, m) for r, m in policy.items() if m]}
    call.needs("--member", "--role")
    member, role = call.one("--member"), call.one("--role")
    if role.startswith("projects/") and role not in state["roles"]:
        raise Refusal(f"INVALID_ARGUMENT: Role {role} does not exist in the resource's hierarchy.")
    if call.one("--condition", "None") != "None":
        role = f"{role} if {call.one('--condition')}"
    policy = state["policies"].setdefault(name, {})
    members = policy.setdefault(role, [])
    if "remove" in call.command:
        members.remove(member)
        return {}
    email = member.removeprefix("serviceAccount:")
    if state.get("slow_bindings", 0):
        state["slow_bindings"] -= 1
        raise Refusal(f"INVALID_ARGUMENT: Service account {email} does not exist.", keep=True)
    if member.startswith("serviceAccount:") and email not in state["accounts"]:
        raise Refusal(f"INVALID_ARGUMENT: Service account {email} does not exist.")
    if member not in members:
        members.append(member)
    return {}


def _content(call: Call, flag: str) -> Answer:
    with open(call.one(flag), encoding="utf-8") as file:  # noqa: PTH123 (see Call)
        return json.load(file)


def _make(kind: str, call: Call, state: State, content: State) -> State:
    name = call.words[0]
    if name in state[kind]:
        raise Refusal(f"ALREADY_EXISTS: {name}")
    state[kind][name] = content
    return content


def _drop(kind: str) -> Callable[[Call, State, str], Answer]:
    def drop(call: Call, state: State, _stdin: str) -> Answer:
        if call.words[0] not in state[kind]:
            raise Refusal(f"NOT_FOUND: {call.words[0]}")
        del state[kind][call.words[0]]
        group = call.command.rpartition(" ")[0].replace("functions", "run services")
        state["policies"].pop(f"{group} {call.words[0]}", None)
        return {}

    return drop


def _listing(kind: str) -> Callable[[Call, State, str], Answer]:
    return lambda _call, state, _stdin: list(state[kind].values())


def _enable(call: Call, state: State, _stdin: str) -> Answer:
    state["apis"] = sorted({*state["apis"], *call.words})


def _enabled(_call: Call, state: State, _stdin: str) -> Answer:
    return [{"config": {"name": api}} for api in state["apis"]]


def _project(call: Call, state: State, _stdin: str) -> Answer:
    return {"projectId": call.words[0], "projectNumber": state["number"]}


def _queue(call: Call, state: State, _stdin: str) -> Answer:
    call.needs("--location")
    name = f"projects/p/locations/{call.one('--location')}/queues/{call.words[0]}"
    queue = {
        "name": name,
        "state": "RUNNING",
        "rateLimits": {
            "maxDispatchesPerSecond": float(call.one("--max-dispatches-per-second", "500")),
            "maxConcurrentDispatches": int(call.one("--max-concurrent-dispatches", "1000")),
            "maxBurstSize": 100,
        },
        "retryConfig": {
            "maxAttempts": int(call.one("--max-attempts", "100")),
            "maxRetryDuration": call.one("--max-retry-duration", "0s"),
            "minBackoff": call.one("--min-backoff", "0.100s"),
            "maxBackoff": call.one("--max-backoff", "3600s"),
            "maxDoublings": int(call.one("--max-doublings", "16")),
        },
    }
    if call.command.endswith("update"):
        state["queues"][call.words[0]] = queue
    else:
        _make("queues", call, state, queue)


def _create_account(call: Call, state: State, _stdin: str) -> Answer:
    name = call.words[0]
    if not 6 <= len(name) <= 30:
        raise Refusal(f"INVALID_ARGUMENT: {name} must have 6 to 30 characters.")
    email = f"{name}@{call.one('--project')}.iam.gserviceaccount.com"
    if email in state["accounts"]:
        raise Refusal(f"ALREADY_EXISTS: {email}")
    state["accounts"][email] = {"email": email, "name": f"projects/p/serviceAccounts/{email}"}


def _create_secret(call: Call, state: State, _stdin: str) -> Answer:
    content = {"name": f"projects/{state['number']}/secrets/{call.words[0]}", "versions": []}
    _make("secrets", call, state, content)


def _add_version(call: Call, state: State, stdin: str) -> Answer:
    if call.one("--data-file") != "-":
        raise Refusal("a secret's value must come through standard input")
    secret = state["secrets"][call.words[0]]
    number = len(secret["versions"]) + 1
    secret["versions"].append(
        {"name": f"{secret['name']}/versions/{number}", "state": "ENABLED", "value": stdin}
    )


def _versions(call: Call, state: State, _stdin: str) -> Answer:
    return [
        {key: value for key, value in version.items() if key != "value"}
        for version in state["secrets"][call.words[0]]["versions"]
    ]


def _deploy(call: Call, state: State, _stdin: str) -> Answer:
    call.needs("--region", "--runtime", "--entry-point", "--trigger-http", "--source")
    name = call.words[0]
    account = call.one("--service-account")
    if account not in state["accounts"]:
        raise Refusal(f"Service account {account} was not found")
    label, _, stamp = call.one("--update-labels").partition("=")
    source = call.one("--source")
    state["functions"][name] = {
        "name": f"projects/p/locations/{call.one('--region')}/functions/{name}",
        "labels": {label: stamp},
        "state": "ACTIVE",
        "flags": {key: values[-1] for key, values in call.flags.items()},
        "told": _content(call, "--env-vars-file"),
        "files": sorted(
            os.path.relpath(os.path.join(folder, name), source)  # noqa: PTH118 (see Call)
            for folder, _, names in os.walk(source)
            for name in names
        ),
    }
    policy = state["policies"].setdefault(f"run services {name}", {})
    if call.one("--allow-unauthenticated"):
        policy.setdefault("roles/run.invoker", []).append("allUsers")


def _services(_call: Call, state: State, _stdin: str) -> Answer:
    return [{"metadata": {"name": name}} for name in state["functions"]]


def _service(call: Call, state: State, _stdin: str) -> Answer:
    name = call.words[0]
    planned = f"https://{name}-{state['number']}.{call.one('--region')}.run.app"
    front = state.get("front", "https://unset.invalid")
    urls = state.get("urls", {}).get(name, [planned, f"https://{name}-abc123-ew.a.run.app"])
    return {
        "metadata": {"name": name, "annotations": {"run.googleapis.com/urls": json.dumps(urls)}},
        "status": {"url": f"{front}/{name}"},
    }


def _job(call: Call, state: State, _stdin: str) -> Answer:
    call.needs("--location", "--schedule", "--uri")
    state["jobs"][call.words[0]] = {
        "name": f"projects/p/locations/{call.one('--location')}/jobs/{call.words[0]}",
        "schedule": call.one("--schedule"),
        "attemptDeadline": call.one("--attempt-deadline", "180s"),
        "httpTarget": {
            "uri": call.one("--uri"),
            "oidcToken": {
                "serviceAccountEmail": call.one("--oidc-service-account-email"),
                "audience": call.one("--oidc-token-audience"),
            },
        },
    }


def _metric(call: Call, state: State, _stdin: str) -> Answer:
    call.needs("--config-from-file")
    body = _content(call, "--config-from-file")
    state["metrics"][call.words[0]] = body


def _alert(call: Call, state: State, _stdin: str) -> Answer:
    call.needs("--policy-from-file")
    body = _content(call, "--policy-from-file")
    name = call.words[0] if call.words else f"projects/p/alertPolicies/{len(state['alerts'])}"
    state["alerts"][name] = body | {"name": name}


def _channel(call: Call, state: State, _stdin: str) -> Answer:
    name = f"projects/p/notificationChannels/{len(state['channels'])}"
    state["channels"][name] = {
        "name": name,
        "labels": dict([call.one("--channel-labels").split("=", 1)]),
        "userLabels": dict([call.one("--user-labels").split("=", 1)]),
    }


def _update_channel(call: Call, state: State, _stdin: str) -> Answer:
    changed = dict([call.one("--update-channel-labels").split("=", 1)])
    state["channels"][call.words[0]]["labels"] |= changed


def _channels(_call: Call, state: State, _stdin: str) -> Answer:
    return [] if state.get("channels_lag") else list(state["channels"].values())


def _payer(_call: Call, _state: State, _stdin: str) -> Answer:
    return {"billingAccountName": "billingAccounts/000000-AAAAAA-BBBBBB"}


def _budget(call: Call, state: State, _stdin: str) -> Answer:
    update = call.command.endswith("update")
    name = call.words[0] if update else f"billingAccounts/x/budgets/{len(state['budgets'])}"
    state["budgets"].setdefault(name, {"name": name, "displayName": call.one("--display-name")})
    state["budgets"][name]["amount"] = {"specifiedAmount": {"units": call.one("--budget-amount")}}


_HANDLERS: dict[str, Callable[[Call, State, str], Answer]] = {
    **firestore.HANDLERS,
    **roles.HANDLERS,
    "services enable": _enable,
    "services list": _enabled,
    "projects describe": _project,
    "tasks queues list": _listing("queues"),
    "tasks queues create": _queue,
    "tasks queues update": _queue,
    "tasks queues delete": _drop("queues"),
    "iam service-accounts list": _listing("accounts"),
    "iam service-accounts create": _create_account,
    "iam service-accounts delete": _drop("accounts"),
    "secrets list": _listing("secrets"),
    "secrets create": _create_secret,
    "secrets delete": _drop("secrets"),
    "secrets versions add": _add_version,
    "secrets versions list": _versions,
    "functions list": _listing("functions"),
    "functions deploy": _deploy,
    "functions delete": _drop("functions"),
    "run services list": _services,
    "run services describe": _service,
    "scheduler jobs list": _listing("jobs"),
    "scheduler jobs create http": _job,
    "scheduler jobs update http": _job,
    "scheduler jobs delete": _drop("jobs"),
    "logging metrics list": _listing("metrics"),
    "logging metrics create": _metric,
    "logging metrics update": _metric,
    "logging metrics delete": _drop("metrics"),
    "alpha monitoring policies list": _listing("alerts"),
    "alpha monitoring policies create": _alert,
    "alpha monitoring policies update": _alert,
    "alpha monitoring policies delete": _drop("alerts"),
    "beta monitoring channels list": _channels,
    "beta monitoring channels update": _update_channel,
    "beta monitoring channels create": _channel,
    "beta monitoring channels delete": _drop("channels"),
    "billing projects describe": _payer,
    "billing budgets list": _listing("budgets"),
    "billing budgets create": _budget,
    "billing budgets update": _budget,
    "billing budgets delete": _drop("budgets"),
    "auth print-access-token": lambda _call, _state, _stdin: "stand-in-token",
}
