"""The verbs of `./dev`."""

import os
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from pathlib import Path

from devtools import ROOT, dm, google_emulator, ports, processes, supply, venv, words
from devtools.stop import INTERRUPTED, Stop

HELP = """\
Moca on this machine: no account, no Docker, only Python 3.11 to 3.14.

  ./dev up [--port N] [--data DIR] [--demo]
                          start everything on ports N … N+4 (8080 … 8084); Ctrl-C ends it
                          --data keeps the state in DIR; --demo fills a small business with life
  ./dev dm "text" [--from alice] [--port N]
                          write to it as a customer and see the reply
  ./dev test [pytest …]   the tests; pytest's own arguments are passed on
  ./dev test --store google [pytest …]
                          those that concern the store, on Google's Firestore emulator
  ./dev eval [--only WORDS] [--json FILE]
                          the agent's conversations with expectations, over their own scripts;
                          with GEMINI_API_KEY set, over the real model
  ./dev sim [--seeds N] [--seed S] [--steps K] [--shrink] [--mutants]
                          drive the functions through seeded schedules and faults, and say
                          what broke; --seed alone replays one as a story
  ./dev sim --hour [--minutes N] [--seed S]
                          an hour of deliveries on a virtual clock, under steady misfortune
  ./dev check             format, lint, types and import rules: everything but the tests
  ./dev bench [name …] [--json FILE]
                          measure speed and cost; without a name, everything
  ./dev bench --render FILE
                          write the tables of docs/performance.md from such a file
  ./dev conformance HOST  try Firestore's promises on an emulator at host:port
  ./dev conformance --against HOST [--sequences N] [--seed S]
                          make drawn calls on that emulator and on ours: the answers must not differ
  ./dev bundle            prove that what would be uploaded starts and answers, alone
  ./dev deploy --project P [--region R] [--only webhook,…] [--dry-run]
                          bring a Google Cloud project to the declared state
  ./dev deploy undo --project P
                          take it away again
  ./dev doctor [--live]   say what is missing before it works; --live asks Meta and the functions
  ./dev subscribe         have Instagram send the account's events, and show which
  ./dev lock · audit · licences
                          renew the locks; ask for known flaws; list the licences
  ./dev capture [FILE]    picture a real run: the phone beside the inbox, as an animation
  ./dev texts             bring what the office says into its catalogues, and name what lacks
                          a translation
  ./dev settings          write the pages of the docs that are read from the code
  ./dev setup             build or refresh .venv and do nothing else
  ./dev help [COMMAND]    this; with a command, what it takes (as ./dev COMMAND --help does)

The first run installs what requirements-dev.txt locks and lets .venv lead there; later runs do so
when it has changed.
"""
STEPS = (
    ("format", ("ruff", "format", "--check", ".", "dev")),
    ("lint", ("ruff", "check", ".", "dev")),
    ("types", ("mypy", ".", "dev")),
    ("import rules", ("pytest", "-q", "tests/test_architecture.py")),
)


def main(arguments: Sequence[str]) -> int:
    """Carry out one command line; the exit code."""
    processes.interrupt_on_termination()
    name, *rest = arguments or ("help",)
    try:
        return _command(name)(rest)
    except Stop as stop:
        print(f"dev: {stop}", file=sys.stderr)
        return stop.code
    except KeyboardInterrupt:
        print("\ndev: interrupted.", file=sys.stderr)
        return INTERRUPTED


def _command(name: str) -> Callable[[list[str]], int]:
    if name in ("-h", "--help"):
        return show_help
    if name not in COMMANDS:
        raise Stop(f"There is no command {name!r}; `./dev help` lists them.", 2)
    return COMMANDS[name]


def show_help(arguments: list[str]) -> int:
    """Say what there is, or what one command takes."""
    names = [argument for argument in arguments if not argument.startswith("-")]
    if names:
        return _command(names[0])(["--help"])
    print(HELP, end="")
    return 0


def up(arguments: list[str]) -> int:
    """Become the local run."""
    parser = words.parser("up", "Start everything on this machine; Ctrl-C ends all of it.")
    _add_port(parser)
    parser.add_argument(
        "--data", type=words.folder, metavar="DIR", help="keep the state here over a restart"
    )
    parser.add_argument(
        "--demo", action="store_true", help="fill a small business with conversations"
    )
    options = parser.parse_args(arguments)
    environment = processes.environment(outside=True)
    named = environment.get("FIRESTORE_EMULATOR_HOST")
    ports.require_free(options.port, unused=("Firestore",) if named else ())
    command = [str(venv.ready()), "-m", "emulators.gateway", "--port", str(options.port)]
    if options.data:
        command += ["--data", str(options.data)]
    if options.demo:
        command += ["--demo"]
    processes.become(command, environment)


