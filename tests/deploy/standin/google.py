"""The parts of Google that are reached without gcloud: two APIs, and Cloud Run's front."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.deploy.standin.firestore import field
from tests.deploy.standin.words import State

_REFUSED = "403 Forbidden"


class Google:
    """Rules and field configuration of the project in `folder`; a front for its functions."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "state.json"
        #: Functions that the front lets anybody through to.
        self.open: set[str] = set()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer one request."""
        first, _, path = environ["PATH_INFO"].removeprefix("/").partition("/")
        length = int(environ.get("CONTENT_LENGTH") or 0)
        sent = environ["wsgi.input"].read(length)
        if first.startswith("moca-"):
            return self._front(first, start_response)
        if environ.get("HTTP_AUTHORIZATION") != "Bearer stand-in-token":
            return _answer(start_response, "401 Unauthorized", {"error": "no token"})
        state: State = json.loads(self._file.read_text(encoding="utf-8"))
        found = self._api(state, environ["REQUEST_METHOD"], path, json.loads(sent or b"{}"))
        self._file.write_text(json.dumps(state), encoding="utf-8")
        return _answer(start_response, "200 OK" if found else "404 Not Found", found or {})

    def _front(self, name: str, start_response: Any) -> Iterable[bytes]:
        state = json.loads(self._file.read_text(encoding="utf-8"))
        invokers = state["policies"].get(f"run services {name}", {}).get("roles/run.invoker", [])
        if "allUsers" in invokers or name in self.open:
            return _answer(start_response, "401 Unauthorized", {"error": "our own gate"})
        start_response(_REFUSED, [("Content-Type", "text/html; charset=UTF-8")])
        return [b"<html><title>403 Forbidden</title></html>"]

    def _api(self, state: State, method: str, path: str, body: Any) -> Any:
        if "/collectionGroups/" in path:
            group, _, name = path.split("/collectionGroups/")[1].partition("/fields/")
            field(state, group, name)["indexConfig"] = body["indexConfig"]
            return {"name": "operations/1"}
        kind = "releases" if "/releases" in path else "rulesets"
        there = state.setdefault(kind, {})
        if method == "GET":
            return there.get(path.removeprefix("v1/"))
        name = body.get("release", body).get("name") or f"{path.removeprefix('v1/')}/{len(there)}"
        there[name] = body.get("release", body) | {"name": name}
        return there[name]


def _answer(start_response: Any, status: str, body: object) -> Iterable[bytes]:
    start_response(status, [("Content-Type", "application/json")])
    return [json.dumps(body).encode()]
