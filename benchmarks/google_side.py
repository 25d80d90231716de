"""`python -m benchmarks.google_side`: everything that the functions call, answering only.

Nothing is dispatched and no webhook goes out: what a task would do later is no part of what is
measured. With `--empty` Firestore and Cloud Tasks are a server that takes bytes and answers none,
the floor of what any store could need.
"""

import argparse
import json
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc

from emulators.clock import SimClock
from emulators.cloud_tasks.engine import TasksEngine
from emulators.cloud_tasks.server import TasksServer
from emulators.firestore.engine import Engine
from emulators.firestore.server import FirestoreServer
from emulators.gemini.simulator import GeminiSim
from emulators.http import HttpServer
from emulators.instagram.simulator import InstagramSim
from emulators.loop import LoopThread
from emulators.secret_manager.engine import SecretsEngine

_kept: list[Any] = []  # a server that nothing refers to closes its port
_ROOT = Path(__file__).parents[1]


def main() -> None:
    """Print both addresses as JSON, serve until a signal."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.google_side", description=__doc__)
    parser.add_argument("--empty", action="store_true")
    loop = LoopThread()
    serve = _empty if parser.parse_args().empty else _emulators
    print(json.dumps(serve(loop)), flush=True)
    signal.sigwait({signal.SIGINT, signal.SIGTERM})


def _emulators(loop: LoopThread) -> dict[str, str]:
    clock = SimClock()
    engine = Engine(clock.now, indexes=_ROOT / "firestore.indexes.json")
    tasks = TasksEngine(clock.now)
    tasks.queue_from_file(_ROOT / "emulators" / "gateway" / "queues.json")
    firestore = FirestoreServer(engine, loop, 0)
    firestore.start()
    queue = TasksServer(tasks, SecretsEngine(clock.now), loop).start()
    instagram = HttpServer(InstagramSim(clock, "http://127.0.0.1:1/").app, 0)
    gemini = HttpServer(GeminiSim(clock).app, 0)
    for server in (instagram, gemini):
        server.start()
    _kept.extend((firestore, queue, instagram, gemini))
    return {
        "firestore": firestore.address,
        "tasks": queue.address,
        "instagram": instagram.url,
        "gemini": gemini.url,
    }


def _empty(loop: LoopThread) -> dict[str, str]:
    address = f"127.0.0.1:{loop.run(_serve_nothing())}"
    return {"firestore": address, "tasks": address}


async def _serve_nothing() -> int:
    server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
    server.add_generic_rpc_handlers((_Nothing(),))
    _kept.append(server)
    port: int = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    return port


class _Nothing(grpc.GenericRpcHandler):
    """Every method takes anything; a read finds nothing."""

    def service(self, details: Any) -> Any:
        """The handler of one call."""
        if details.method.endswith(("BatchGetDocuments", "RunQuery")):
            return grpc.unary_stream_rpc_method_handler(_no_answers)
        return grpc.unary_unary_rpc_method_handler(_nothing)


async def _nothing(_request: bytes, _context: Any) -> bytes:
    return b""


async def _no_answers(_request: bytes, _context: Any) -> AsyncIterator[bytes]:
    nothing: tuple[bytes, ...] = ()
    for answer in nothing:
        yield answer


if __name__ == "__main__":
    # Blocked before any thread starts, so that only sigwait receives them.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    main()
