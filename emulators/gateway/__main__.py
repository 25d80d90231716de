"""`python -m emulators.gateway`: what `./dev up` becomes once `.venv` stands."""

import argparse
import logging
import os
import signal
import socket
import sys
import threading
from pathlib import Path

from emulators.clock import SimClock
from emulators.gateway import announce, demo
from emulators.gateway.local import LocalStack


def main() -> int:
    """Run until Ctrl-C, SIGTERM or SIGHUP, then end every part."""
    options = _options()
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    environ = os.environ  # noqa: TID251 (a program's entry point)
    firestore_host = environ.get("FIRESTORE_EMULATOR_HOST", "")
    gemini_key = environ.get("GEMINI_API_KEY", "")
    if firestore_host and not _answers(firestore_host):
        print(
            f"FIRESTORE_EMULATOR_HOST is {firestore_host}, and nothing answers there: start that "
            "emulator first, or unset the variable to use the one that comes with Moca.",
            file=sys.stderr,
        )
        return 1
    ended = _ending()
    clock = SimClock()
    if options.demo:
        clock.advance(-demo.lasts().total_seconds())
    hosts = {"firestore_host": firestore_host, "gemini_key": gemini_key}
    try:
        stack = LocalStack(clock, options.port, options.data, **hosts)
    except (RuntimeError, ValueError) as error:  # what was kept is in use, or was never ours
        print(f"dev: {error}", file=sys.stderr)
        return 1
    print(announce.outside(firestore_host, gemini_key), end="", flush=True)
    stack.start()
    try:
        if options.demo:
            demo.play(stack, ended)
        print(announce.addresses(stack), announce.pace(seeded=stack.seeded), sep="\n", flush=True)
        print(f'Try: ./dev dm "hello"{_port_option(options.port)}')
        print("Below is the functions' log, as in a deployment: a line a request.\n", flush=True)
        ended.wait()
    finally:
        stack.stop()
    print("Ended.")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m emulators.gateway", description=__doc__)
    parser.add_argument("--port", type=int, default=8080, help="the first of five")
    parser.add_argument("--data", type=Path, help="a folder that keeps the state")
    parser.add_argument("--demo", action="store_true", help="fill a small business with life")
    return parser.parse_args()


def _answers(host: str) -> bool:
    name, _, port = host.rpartition(":")
    try:
        with socket.create_connection((name.strip("[]"), int(port)), timeout=2):
            return True
    except (OSError, ValueError):
        return False


def _ending() -> threading.Event:
    """Set by the first Ctrl-C, SIGTERM or closed terminal; the second ends the process at once."""
    ended = threading.Event()

    def end(number: int, _frame: object) -> None:
        if ended.is_set():
            os._exit(128 + number)
        ended.set()

    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGHUP, end)
    return ended


def _port_option(port: int) -> str:
    return "" if port == 8080 else f" --port {port}"


if __name__ == "__main__":
    sys.exit(main())
