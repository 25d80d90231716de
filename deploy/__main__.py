"""`./dev deploy`: brings a project to the declared state, or `undo`es it."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from deploy import (
    accounts,
    apis,
    budget,
    doors,
    firestore,
    functions,
    monitoring,
    queues,
    rules,
    scheduler,
    secrets,
    undo,
    wanted,
)
from deploy.gcloud import Gcloud, warn
from deploy.request import Request, read_values
from deploy.rest import GOOGLE, Rest
from devtools import words
from devtools.stop import INTERRUPTED, Stop


def main(arguments: Sequence[str]) -> int:
    """Carry out one command line; the exit code."""
    options = _parser().parse_args(arguments)
    try:
        request = _request(options)
        if options.verb == "undo":
            _undo(request, options)
        else:
            deploy(request)
    except Stop as stop:
        print(f"dev: {stop}", file=sys.stderr)
        return stop.code
    except KeyboardInterrupt:
        print("\ndev: interrupted; start me again and I go on from here.", file=sys.stderr)
        return INTERRUPTED
    _say_the_end(request)
    return 0


def deploy(request: Request) -> None:
    """Every step, in an order in which each finds what it needs, and questions come first."""
    if request.functions != wanted.FUNCTIONS:
        functions.ensure(request, secrets.ensure(request))
        doors.ensure(request)
        doors.check(request)
        return
    apis.ensure(request)
    accounts.ensure(request)
    versions = secrets.ensure(request)
    firestore.ensure(request)
    rules.ensure(request)
    queues.ensure(request)
    accounts.ensure_role(request)
    accounts.grant(request)
    functions.ensure(request, versions)
    doors.ensure(request)
    doors.check(request)
    scheduler.ensure(request)
    monitoring.ensure(request)
    budget.ensure(request)
    functions.tell_addresses(request)


def _undo(request: Request, options: argparse.Namespace) -> None:
    if not request.gcloud.dry_run and not options.yes:
        print(f"This deletes Moca from {request.project}. Type the project's id to go on: ", end="")
        if not request.interactive or input().strip() != request.project:
            raise Stop("Nothing was deleted: say --yes, or type the project's id in a terminal.")
    undo.undo(request, delete_database=options.delete_database)


def _request(options: argparse.Namespace) -> Request:
    values = read_values(options.env_file)
    gcloud = Gcloud(options.project, dry_run=options.dry_run, pause_seconds=options.pause_seconds)
    if gcloud.blind:
        warn("gcloud is not on the PATH: this shows what an empty project would get")
    if not values.get("INSTAGRAM_PAGE_ID", "").isdecimal():
        if options.verb != "undo" and not options.dry_run:
            raise Stop(
                f"INSTAGRAM_PAGE_ID, the account's number, is missing in {options.env_file}: copy "
                ".env.example there and fill it in; docs/meta.md says where the number stands."
            )
        if options.verb != "undo":
            warn("INSTAGRAM_PAGE_ID is not filled in: account 0 stands for it below")
        values |= {"INSTAGRAM_PAGE_ID": "0"}
    return Request(
        gcloud=gcloud,
        rest=Rest(gcloud, options.google),
        region=options.region,
        values=values,
        functions=_chosen(options.only),
        renew=_renewed(options.renew_secret),
        interactive=sys.stdin.isatty(),
        backups=options.backups,
        alert_email=options.alert_email,
        quiet_hours=options.quiet_hours,
        budget=options.budget,
        force=options.force,
        source=options.source.resolve(),
    )


def _chosen(only: str) -> tuple[wanted.Function, ...]:
    names = [name.strip() for name in only.split(",") if name.strip()]
    known = [function.entry_point for function in wanted.FUNCTIONS]
    if unknown := [name for name in names if name not in known]:
        raise Stop(f"There is no function {unknown[0]!r}; there are {', '.join(known)}.", 2)
    chosen = [function for function in wanted.FUNCTIONS if function.entry_point in names]
    return tuple(chosen) if names else wanted.FUNCTIONS


def _renewed(variables: list[str]) -> frozenset[str]:
    known = [secret.variable for secret in wanted.SECRETS]
    if unknown := [name for name in variables if name not in known]:
        raise Stop(f"There is no secret {unknown[0]!r}; there are {', '.join(known)}.", 2)
    return frozenset(variables)


def _parser() -> argparse.ArgumentParser:
    parser = words.parser(
        "deploy", "Bring a Google Cloud project to the declared state, or take it away again."
    )
    parser.usage = "./dev deploy [undo] --project P [--dry-run] [option …]"
    add = parser.add_argument
    add("verb", nargs="?", choices=["undo"], metavar="undo", help="take everything away again")
    add("--project", required=True, metavar="P", help="the Google Cloud project's id")
    add("--region", default="europe-west1", metavar="R", help="where it runs (%(default)s)")
    add("--dry-run", action="store_true", help="print what would be done, change nothing")
    add("--only", default="", metavar="webhook,…", help="only these functions and their secrets")
    env_file = wanted.ROOT / ".env"
    add("--env-file", type=Path, default=env_file, metavar="FILE", help="read instead of .env")
    add(
        "--renew-secret",
        action="append",
        default=[],
        metavar="VARIABLE",
        help="ask for this secret anew, or take the environment file's where nobody can be asked; "
        "may be given several times",
    )
    add("--force", action="store_true", help="deploy functions that have not changed too")
    source = "the checkout to upload, instead of this one"
    add("--source", type=Path, default=wanted.ROOT, metavar="DIR", help=source)
    add("--backups", action="store_true", help="daily backups, and recovery to any minute")
    add("--alert-email", default="", metavar="ADDRESS", help="who is told when something is wrong")
    add(
        "--quiet-hours",
        type=int,
        choices=range(1, 24),
        default=12,
        metavar="1-23",
        help="so many hours without a webhook are alarming (%(default)s)",
    )
    budget_help = "warn at this much a month, in the billing account's currency"
    add("--budget", type=int, default=0, metavar="N", help=budget_help)
    add("--yes", action="store_true", help="undo: do not ask")
    add("--delete-database", action="store_true", help="undo: conversations too, for good")
    add("--google", default=GOOGLE, help=argparse.SUPPRESS)
    add("--pause-seconds", type=float, default=5, help=argparse.SUPPRESS)
    return parser


def _say_the_end(request: Request) -> None:
    changes, dry = request.gcloud.changes, request.gcloud.dry_run
    if not changes:
        print("Nothing to change: everything is as wanted.")
    else:
        print(f"{changes} changes {'would be made' if dry else 'made'}.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