_WORKERS = 2
#: A file's tests stay together, because they share what is dear, and the files keep their order:
#: the slow ones come early.
_SPREAD = ("-n", str(_WORKERS), "--dist", "loadfile", "--no-loadscope-reorder")
#: What Google's emulator judges: the deployed code, and our table of what Firestore promises.
_JUDGED = (
    "tests/test_stores.py",
    "tests/emulators/firestore/test_store_in_use.py",
    "tests/scenarios",
    "tests/acceptance",
    "tests/delivery",
    "tests/office",
)


def test(arguments: list[str]) -> int:
    """Become pytest, on two cores; or have it run while Google's emulators do."""
    parser = ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--store", choices=("ours", "google"), default="ours")
    options, rest = parser.parse_known_args(arguments)
    google = options.store == "google"
    if google:
        google_emulator.command()  # what is missing is said before anything is built
    python = str(venv.ready())
    if {"-h", "--help"} & set(arguments):
        print("./dev test takes what pytest takes, and runs it on two cores:\n", flush=True)
    command = [python, "-m", "pytest", *_SPREAD, *map(_from_here, rest)]
    if not google:
        processes.become(command, processes.environment(outside=False))
    if not any(Path(argument.partition("::")[0]).exists() for argument in rest):
        command += _JUDGED
    with google_emulator.running(_WORKERS) as hosts:
        judged = [*command, "-rx", f"--store={','.join(hosts)}"]
        return processes.run(judged, processes.environment(outside=False))


def evaluate(arguments: list[str]) -> int:
    """Become the evaluation of the agent."""
    command = [str(venv.ready()), "-m", "tests.evals", *arguments]
    processes.become(command, processes.environment(outside=True))


def sim(arguments: list[str]) -> int:
    """Become the simulator; with --hour, that of an hour of deliveries."""
    module = "tests.delivery.hour" if "--hour" in arguments else "tests.simulation"
    rest = [argument for argument in arguments if argument != "--hour"]
    command = [str(venv.ready()), "-m", module, *rest]
    processes.become(command, processes.environment(outside=False))


def check(arguments: list[str]) -> int:
    """Run every step, even after one that fails; 1 if any did."""
    words.nothing_but_help("check", "Format, lint, types and import rules.", arguments)
    python = str(venv.ready())
    failed = [title for title, step in STEPS if _step(python, title, step)]
    print(f"Check failed: {', '.join(failed)}." if failed else "Check passed.", flush=True)
    return 1 if failed else 0


def send_dm(arguments: list[str]) -> int:
    """Write as a customer."""
    parser = words.parser("dm", "Write to the local run as a customer and see the reply.")
    parser.add_argument("text", help="what the customer writes")
    parser.add_argument(
        "--from", dest="person", metavar="NAME", default="alice", help="who writes (%(default)s)"
    )
    _add_port(parser)
    options = parser.parse_args(arguments)
    return dm.send(options.text, options.person, options.port)


def module(name: str, *first: str, outside: bool = False) -> Callable[[list[str]], int]:
    """A verb that becomes a program of ours, `python -m name`, which knows its own arguments."""

    def become(arguments: list[str]) -> int:
        command = [str(venv.ready()), "-m", name, *first, *arguments]
        processes.become(command, processes.environment(outside=outside))

    return become


def setup(arguments: list[str]) -> int:
    """Only see to `.venv`."""
    words.nothing_but_help("setup", "Build or refresh .venv and do nothing else.", arguments)
    venv.ready()
    return 0


COMMANDS = {
    "audit": supply.audit,
    "bench": module("benchmarks"),
    "bundle": module("deploy.check_bundle"),
    "capture": module("devtools.capture"),
    "check": check,
    "conformance": module("emulators.conformance"),
    "deploy": module("deploy", outside=True),
    "dm": send_dm,
    "eval": evaluate,
    "doctor": module("devtools.doctor", outside=True),
    "help": show_help,
    "licences": module("devtools.supply"),
    "lock": supply.lock,
    "settings": module("devtools.tables"),
    "setup": setup,
    "sim": sim,
    "subscribe": module("devtools.doctor", "subscribe", outside=True),
    "test": test,
    "texts": module("devtools.texts"),
    "up": up,
}


def _add_port(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--port",
        type=ports.checked,
        metavar="N",
        default=ports.DEFAULT,
        help="the first of the local run's five ports (%(default)s)",
    )


def _step(python: str, title: str, step: Sequence[str]) -> int:
    print(f"── {title}", flush=True)
    return processes.run([python, "-m", *step], processes.environment(outside=False))


def _from_here(argument: str) -> str:
    path, *selection = argument.split("::")
    if Path.cwd() == ROOT or argument.startswith("-") or not Path(path).exists():
        return argument
    return "::".join([os.fspath(Path(path).resolve()), *selection])
