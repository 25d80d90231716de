"""Writes the tables and plots of docs/performance.md from a run, so that no number is typed."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks import tables_of_cost, tables_of_speed
from benchmarks.kept import Figures, Run
from benchmarks.plots import plot

DOCS = Path(__file__).parents[1] / "docs"
PAGE = DOCS / "performance.md"


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


def _machine(run: Run) -> str:
    return f"`{run['machine']}`"


#: Block of the page → what makes it.
TABLES: Mapping[str, Callable[[Run], str]] = {
    "machine": _machine,
    "promises": tables_of_speed.promises,
    "webhook": tables_of_speed.webhook,
    "webhook ratios": tables_of_speed.ratios,
    "cold start": tables_of_speed.cold,
    "steps": tables_of_speed.steps,
    "operations": tables_of_speed.operations,
    "small figures": tables_of_speed.small,
    "tokens": tables_of_cost.tokens,
    "cost": tables_of_cost.cost,
    "conversations": tables_of_cost.conversations,
    "idle": tables_of_cost.idle,
    "prices": tables_of_cost.price_list,
    "growth": tables_of_speed.growth,
    "slopes": tables_of_speed.slopes,
    "office": tables_of_speed.office,
    "burst": tables_of_speed.burst,
    "profile": tables_of_speed.profile,
    "scale": tables_of_cost.scale,
    "ramp": tables_of_cost.ramp,
    "took": tables_of_speed.took,
}


def pictures(run: Run) -> Mapping[str, str]:
    """File name → SVG."""
    grown = Figures(run, "growth")
    found = {}
    for axis in ("messages in the thread", "conversations", "accounts"):
        sizes = [n.split(" ")[0] for n in grown.names() if f" {axis}, webhook, own CPU" in n]
        for key, unit in (("operations", "documents"), ("own CPU", "ms")):
            lines = {
                step: [
                    (float(s.replace(",", "")), float(grown(f"{s} {axis}, {step}, {key}", "f")))
                    for s in sizes
                ]
                for step in tables_of_speed.STEPS
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
            label = name.rpartition(", people")[0]
            lines[label] = [(n * every, value) for n, value in enumerate(of.course(name))]
    return plot("People who wait for their reply", "seconds", "people", lines)
