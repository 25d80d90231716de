"""The webhook against a floor and a naive handler, on the same work, round by round.

Each handler is a functions-framework server in a process of its own with the deployed number of
threads; the emulators are another process, the senders a third. A round measures every handler
after the other at every number of senders, and the order changes from round to round, so that what
else the machine does falls on all alike. Ratios are taken within a round.
"""

import itertools
import json
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from statistics import quantiles
from tempfile import TemporaryFile
from typing import Any

from benchmarks import processes
from benchmarks.measure import TIMES, Figure
from deploy import wanted
from emulators.gateway import credentials

SENDERS = (1, 16, 80)
COUNT = {1: 100, 16: 320, 80: 480}
ROUNDS = 5
FLOOR, BARE, NAIVE, MOCA = "floor", "bare messages", "naive", "moca"
QUICK = "moca, empty store"

_seeds = itertools.count(1)
Values = dict[str, list[float]]


@dataclass(frozen=True, slots=True)
class Handler:
    """A server under load."""

    name: str
    port: int
    server: int  #: process id
    google: int  #: the process that plays Google


def figures() -> Iterator[Figure]:
    """Rates, latencies and CPU of every handler, then the ratios."""
    values: Values = defaultdict(list)
    units: dict[str, str] = {}
    with handlers() as (load, served):
        for handler in served:
            _run(load, handler, 16, 200)
        for number in range(ROUNDS):
            _round(
                load, served[number % len(served) :] + served[: number % len(served)], values, units
            )
    for name, runs in values.items():
        yield Figure(name, units[name], runs)


def _round(
    load: subprocess.Popen[str], served: list[Handler], values: Values, units: dict[str, str]
) -> None:
    for senders in SENDERS:
        found = {h.name: _run(load, h, senders, COUNT[senders]) for h in served}
        for handler, run in found.items():
            for key, unit in UNITS.items():
                name = f"{handler}, {senders} senders, {key}"
                values[name].append(run[key])
                units[name] = unit
        for other in (FLOOR, BARE, NAIVE):
            for key in ("requests", "CPU"):
                name = f"{MOCA} / {other}, {senders} senders, {key}"
                values[name].append(found[MOCA][key] / found[other][key])
                units[name] = TIMES


UNITS = {
    "requests": "per second",
    "CPU": "ms per request",
    "p50": "ms",
    "p95": "ms",
    "p99": "ms",
    "emulators' CPU": "ms per request",
}


def _run(
    load: subprocess.Popen[str], handler: Handler, senders: int, count: int
) -> dict[str, float]:
    assert load.stdin is not None  # noqa: S101 (it is piped)
    order = {"port": handler.port, "senders": senders, "count": count, "seed": next(_seeds)}
    server, google = processes.cpu_seconds(handler.server), processes.cpu_seconds(handler.google)
    load.stdin.write(json.dumps(order) + "\n")
    load.stdin.flush()
    answer: dict[str, Any] = json.loads(processes.first_line(load))
    server = processes.cpu_seconds(handler.server) - server
    google = processes.cpu_seconds(handler.google) - google
    if set(answer["statuses"]) != {"200"}:
        raise RuntimeError(f"{handler.name} answered {answer['statuses']}")
    cuts = quantiles((each * 1000 for each in answer["seconds"]), n=100, method="inclusive")
    return {
        "requests": count / answer["took"],
        "CPU": server / count * 1000,
        "p50": cuts[49],
        "p95": cuts[94],
        "p99": cuts[98],
        "emulators' CPU": google / count * 1000,
    }


@contextmanager
def handlers(*only: str) -> Iterator[tuple[subprocess.Popen[str], list[Handler]]]:
    """Every handler, warm, and the senders."""
    with ExitStack() as stack:
        real, empty = (
            stack.enter_context(processes.program("-m", "benchmarks.google_side", *options))
            for options in ((), ("--empty",))
        )
        addresses = {g.pid: json.loads(processes.first_line(g)) for g in (real, empty)}
        served = [
            _served(stack, name, google.pid, addresses[google.pid])
            for name, google in (
                (FLOOR, real),
                (BARE, real),
                (NAIVE, real),
                (MOCA, real),
                (QUICK, empty),
            )
            if not only or name in only
        ]
        load = stack.enter_context(processes.program("-m", "benchmarks.load"))
        processes.first_line(load)
        yield load, served


_TARGETS = {
    FLOOR: ("floor", "benchmarks/handlers/floor.py"),
    BARE: ("bare", "benchmarks/handlers/floor.py"),
    NAIVE: ("naive", "benchmarks/handlers/floor.py"),
}


def _served(stack: ExitStack, name: str, google: int, addresses: dict[str, str]) -> Handler:
    target, source = _TARGETS.get(name, ("webhook", "main.py"))
    port, server = serve(stack, target, addresses, source)
    return Handler(name, port, server, google)


def serve(
    stack: ExitStack, target: str, addresses: dict[str, str], source: str = "main.py"
) -> tuple[int, int]:
    """An entry point's real server; its port and its process."""
    port = processes.free_port()
    known = target if source == "main.py" else "webhook"
    environ = function_environment(addresses, known) | {
        "FUNCTION_TARGET": target,
        "FUNCTION_SOURCE": source,
        "HOST": "127.0.0.1",
        "PORT": str(port),
    }
    log = stack.enter_context(TemporaryFile())  # noqa: SIM115 (the stack closes it)
    server = stack.enter_context(
        processes.program("-m", "functions_framework", environ=environ, log=log)
    )
    processes.await_port(port)
    return port, server.pid


def function_environment(addresses: dict[str, str], target: str = "webhook") -> dict[str, str]:
    """What a deployed function is told, leading to the emulators."""
    return credentials.FIXED | {
        "FIRESTORE_EMULATOR_HOST": addresses["firestore"],
        "CLOUD_TASKS_EMULATOR_HOST": addresses["tasks"],
        "SECRET_MANAGER_EMULATOR_HOST": addresses["tasks"],
        "PROCESS_MESSAGE_URL": "http://127.0.0.1:1/process_thread",
        "DELIVER_URL": "http://127.0.0.1:1/deliver",
        "PUBLIC_BASE_URL": "http://127.0.0.1:1",
        "GEMINI_API_KEY": "local-gemini-key",
        "GOOGLE_GEMINI_BASE_URL": addresses.get("gemini", ""),
        "INSTAGRAM_API_BASE_URL": addresses.get("instagram", "http://127.0.0.1:1") + "/v26.0",
        "THREADS": str(wanted.function(target).concurrency),
    }
