"""Firestore on its own: `python -m emulators.firestore --port 8081 --data DIR`."""

import argparse
import signal
import threading
from datetime import datetime
from pathlib import Path

from emulators.clock import SimClock
from emulators.firestore.engine import Engine
from emulators.firestore.server import FirestoreServer
from emulators.loop import LoopThread


def main() -> None:
    """Serve until a signal ends it, having printed the address."""
    options = _options()
    clock = SimClock(options.frozen_at)
    store = options.data / "firestore.sqlite3" if options.data else None
    engine = Engine(clock.now, mode=options.mode, indexes=options.indexes, store=store)
    loop = LoopThread()
    server = FirestoreServer(engine, loop, options.port)
    server.start()
    print(f"FIRESTORE_EMULATOR_HOST={server.address}", flush=True)
    _until_signalled()
    server.stop()
    loop.stop()
    engine.close()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m emulators.firestore", description=__doc__)
    parser.add_argument("--port", type=int, default=8081, help="0 takes a free one")
    parser.add_argument("--mode", choices=["pessimistic", "optimistic"], default="pessimistic")
    parser.add_argument("--data", type=Path, help="keep the documents in this directory")
    parser.add_argument("--indexes", type=Path, help="firestore.indexes.json: refuse other queries")
    parser.add_argument("--frozen-at", type=datetime.fromisoformat, help="let time stand still")
    return parser.parse_args()


def _until_signalled() -> None:
    ended = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: ended.set())
    ended.wait()


if __name__ == "__main__":
    main()
