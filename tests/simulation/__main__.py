"""`./dev sim`: search seeds for a broken promise, replay one, or prove that mutants are caught."""

import argparse
import sys
import time
from collections.abc import Sequence

from tests.simulation.coverage import missing
from tests.simulation.mutants import MUTANTS
from tests.simulation.run import STEPS, Case, Result, run
from tests.simulation.search import Outcome, Report, outcomes
from tests.simulation.shrink import shrunk

#: A search of so many seeds meets every kind of fault, or something is wrong with it.
ENOUGH = 100


def main(arguments: Sequence[str]) -> int:
    """Carry out one command line; 1 when a promise was broken or a fault was never met."""
    options = _options(arguments)
    if options.mutants:
        return _hunt(options)
    if options.seed is not None and options.seeds is None:
        return _replay(options)
    return _search(options)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./dev sim",
        allow_abbrev=False,
        description="Search seeds for a broken promise, replay one, or prove that bugs are caught; "
        "`./dev sim --hour` has its own --help.",
    )
    add = parser.add_argument
    add("--seeds", type=int, metavar="N", help="how many seeds to search (200)")
    add("--seed", type=int, metavar="S", help="replay this one; with --seeds: begin here")
    steps = "actions of each run's plan (%(default)s)"
    add("--steps", type=int, metavar="K", default=STEPS, help=steps)
    add("--mutants", action="store_true", help="prove that deliberate bugs show")
    add("--mutant", default="", metavar="NAME", help="replay a seed with this deliberate bug")
    add("--shrink", action="store_true", help="make a failing run small")
    add("--without", default="", metavar="3,5", help="actions left out, by number")
    add("--calm", default="", metavar="A;B", help="faults left out, by name")
    return parser.parse_args(arguments)


def _replay(options: argparse.Namespace) -> int:
    case = Case(
        options.seed,
        steps=options.steps,
        mutant=options.mutant,
        without_actions=frozenset(map(int, filter(None, options.without.split(",")))),
        without_faults=frozenset(filter(None, options.calm.split(";"))),
    )
    result = shrunk(case) if options.shrink and run(case).violation else run(case)
    print(result.story())
    print(_verdict(result))
    return 1 if result.violation else 0


def _verdict(result: Result) -> str:
    if not result.violation:
        return f"Seed {result.case.seed}: every promise held in {result.decisions} decisions."
    case = result.case
    without = ",".join(map(str, sorted(case.without_actions)))
    calm = ";".join(sorted(case.without_faults))
    parts = [f"--seed {case.seed} --steps {case.steps}"]
    parts += [f"--without {without}"] if without else []
    parts += [f"--calm '{calm}'"] if calm else []
    parts += [f"--mutant '{case.mutant}'"] if case.mutant else []
    return f"BROKEN: {result.violation}\nAgain: ./dev sim {' '.join(parts)}"


def _hunt(options: argparse.Namespace) -> int:
    """For each mutant the first seed that kills it."""
    alive = []
    for mutant in MUTANTS:
        cases = [Case(seed, options.steps, mutant) for seed in range(options.seeds or 200)]
        killer = next((o for o in outcomes(cases) if o.violation), None)
        if killer is None:
            alive.append(mutant)
        seed = killer.case.seed if killer else "ALIVE"
        print(f"{mutant:44} {seed:>6}  {killer.violation if killer else ''}", flush=True)
    print(f"{len(MUTANTS) - len(alive)} of {len(MUTANTS)} mutants were caught.")
    return 1 if alive else 0


def _search(options: argparse.Namespace) -> int:
    began = time.perf_counter()
    first = options.seed or 0
    cases = [Case(seed, options.steps) for seed in range(first, first + (options.seeds or 200))]
    report = Report()
    for outcome in outcomes(cases):
        report.add(outcome)
        if outcome.violation:
            print(f"seed {outcome.case.seed}: {outcome.violation}", flush=True)
    _print(report, time.perf_counter() - began)
    if report.failed:
        _tell_the_first(report.failed[0])
    blind = report.runs >= ENOUGH and bool(missing(report.met))
    return 1 if report.failed or blind else 0


def _print(report: Report, seconds: float) -> None:
    for what in sorted(report.met):
        print(f"{report.met[what]:8}  {what}")
    for what in missing(report.met):
        print(f"{0:8}  {what}: NOT MET")
    print(
        f"{report.runs} seeds, {report.decisions} decisions, {seconds:.0f} s, "
        f"{len(report.failed)} broken."
    )


def _tell_the_first(failed: Outcome) -> None:
    print("\nThe first of them, made small:\n")
    result = shrunk(failed.case)
    print(result.story())
    print(_verdict(result))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
