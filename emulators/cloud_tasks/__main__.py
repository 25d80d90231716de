"""`python -m emulators.cloud_tasks`: Cloud Tasks and Secret Manager on a port, for anybody."""

import argparse
import signal
from pathlib import Path

from emulators.clock import SimClock
from emulators.cloud_tasks.dispatcher import Dispatcher
from emulators.cloud_tasks.engine import TasksEngine
from emulators.cloud_tasks.queue_file import DEFAULT_PARENT
from emulators.cloud_tasks.server import TasksServer
from emulators.loop import LoopThread
from emulators.secret_manager.engine import SecretsEngine


def main() -> None:
    """Serve until Ctrl-C or SIGTERM."""
    options = _options()
    clock = SimClock()
    engine = TasksEngine(clock.now)
    if options.queues is not None:
        engine.queue_from_file(options.queues, options.parent)
    loop = LoopThread()
    server = TasksServer(engine, SecretsEngine(clock.now, options.secrets), loop, options.port)
    dispatcher = Dispatcher(engine, clock).start()
    print(f"Cloud Tasks and Secret Manager: {server.start().address} (gRPC)", flush=True)
    signal.sigwait({signal.SIGINT, signal.SIGTERM})
    dispatcher.stop()
    server.stop()
    loop.stop()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m emulators.cloud_tasks", description=__doc__)
    parser.add_argument("--port", type=int, default=8082, help="0 takes a free one (default 8082)")
    parser.add_argument("--queues", type=Path, help="a JSON file of queues (see queue_file.py)")
    parser.add_argument("--parent", default=DEFAULT_PARENT, help="where its short names belong")
    parser.add_argument("--secrets", type=Path, help="a file that keeps the secrets (mode 600)")
    return parser.parse_args()


if __name__ == "__main__":
    # Blocked before any thread starts, so that only sigwait receives them.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    main()
