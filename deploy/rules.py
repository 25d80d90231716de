"""Firestore's security rules: every client is denied."""

from typing import Any

from deploy import wanted
from deploy.gcloud import note, step
from deploy.request import Request

RULES_FILE = wanted.ROOT / "firestore.rules"
_SERVICE = "firebaserules"


def ensure(request: Request) -> None:
    """The released rules are those of firestore.rules (Firebase Rules API, Manage and deploy)."""
    step("Firestore: rules that deny every client")
    text = RULES_FILE.read_text(encoding="utf-8")
    project = f"/v1/projects/{request.project}"
    release = f"projects/{request.project}/releases/cloud.firestore"
    released = request.rest.read(_SERVICE, f"/v1/{release}")
    if released and _text(request, released["rulesetName"]) == text:
        note("= released")
        return
    source = {"source": {"files": [{"name": "firestore.rules", "content": text}]}}
    made = request.rest.change("POST", _SERVICE, f"{project}/rulesets", source)
    body: dict[str, Any] = {"name": release, "rulesetName": made.get("name", "")}
    if released:
        request.rest.change("PATCH", _SERVICE, f"/v1/{release}", {"release": body})
    else:
        request.rest.change("POST", _SERVICE, f"{project}/releases", body)


def _text(request: Request, ruleset: str) -> str:
    found = request.rest.read(_SERVICE, f"/v1/{ruleset}") or {"source": {"files": []}}
    return "".join(file["content"] for file in found["source"]["files"])
