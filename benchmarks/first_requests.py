"""The first request of each entry point: as small as a real one can be that reads the store."""

import json
import time
from collections.abc import Mapping

from benchmarks.inside import bearer, thread
from benchmarks.load import post
from emulators.gateway import credentials

_TASK = {"thread_id": thread(1), "trace_id": "bench"}
_PERSON = "1000000000000001"


def first_request(target: str) -> bytes:
    """The bytes to send; a floor gets what the webhook gets."""
    if target in ("process_thread", "deliver"):
        return _post("/", _TASK, bearer(f"http://127.0.0.1:1/{target}"))
    if target == "sweep":
        return _post("/", {}, bearer("http://127.0.0.1:1/sweep"))
    if target == "internal_api":
        body = {"ig_id": _PERSON, "event_id": "bench"}
        token = {"X-Service-Token": credentials.SERVICE_TOKEN}
        return _post("/api/internal/generate-verification", body, token)
    if target == "privacy":
        return _request("GET", f"/verify?token={'a' * 64}&ig_id={_PERSON}", {}, b"")
    if target == "back_office":
        return _request("GET", "/sign-in", {}, b"")
    now = int(time.time() * 1000)  # noqa: TID251 (the sender's own clock, as Meta's)
    return post(now // 1000, 1, now)


def _post(path: str, body: Mapping[str, str], headers: Mapping[str, str]) -> bytes:
    raw = json.dumps(body).encode()
    return _request("POST", path, {**headers, "Content-Type": "application/json"}, raw)


def _request(method: str, path: str, headers: Mapping[str, str], body: bytes) -> bytes:
    fields = {"Host": "127.0.0.1", "Content-Length": str(len(body)), **headers}
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode() + body
