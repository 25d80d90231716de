"""Cold starts: each entry point in fresh processes, against the bare framework and its clients.

`imports` is what a new process spends until everything that the entry point's first request needs
is imported and built, without a socket; `first answer` is from starting the server until a first
real request is answered. CPU time is beside the wall's, as it does not count what others do.
"""

import http.client
import json
import os
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from tempfile import TemporaryFile

from benchmarks import processes
from benchmarks.load import post
from benchmarks.measure import TIMES, Figure
from benchmarks.webhook import function_environment

RUNS = 10
#: Runs of the entry points that nobody waits for as Meta waits for the webhook.
RUNS_OF_OTHERS = 4
FRAMEWORK = "bare functions-framework"
CLIENTS = "framework with Firestore and Tasks clients"
WEBHOOK = "webhook"

#: Another checkout, whose webhook is measured beside this one's.
_BEFORE = os.environ.get("MOCA_BENCH_BEFORE", "")  # noqa: TID251 (a program)
_FLOOR = "benchmarks/handlers/floor.py"
_NOTHING = "benchmarks/handlers/nothing.py"
#: Entry point → the service that its requests use.
PARTS = {
    "webhook": "ingest",
    "process_thread": "turns",
    "deliver": "delivery",
    "sweep": "sweep",
    "internal_api": "manual",
    "privacy": "people",
    "back_office": "office",
}

_IMPORTS = """
import os, time
import functions_framework
target, source, part = {target!r}, {source!r}, {part!r}
functions_framework.create_app(target, source)
if part:
    from services.bootstrap import services
    getattr(services(target), part)
with open("/proc/self/status") as status:
    rss = next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))
print(time.process_time() * 1000, rss / 1024)
"""


def figures() -> Iterator[Figure]:
    """Import times and memory, then times to the first answer, then ratios to the floors."""
    values: dict[tuple[str, str], list[float]] = defaultdict(list)
    with processes.program("-m", "benchmarks.google_side") as google:
        addresses = json.loads(processes.first_line(google))
        for number in range(RUNS):
            for name, target, source in _programs(all_of_them=number < RUNS_OF_OTHERS):
                found = _imported(target, source, addresses)
                if target in ("nothing", "floor", WEBHOOK):
                    found |= _first_answer(target, source, addresses)
                for key, value in found.items():
                    values[name, key].append(value)
    for (name, key), runs in values.items():
        yield Figure(f"{name}, {key}", "MiB" if "memory" in key else "ms", runs)
    for key in ("imports, CPU", "memory", "first answer, CPU", "first answer"):
        for floor in (FRAMEWORK, CLIENTS):
            pairs = zip(values[WEBHOOK, key], values[floor, key], strict=True)
            yield Figure(
                f"webhook / {floor}, {key}", TIMES, [ours / theirs for ours, theirs in pairs]
            )


def _programs(*, all_of_them: bool) -> Iterator[tuple[str, str, str]]:
    yield FRAMEWORK, "nothing", _NOTHING
    yield CLIENTS, "floor", _FLOOR
    for target in PARTS if all_of_them else (WEBHOOK,):
        yield target, target, "main.py"
    if _BEFORE:
        yield "webhook before", WEBHOOK, f"{_BEFORE}/main.py"


def _imported(target: str, source: str, addresses: dict[str, str]) -> dict[str, float]:
    code = _IMPORTS.format(target=target, source=source, part=PARTS.get(target, ""))
    environ = _environ(target, source, addresses)
    started = time.perf_counter()
    with processes.program("-c", code, environ=environ) as fresh:
        cpu, memory = map(float, processes.first_line(fresh).split())
    took = (time.perf_counter() - started) * 1000
    return {"imports": took, "imports, CPU": cpu, "memory": memory}


def _first_answer(target: str, source: str, addresses: dict[str, str]) -> dict[str, float]:
    request = post(int(time.time()), 1, int(time.time() * 1000))  # noqa: TID251 (the sender's)
    port = processes.free_port()
    environ = _environ(target, source, addresses) | {"HOST": "127.0.0.1", "PORT": str(port)}
    with ExitStack() as stack:
        log = stack.enter_context(TemporaryFile())
        started = time.perf_counter()
        server = stack.enter_context(
            processes.program("-m", "functions_framework", environ=environ, log=log)
        )
        processes.await_port(port)
        listens = time.perf_counter()
        _answered(port, request)
        answered = time.perf_counter()
        cpu = processes.cpu_seconds(server.pid) * 1000
        worker = max(map(processes.memory_mib, processes.tree(server.pid)))
    return {
        "first answer": (answered - started) * 1000,
        "first answer, CPU": cpu,
        "first request alone": (answered - listens) * 1000,
        "worker's memory": worker,
    }


def _answered(port: int, request: bytes) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.connect()
    connection.sock.sendall(request)
    answer = http.client.HTTPResponse(connection.sock, method="POST")
    answer.begin()
    if answer.status != 200:
        raise RuntimeError(f"The first request was answered {answer.status}.")
    connection.close()


def _environ(target: str, source: str, addresses: dict[str, str]) -> dict[str, str]:
    known = target if target in PARTS else "webhook"
    named = {"FUNCTION_TARGET": target, "FUNCTION_SOURCE": source}
    if _BEFORE and source.startswith(_BEFORE):
        named["PYTHONPATH"] = _BEFORE
    return function_environment(addresses, known) | named
