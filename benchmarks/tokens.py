"""Model tokens, taken from the evaluation set: of each turn by its trace, of each request by part.

All cases are played over their own scripts, hostile ones and clumsy models among them. What goes in
is the deployed prompt, tools and history; what comes out is what the scripts say. The simulated
model counts by the rule in `emulators.gemini.replies`, whose error is stated there.
"""

import functools
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory

from benchmarks import processes
from benchmarks.measure import Figure

Counts = Mapping[str, int]

#: What a turn's trace tells.
OF_A_TURN = ("requests", "input", "output", "thinking", "cached")
OF_A_REQUEST = ("instructions", "tools", "history")
_PATIENCE_SECONDS = 600


def figures() -> Iterator[Figure]:
    """Each count over all turns, then each part over all requests."""
    turns, requests = recorded()
    for found, of, names in (
        (turns, "a turn", OF_A_TURN),
        (requests, "a request", OF_A_REQUEST),
    ):
        for name in names:
            unit = "counted" if name == "requests" else "tokens"
            runs = sorted(each[name] for each in found)
            yield Figure(f"{of}, {name}", unit, runs)
            yield Figure(f"{of}, {name}, p95", unit, [runs[int(len(runs) * 0.95)]])
            yield Figure(f"{of}, {name}, mean", unit, [mean(runs)])


def of_a_turn() -> Mapping[str, float]:
    """The mean of each count: what many turns cost is a sum."""
    turns, _ = recorded()
    return {name: mean(turn[name] for turn in turns) for name in OF_A_TURN}


@functools.cache
def recorded() -> tuple[Sequence[Counts], Sequence[Counts]]:
    """Every turn that asked the model, and every request; played once a process."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "results.json"
        subprocess.run(  # noqa: S603 (our own interpreter and program)
            [sys.executable, "-m", "tests.evals", "--json", str(file)],
            check=True,
            capture_output=True,
            cwd=processes.ROOT,
            env=processes.environment(),
            timeout=_PATIENCE_SECONDS,
        )
        cases = json.loads(file.read_text(encoding="utf-8"))
    turns = [turn for case in cases for turn in case["turns"]]
    return turns, [request for case in cases for request in case["requests"]]
