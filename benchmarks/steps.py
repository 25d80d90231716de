"""A turn and a delivery through their real servers: what Moca adds to the model and to Instagram.

Each function is a functions-framework server in its own process; Google, Gemini and Instagram are
one more. People come back, one after the other: their first message warms everything.
"""

import json
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack

import httpx

from benchmarks import inside, processes
from benchmarks.load import post
from benchmarks.measure import Figure
from benchmarks.webhook import serve
from emulators.gateway import credentials
from services.adapters.chance import RandomIds, SystemClock
from services.adapters.firestore.connect import connect
from services.adapters.firestore.documents import FirestoreDocuments
from services.domain.documents import Merge, Query
from services.ports import Documents

PEOPLE = 60
WARM = 10
_SETTINGS = {
    "debounce_seconds": 0,
    "cooldown_seconds": 0,
    "messages_per_second": 80,
    "turns_per_hour": 1000,
}


def figures() -> Iterator[Figure]:
    """Milliseconds of each turn and delivery, and the processor time of their servers."""
    values: dict[str, list[float]] = defaultdict(list)
    with ExitStack() as stack:
        google = stack.enter_context(processes.program("-m", "benchmarks.google_side"))
        addresses = json.loads(processes.first_line(google))
        documents = _documents(addresses["firestore"])
        documents.commit([Merge("settings/default", _SETTINGS)])
        names = ("webhook", "process_thread", "deliver")
        served = {name: serve(stack, name, addresses) for name in names}
        http = stack.enter_context(httpx.Client(timeout=30, trust_env=False))
        cpu = {}
        for person in range(WARM + PEOPLE):
            if person == WARM:
                cpu = {name: processes.cpu_seconds(pid) for name, (_, pid) in served.items()}
            found = _exchange(http, served, documents, person)
            if person >= WARM:
                for key, value in found.items():
                    values[key].append(value)
        for name, (_, pid) in served.items():
            spent = (processes.cpu_seconds(pid) - cpu[name]) / PEOPLE * 1000
            yield Figure(f"{name}, CPU of a request", "ms", [spent])
    for name, runs in values.items():
        yield Figure(name, "ms", runs)
        yield Figure(f"{name}, p95", "ms", [sorted(runs)[int(len(runs) * 0.95)]])


def _exchange(
    http: httpx.Client, served: dict[str, tuple[int, int]], documents: Documents, number: int
) -> dict[str, float]:
    now = int(time.time() * 1000)  # noqa: TID251 (the sender's own clock)
    head, _, body = post(1, number, now).partition(b"\r\n\r\n")
    lines = [line.partition(b": ") for line in head.split(b"\r\n")[1:]]
    headers = {name.decode(): value.decode() for name, _, value in lines}
    http.post(_url(served["webhook"]), content=body, headers=headers).raise_for_status()
    person = json.loads(body)["entry"][0]["messaging"][0]["sender"]["id"]
    thread = f"{credentials.ACCOUNT_ID}_{person}"
    turn = _called(http, served, "process_thread", thread)
    delivery = _called(http, served, "deliver", thread)
    (trace,) = documents.query(Query(f"conversations/{thread}/turns", limit=1))
    model = float((trace.fields or {})["timings_ms"]["model"])
    return {
        "turn, without the model": turn - model,
        "turn, the simulated model": model,
        "delivery, with simulated Instagram": delivery,
    }


def _called(
    http: httpx.Client, served: dict[str, tuple[int, int]], function: str, thread: str
) -> float:
    audience = f"http://127.0.0.1:1/{function}"
    started = time.perf_counter()
    answer = http.post(
        _url(served[function]),
        json={"thread_id": thread, "trace_id": "bench"},
        headers=inside.bearer(audience),
    )
    took = (time.perf_counter() - started) * 1000
    answer.raise_for_status()
    outcome = answer.json()["outcome"]
    if outcome not in ("answered", "sent"):
        raise RuntimeError(f"{function}: {outcome}")
    return took


def _url(server: tuple[int, int]) -> str:
    return f"http://127.0.0.1:{server[0]}/"


def _documents(address: str) -> Documents:
    client = connect("bench", address)
    return FirestoreDocuments(client, credentials.PROJECT, SystemClock(), RandomIds())
