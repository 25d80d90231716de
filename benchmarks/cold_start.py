"""Cold starts: each entry point in fresh processes, against the framework and its clients.

`imports` is what a new process spends until everything that the entry point's first request needs
is imported and built, without a socket; `first answer` is from starting the server until a first
real request is answered. CPU time is beside the wall's, as it does not count what others do.
"""

import http.client
import json
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from tempfile import TemporaryFile

from benchmarks import processes
from benchmarks.first_requests import first_request
from benchmarks.measure import TIMES, Figure
from benchmarks.webhook import function_environment

RUNS = 10
FRAMEWORK = "bare functions-framework"
CLIENTS = "framework with Firestore and Tasks clients"
#: What was before `services/bootstrap/preload.py`: the first request waits for the clients.
LATE = "webhook, clients imported late"


@dataclass(frozen=True, slots=True)
class Program:
    """A function in a process of its own."""

    name: str
    target: str
    source: str = "main.py"
    part: str = ""  #: the service that an entry point's requests use
    floor: str = CLIENTS  #: the framework with the clients that an entry point needs


_HANDLERS = "benchmarks/handlers"
_WITH = f"{_HANDLERS}/clients.py"
_GRAPH = "framework with Firestore, Tasks, Secret Manager and httpx"
_MODEL = f"{_GRAPH}, and google-genai"
_STORE = "framework with Firestore client"
FLOORS = (
    Program(FRAMEWORK, "nothing", f"{_HANDLERS}/nothing.py"),
    Program(CLIENTS, "floor", f"{_HANDLERS}/floor.py"),
    Program(_STORE, "store", _WITH),
    Program(_GRAPH, "store_queue_graph", _WITH),
    Program(_MODEL, "store_queue_graph_model", _WITH),
)
ENTRY_POINTS = (
    Program("webhook", "webhook", part="ingest"),
    Program("process_thread", "process_thread", part="turns", floor=_MODEL),
    Program("deliver", "deliver", part="delivery", floor=_GRAPH),
    Program("sweep", "sweep", part="sweep", floor=_GRAPH),
    Program("internal_api", "internal_api", part="manual"),
    Program("privacy", "privacy", part="deletions", floor=_STORE),
    Program("back_office", "back_office", part="office", floor=_GRAPH),
)
PROGRAMS = (*FLOORS, *ENTRY_POINTS, Program(LATE, "webhook", f"{_HANDLERS}/late.py", "ingest"))

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
    """Import times and memory, times to the first answer, then each entry point's ratios."""
    values: dict[tuple[str, str], list[float]] = defaultdict(list)
    with processes.program("-m", "benchmarks.google_side") as google:
        addresses = json.loads(processes.first_line(google))
        for _ in range(RUNS):
            for program in PROGRAMS:
                found = _imported(program, addresses) | _first_answer(program, addresses)
                for key, value in found.items():
                    values[program.name, key].append(value)
    for (name, key), runs in values.items():
        yield Figure(f"{name}, {key}", "MiB" if "memory" in key else "ms", runs)
    for entry_point in ENTRY_POINTS:
        for floor in (FRAMEWORK, entry_point.floor):
            for key in ("imports, CPU", "memory", "first answer, CPU", "first answer"):
                pairs = zip(values[entry_point.name, key], values[floor, key], strict=True)
                name = f"{entry_point.name} / {floor}, {key}"
                yield Figure(name, TIMES, [ours / theirs for ours, theirs in pairs])


def _imported(program: Program, addresses: dict[str, str]) -> dict[str, float]:
    code = _IMPORTS.format(target=program.target, source=program.source, part=program.part)
    started = time.perf_counter()
    with processes.program("-c", code, environ=_environ(program, addresses)) as fresh:
        cpu, memory = map(float, processes.first_line(fresh).split())
    took = (time.perf_counter() - started) * 1000
    return {"imports": took, "imports, CPU": cpu, "memory": memory}


def _first_answer(program: Program, addresses: dict[str, str]) -> dict[str, float]:
    request = first_request(program.target)
    port = processes.free_port()
    environ = _environ(program, addresses) | {"HOST": "127.0.0.1", "PORT": str(port)}
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


def _environ(program: Program, addresses: dict[str, str]) -> dict[str, str]:
    named = {"FUNCTION_TARGET": program.target, "FUNCTION_SOURCE": program.source}
    known = program.target if program in ENTRY_POINTS else "webhook"
    return function_environment(addresses, known) | named
