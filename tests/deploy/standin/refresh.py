"""Reads the flags of the commands that we use from an installed Google Cloud CLI.

`python -m tests.deploy.standin.refresh /usr/lib/google-cloud-sdk` writes `surface.json` beside
this file. The source is gcloud's own table of every command and flag, which also feeds its shell
completion; the same flags are documented command by command at
https://cloud.google.com/sdk/gcloud/reference.
"""

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

SURFACE = Path(__file__).with_name("surface.json")

#: Command → how many words it takes beside its flags.
COMMANDS = {
    "alpha monitoring policies create": 0,
    "alpha monitoring policies delete": 1,
    "alpha monitoring policies list": 0,
    "alpha monitoring policies update": 1,
    "artifacts repositories delete": 1,
    "auth login": 0,
    "auth print-access-token": 0,
    "beta monitoring channels create": 0,
    "beta monitoring channels delete": 1,
    "beta monitoring channels list": 0,
    "beta monitoring channels update": 1,
    "billing budgets create": 0,
    "billing budgets delete": 1,
    "billing budgets list": 0,
    "billing budgets update": 1,
    "billing projects describe": 1,
    "config set": 2,
    "firestore backups list": 0,
    "firestore backups schedules create": 0,
    "firestore backups schedules list": 0,
    "firestore databases create": 0,
    "firestore databases delete": 0,
    "firestore databases list": 0,
    "firestore databases restore": 0,
    "firestore databases update": 0,
    "firestore export": 1,
    "firestore fields ttls list": 0,
    "firestore fields ttls update": 1,
    "firestore import": 1,
    "firestore indexes composite create": 0,
    "firestore indexes composite list": 0,
    "firestore indexes fields list": 0,
    "functions delete": 1,
    "functions deploy": 1,
    "functions list": 0,
    "iam roles create": 1,
    "iam roles delete": 1,
    "iam roles describe": 1,
    "iam roles list": 0,
    "iam roles undelete": 1,
    "iam roles update": 1,
    "iam service-accounts add-iam-policy-binding": 1,
    "iam service-accounts create": 1,
    "iam service-accounts delete": 1,
    "iam service-accounts get-iam-policy": 1,
    "iam service-accounts list": 0,
    "logging metrics create": 1,
    "logging metrics delete": 1,
    "logging metrics list": 0,
    "logging metrics update": 1,
    "logging read": 1,
    "projects add-iam-policy-binding": 1,
    "projects describe": 1,
    "projects get-iam-policy": 1,
    "projects remove-iam-policy-binding": 1,
    "run services add-iam-policy-binding": 1,
    "run services describe": 1,
    "run services get-iam-policy": 1,
    "run services list": 0,
    "scheduler jobs create http": 1,
    "scheduler jobs delete": 1,
    "scheduler jobs list": 0,
    "scheduler jobs pause": 1,
    "scheduler jobs resume": 1,
    "scheduler jobs run": 1,
    "scheduler jobs update http": 1,
    "secrets add-iam-policy-binding": 1,
    "secrets create": 1,
    "secrets delete": 1,
    "secrets get-iam-policy": 1,
    "secrets list": 0,
    "secrets versions access": 1,
    "secrets versions add": 1,
    "secrets versions disable": 1,
    "secrets versions list": 1,
    "services enable": 20,
    "services list": 0,
    "storage buckets create": 1,
    "storage rm": 1,
    "tasks list": 0,
    "tasks queues add-iam-policy-binding": 1,
    "tasks queues create": 1,
    "tasks queues delete": 1,
    "tasks queues describe": 1,
    "tasks queues get-iam-policy": 1,
    "tasks queues list": 0,
    "tasks queues pause": 1,
    "tasks queues resume": 1,
    "tasks queues update": 1,
}


def surface(sdk: Path) -> dict[str, Any]:
    """The flags of every command above, and gcloud's own, as an SDK knows them."""
    tree = _tree(sdk / "data" / "cli" / "gcloud_completions.py")
    version = (sdk / "VERSION").read_text(encoding="utf-8").strip()
    return {
        "source": f"Google Cloud CLI {version}, data/cli/gcloud_completions.py",
        "everywhere": _plain(tree["flags"]),
        "commands": {
            command: {"words": words, "flags": _plain(_at(tree, command)["flags"])}
            for command, words in COMMANDS.items()
        },
    }


def _tree(path: Path) -> dict[str, Any]:
    spec = importlib.util.spec_from_file_location("gcloud_completions", path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{path} is no Python module")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    tree: dict[str, Any] = module.STATIC_COMPLETION_CLI_TREE
    return tree


def _at(tree: dict[str, Any], command: str) -> dict[str, Any]:
    for word in command.split():
        tree = tree["commands"][word]
    return tree


def _plain(flags: dict[str, Any]) -> dict[str, Any]:
    """Flag → the values that it takes, "value" for any, "bool" for none."""
    return {flag: "value" if kind == "dynamic" else kind for flag, kind in sorted(flags.items())}


if __name__ == "__main__":
    SURFACE.write_text(json.dumps(surface(Path(sys.argv[1])), indent=1) + "\n", encoding="utf-8")
