"""`./dev dm`: write to the business as one of its customers, and wait for the reply."""

import json
import time
import urllib.error
import urllib.request
from typing import Any

from devtools.stop import NOT_RUNNING, Stop

#: How long the reply is awaited, in seconds: delay, debounce and one retry fit in.
PATIENCE_SECONDS = 30

_open = urllib.request.build_opener(urllib.request.ProxyHandler({})).open


def send(text: str, person: str, base: int) -> int:
    """Send the message, print the reply as it arrives; 1 if none came in time."""
    seen = len(_replies(base, person))
    _call(base, "/_sim/dm", {"from": person, "text": text})
    print(f"{person}: {text}", flush=True)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if new := _replies(base, person)[seen:]:
            texts = (str(reply["text"]).replace("\n", "\n     ") for reply in new)
            print(*(f"bot: {text}" for text in texts), sep="\n")
            return 0
        time.sleep(0.25)
    print(f"No reply within {PATIENCE_SECONDS} s; http://127.0.0.1:{base}/ shows what happened.")
    return 1


def _replies(base: int, person: str) -> list[dict[str, Any]]:
    sent = _call(base, "/_sim/sent")
    return [item for item in sent if person in (item.get("to_name"), item.get("to"))]


def _call(base: int, path: str, body: object = None) -> Any:
    url = f"http://127.0.0.1:{base + 3}{path}"
    payload = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, payload, {"Content-Type": "application/json"})
    try:
        with _open(request, timeout=30) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        reason = error.read().decode(errors="replace")[:300]
        raise Stop(f"The Instagram emulator refused ({error.code}): {reason}") from error
    except (urllib.error.URLError, ConnectionError, json.JSONDecodeError) as error:
        raise Stop(
            f"No Instagram emulator answers on port {base + 3}: start one with `./dev up`, "
            "or name the port of yours with --port.",
            NOT_RUNNING,
        ) from error
