"""`./dev dm`: write to the business as one of its customers, and see what comes of it."""

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

from devtools.stop import NOT_RUNNING, Stop

#: How long the reply is awaited, in seconds: delay, debounce and one retry fit in.
PATIENCE_SECONDS = 30
#: Why nobody answers, by the reason that is stored with the message.
SILENCES = {
    "opted_out": "{person} has opted out. START opts in again.",
    "owner_human": "A human has this conversation; the back office hands it back to the bot.",
    "owner_waiting": "This conversation waits for a human; the back office hands it back.",
    "closed": "This conversation is closed; the back office opens it again.",
    "bot_off": "The bot is off: see the settings in the back office.",
    "rate_limited": "{person} had as many answers within the hour as the settings allow.",
}

_open = urllib.request.build_opener(urllib.request.ProxyHandler({})).open


def send(text: str, person: str, base: int) -> int:
    """Send the message and print the reply; 1 if within `PATIENCE_SECONDS` nothing came of it.

    Where nobody is going to answer, that and the reason are printed at once, and it is no failure.
    """
    if not text.strip() or not person.strip():
        what = "words" if person.strip() else "a name"
        raise Stop(f'A message needs {what}: ./dev dm "hello" --from alice.', 2)
    mid = _call(base, base + 3, "/_sim/dm", {"from": person, "text": text})["mid"]
    print(f"{person}: {text}", flush=True)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        state = _state(base, person)
        if said := _replies(state, mid) or _silence(state, mid, person):
            print(said)
            return 0
        time.sleep(0.25)
    why = _standing(_state(base, person), mid)
    print(f"No reply within {PATIENCE_SECONDS} s: {why}. http://127.0.0.1:{base}/ shows more.")
    return 1


def _state(base: int, person: str) -> dict[str, Any]:
    found: dict[str, Any] = _call(
        base, base, f"/_local/state?with={urllib.parse.quote(person, safe='')}"
    )
    return found


def _replies(state: dict[str, Any], mid: str) -> str:
    """What the bot has said since, once all of it is said."""
    mids = [message["mid"] for message in state["chat"]["messages"]]
    since = state["chat"]["messages"][mids.index(mid) + 1 :]
    texts = [str(message["text"]) for message in since if message["from"] == "api"]
    if state["system"]["conversation"].get("outbox"):
        return ""
    return "\n".join("bot: " + text.replace("\n", "\n     ") for text in texts)


def _silence(state: dict[str, Any], mid: str, person: str) -> str:
    """Why nothing will be said, once that is decided."""
    stored, replies = _stored(state, mid)
    if stored.get("status") != "processed" or replies:
        return ""
    reason = str(stored.get("reason", ""))
    told = SILENCES.get(reason, f"It was looked at: {reason.replace('_', ' ')}.")
    return "(nobody answers) " + told.format(person=person)


def _standing(state: dict[str, Any], mid: str) -> str:
    """How far it came, for whom it takes too long."""
    stored, replies = _stored(state, mid)
    if not replies:
        return f"the message is {stored.get('status', 'not stored yet')}"
    error = replies[0].get("error")
    return f"the reply is {replies[0]['status']}" + (f" ({str(error).rstrip('.')})" * bool(error))


def _stored(state: dict[str, Any], mid: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The message as it is stored, and what was queued as replies since, newest first."""
    newest_first = state["system"]["messages"]
    mids = [message.get("mid") for message in newest_first]
    if mid not in mids:
        return {}, []
    place = mids.index(mid)
    newer = newest_first[:place]
    return newest_first[place], [item for item in newer if item.get("direction") == "outgoing"]


def _call(base: int, port: int, path: str, body: object = None) -> Any:
    url = f"http://127.0.0.1:{port}{path}"
    payload = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, payload, {"Content-Type": "application/json"})
    try:
        with _open(request, timeout=30) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        reason = error.read().decode(errors="replace")[:300]
        raise Stop(f"The local run refused this ({error.code}): {reason}") from error
    except (urllib.error.URLError, ConnectionError, json.JSONDecodeError) as error:
        raise Stop(
            f"No local run answers on port {base}: start one with `./dev up`, or name the port "
            "of yours with --port.",
            NOT_RUNNING,
        ) from error
