"""Writes the tables and plots of docs/performance.md from a run, so that no number is typed."""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks import prices
from benchmarks.plots import plot

DOCS = Path(__file__).parents[1] / "docs"
PAGE = DOCS / "performance.md"
Run = Mapping[str, Any]
Row = Sequence[str]
_HANDLERS = ("floor", "bare messages", "naive", "moca", "moca, empty store")
_PROGRAMS = (
    "bare functions-framework",
    "framework with Firestore and Tasks clients",
    "webhook",
    "process_thread",
    "deliver",
    "sweep",
    "internal_api",
    "privacy",
    "back_office",
)
_STEPS = ("webhook", "process_thread", "deliver")


def render(run: Run) -> None:
    """Replace every block of the page, and draw the plots."""
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), run), encoding="utf-8")
    for name, picture in pictures(run).items():
        (DOCS / "plots" / name).write_text(picture, encoding="utf-8")


def page(text: str, run: Run) -> str:
    """The page with the run's tables between `<!-- from: NAME -->` and `<!-- end -->`."""
    for name, table in TABLES.items():
        pattern = re.compile(rf"(<!-- from: {re.escape(name)} -->\n).*?(<!-- end -->)", re.DOTALL)
        made = table(run)
        text = pattern.sub(lambda found, made=made: f"{found[1]}{made}\n{found[2]}", text)  # type: ignore[misc]  # mypy cannot infer lambda defaults
    return text


class Figures:
    """The figures of one benchmark, by name."""

    def __init__(self, run: Run, benchmark: str) -> None:
        self._found = {figure["name"]: figure for figure in run[benchmark]}

    def __call__(self, name: str, form: str = ",.1f") -> str:
        """The median, or a dash."""
        found = self._found.get(name)
        return format(found["median"], form) if found else "-"

    def spread(self, name: str) -> str:
        """The median with minimum and maximum."""
        found = self._found.get(name)
        if not found:
            return "-"
        low, high = min(found["runs"]), max(found["runs"])
        return f"{found['median']:.2f} ({low:.2f} to {high:.2f})"

    def runs(self, name: str) -> Sequence[float]:
        """Every run."""
        return [*self._found[name]["runs"]]

    def names(self) -> Sequence[str]:
        """What there is, in its order."""
        return [*self._found]


