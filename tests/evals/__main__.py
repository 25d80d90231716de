"""`python -m tests.evals`: every case, a table and, where wanted, JSON; 1 if any case failed."""

import argparse
import contextlib
import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from emulators.clock import SimClock
from emulators.gateway.local import LocalStack
from tests.evals import cases, expecting, judge, play
from tests.world import World

_BEGINNING = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def _say(line: str) -> None:
    print(line, file=sys.__stdout__, flush=True)


def main() -> int:
    """Run what the command line names."""
    parser = argparse.ArgumentParser(
        prog="./dev eval",
        allow_abbrev=False,
        description="Play the agent's conversations over their scripts, or over the real model "
        "where GEMINI_API_KEY is set.",
    )
    only = "cases whose file, name or reason holds this"
    parser.add_argument("--only", metavar="WORDS", default="", help=only)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results there")
    options = parser.parse_args()
    key = os.environ.get("GEMINI_API_KEY", "")  # noqa: TID251 (a program's entry point)
    found = cases.load(options.only)
    # What the functions log would drown the table.
    with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stdout(nowhere):
        results = _results(found, key)
    if options.json:
        options.json.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n")
    return _report(results, real=bool(key))


def _results(found: list[cases.Case], key: str) -> list[dict[str, Any]]:
    stack = LocalStack(SimClock(frozen_at=_BEGINNING), gemini_key=key).start()
    try:
        return [_result(World(stack), case) for case in found]
    finally:
        stack.stop()


def _result(world: World, case: cases.Case) -> dict[str, Any]:
    world.reset()
    played = play.play(world, case)
    real = world.stack.real_model
    failures = expecting.failures(case.get("expect"), played, real=real)
    if real and (rubric := case.get("expect").get("rubric")):
        failures += judge.judged(rubric, case.get("says"), played.sent)
    result = {
        "file": case.file,
        "name": case.name,
        "hostile": case.hostile,
        "passed": not failures,
        "failures": failures,
        "sent": list(played.sent),
        "cost_microdollars": played.cost_microdollars,
        "turns": list(played.turns),
        "requests": list(played.requests),
    }
    _say(f"{'ok  ' if not failures else 'FAIL'}  {case.file:<12} {case.name}")
    for failure in failures:
        _say(f"      {failure}")
    return result


def _report(results: list[dict[str, Any]], *, real: bool) -> int:
    failed = sum(not result["passed"] for result in results)
    hostile = sum(result["hostile"] for result in results)
    cost = sum(result["cost_microdollars"] for result in results) / 1_000_000
    model = "the real model" if real else "the scripted model"
    _say(
        f"\n{len(results)} cases ({hostile} hostile) over {model}: "
        f"{len(results) - failed} passed, {failed} failed, ${cost:.4f} by the price table"
    )
    return 1 if failed or not results else 0


if __name__ == "__main__":
    sys.exit(main())