def _table(head: Row, rows: Sequence[Row]) -> str:
    lines = [head, ["---", *["--:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _machine(run: Run) -> str:
    return f"`{run['machine']}`"


def _webhook(run: Run) -> str:
    of = Figures(run, "webhook")
    keys = ("requests", "CPU", "p50", "p95", "p99", "emulators' CPU")
    rows = [
        [str(senders), handler, *(of(f"{handler}, {senders} senders, {key}") for key in keys)]
        for senders in (1, 16, 80)
        for handler in _HANDLERS
    ]
    units = ("a second", "ms a request", "p50 ms", "p95 ms", "p99 ms", "emulators' CPU, ms")
    return _table(("senders", "handler", *units), rows)


def _ratios(run: Run) -> str:
    of = Figures(run, "webhook")
    rows = [
        [
            f"moca / {other}",
            str(senders),
            *(
                of.spread(f"moca / {other}, {senders} senders, {key}")
                for key in ("CPU", "requests")
            ),
        ]
        for other in ("floor", "bare messages", "naive")
        for senders in (1, 16, 80)
    ]
    return _table(("ratio", "senders", "CPU a request", "throughput"), rows)


def _cold(run: Run) -> str:
    of = Figures(run, "cold_start")
    keys = ("imports, CPU", "memory", "first answer", "first answer, CPU", "first request alone")
    programs = [*_PROGRAMS, *(["webhook before"] if "webhook before, memory" in of.names() else [])]
    rows = [[name, *(of(f"{name}, {key}") for key in keys)] for name in programs]
    words = ("imports, ms CPU", "MiB", "first answer, ms", "ms CPU", "the request alone, ms")
    ratios = [
        [name.removeprefix("webhook / "), of.spread(name)]
        for name in of.names()
        if name.startswith("webhook / ")
    ]
    return (
        _table(("process", *words), rows)
        + "\n\n"
        + _table(("webhook against", "times (min to max)"), ratios)
    )


def _steps(run: Run) -> str:
    of = Figures(run, "steps")
    rows = [[name, of.spread(name)] for name in of.names()]
    return _table(("step", "ms, median (min to max)"), rows)


def _operations(run: Run) -> str:
    of = Figures(run, "counted")
    keys = ("requests", "round_trips", "reads", "writes", "deletes", "tasks")
    cases = ("b=1", "b=2", "b=3", "2 bubbles", "3 bubbles")
    rows = [
        [case, function, *(of(f"{case}, {function}, {key}", ",.0f") for key in keys)]
        for case in cases
        for function in _STEPS
    ]
    rows.append(["idle day", "sweep", *(of(f"idle day, sweep, {key}", ",.0f") for key in keys)])
    return _table(
        ("case", "function", "requests", "round trips", "reads", "writes", "deletes", "tasks"), rows
    )


def _small(run: Run) -> str:
    of = Figures(run, "counted")
    names = [n for n in of.names() if n.startswith(("own CPU", "a reply adds", "model request"))]
    return _table(("what", "median (min to max)"), [[name, of.spread(name)] for name in names])


def _cost(run: Run) -> str:
    of = Figures(run, "cost")
    cases = ("b=1", "b=2", "b=3")
    lines = ["functions", "Firestore reads", "Firestore writes", "Firestore deletes", "Cloud Tasks"]
    lines += ["logs", "Google without the model", *(model.name for model in prices.MODELS)]
    rows = [[line, *(of(f"1,000 messages, {b}, {line}", ".4f") for b in cases)] for line in lines]
    return _table(("dollars per 1,000 messages", *cases), rows)


def _conversations(run: Run) -> str:
    of = Figures(run, "cost")
    rows = [
        [
            f"Moca with {model.name}",
            of(f"1,000 conversations, b=2, all with {model.name}", ".2f"),
            "counted above, 4 messages in 2 turns",
        ]
        for model in prices.MODELS
    ]
    rows += [
        [name, f"{low:,}" if low == high else f"{low:,} to {high:,}", how]
        for name, low, high, how in prices.PEERS
    ]
    return _table(("per 1,000 conversations", "dollars", "how"), rows)


def _idle(run: Run) -> str:
    of = Figures(run, "cost")
    names = [name for name in of.names() if name.startswith("idle month, ")]
    rows = [[name.removeprefix("idle month, "), of(name, ".3f")] for name in names]
    return _table(("an idle month", "dollars"), rows)


def _prices(_run: Run) -> str:
    rows = [
        [
            p.what,
            f"{p.dollars:g} per {p.per:,.0f}" if p.per > 1 else f"{p.dollars:.7f}".rstrip("0"),
            p.source,
            p.read,
        ]
        for p in prices.GOOGLE
    ]
    rows += [
        [
            f"{m.name}, 1M tokens in / out",
            f"{m.tokens_in:g} / {m.tokens_out:g}",
            prices.MODELS_SOURCE,
            "",
        ]
        for m in prices.MODELS
    ]
    return _table(("list price", "dollars", "source", "read"), rows)


def _growth(run: Run) -> str:
    of = Figures(run, "growth")
    rows = []
    for grown in dict.fromkeys(name.split(", ")[0] for name in of.names()):
        row = [grown]
        for step in _STEPS:
            row += [of(f"{grown}, {step}, round trips", ",.0f")]
            row += [of(f"{grown}, {step}, operations", ",.0f")]
            row += [of(f"{grown}, {step}, own CPU", ".2f")]
        rows.append(row)
    head = [f"{step}: {what}" for step in _STEPS for what in ("round trips", "operations", "ms")]
    return _table(("store holds", *head), rows)


def _burst(run: Run) -> str:
    of = Figures(run, "burst")
    names = [n.partition(", ")[2] for n in of.names() if n.startswith("3 messages a second")]
    names = [name for name in names if "waiting" not in name]
    rows = [
        [name, *(of(f"{rate} messages a second, {name}", ",.1f") for rate in (3, 80))]
        for name in names
    ]
    return _table(("burst", "pace 3 a second", "pace 80 a second"), rows)


#: Block of the page → what makes it.
TABLES: Mapping[str, Callable[[Run], str]] = {
    "machine": _machine,
    "webhook": _webhook,
    "webhook ratios": _ratios,
    "cold start": _cold,
    "steps": _steps,
    "operations": _operations,
    "small figures": _small,
    "cost": _cost,
    "conversations": _conversations,
    "idle": _idle,
    "prices": _prices,
    "growth": _growth,
    "burst": _burst,
}


def pictures(run: Run) -> Mapping[str, str]:
    """File name → SVG."""
    grown = Figures(run, "growth")
    found = {}
    for axis in ("messages in the thread", "conversations"):
        sizes = [n.split(" ")[0] for n in grown.names() if f" {axis}, webhook, own CPU" in n]
        for key, unit in (("operations", "documents"), ("own CPU", "ms")):
            lines = {
                step: [
                    (float(s.replace(",", "")), float(grown(f"{s} {axis}, {step}, {key}", "f")))
                    for s in sizes
                ]
                for step in _STEPS
            }
            title = f"{key} of a request as the store grows"
            file = f"growth-{axis.split()[0]}-{key.split()[-1].lower()}.svg"
            found[file] = plot(title, axis, unit, lines, log=True)
    return found | {"burst.svg": _backlog(Figures(run, "burst"))}


def _backlog(of: Figures) -> str:
    lines = {}
    for name in of.names():
        if "people waiting" in name:
            every = int(name.rpartition("every ")[2].removesuffix(" s"))
            label = name.split(" messages")[0] + " replies a second"
            lines[label] = [(n * every, value) for n, value in enumerate(of.runs(name))]
    return plot("People who wait for their reply", "seconds", "people", lines)
