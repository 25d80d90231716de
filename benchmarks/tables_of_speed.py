"""The page's tables of speed and growth, each from one benchmark of a kept run."""

from math import log10
from statistics import linear_regression

from benchmarks.burst import CASES
from benchmarks.cold_start import CLIENTS, ENTRY_POINTS, FRAMEWORK, PROGRAMS
from benchmarks.kept import Figures, Run, table

HANDLERS = ("floor", "bare messages", "naive", "moca", "moca, empty store")
SENDERS = (1, 16, 80)
STEPS = ("webhook", "process_thread", "deliver")


def webhook(run: Run) -> str:
    """Rates, latencies and processor time of every handler, by senders."""
    of = Figures(run, "webhook")
    keys = ("requests", "CPU", "p50", "p95", "p99", "emulators' CPU")
    rows = [
        [str(senders), handler, *(of(f"{handler}, {senders} senders, {key}") for key in keys)]
        for senders in (1, 16, 80)
        for handler in HANDLERS
    ]
    units = ("a second", "ms a request", "p50 ms", "p95 ms", "p99 ms", "emulators' CPU, ms")
    return table(("senders", "handler", *units), rows)


def promises(run: Run) -> str:
    """What the design promises, with what this run measured."""
    web, cold, steps = (Figures(run, name) for name in ("webhook", "cold_start", "steps"))
    against = f"webhook / {CLIENTS}"
    rows = [
        _promise(web, f"webhook: {what}, {senders} senders", name.format(senders), bound, unit)
        for what, name, bound, unit in (
            ("CPU of a request", "moca / floor, {} senders, CPU", 1.25, "times the floor's"),
            ("throughput", "moca / floor, {} senders, requests", -0.8, "times the floor's"),
        )
        for senders in SENDERS
    ]
    rows += [
        _promise(web, "webhook: p99, 16 senders", "moca, 16 senders, p99", 100, "ms"),
        _promise(cold, "cold start: imports, CPU", f"{against}, imports, CPU", 1.3, "times"),
        _promise(cold, "cold start: memory", f"{against}, memory", 1.3, "times"),
        _promise(cold, "cold start: first answer", f"{against}, first answer, CPU", 1.3, "times"),
        _promise(steps, "turn: p95 without the model", "turn, without the model, p95", 60, "ms"),
        _promise(steps, "delivery: p95", "delivery, with simulated Instagram, p95", 40, "ms"),
    ]
    return table(("promise", "bound", "measured, median (min to max)", "kept"), rows)


def _promise(of: Figures, what: str, name: str, bound: float, unit: str) -> list[str]:
    """One row; a negative bound is the least that there must be."""
    value = of.median(name)
    kept = value >= -bound if bound < 0 else value <= bound
    most = f"at least {-bound:g} {unit}" if bound < 0 else f"at most {bound:g} {unit}"
    return [what, most, of.spread(name), "yes" if kept else "**no**"]


def ratios(run: Run) -> str:
    """The webhook against what it is compared with, round by round."""
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
    return table(("ratio", "senders", "CPU a request", "throughput"), rows)


def cold(run: Run) -> str:
    """Fresh processes: imports, memory, first answers; then each entry point's ratios."""
    of = Figures(run, "cold_start")
    keys = ("imports, CPU", "memory", "first answer", "first answer, CPU", "first request alone")
    rows = [[p.name, *(of(f"{p.name}, {key}") for key in keys)] for p in PROGRAMS]
    words = ("imports, ms CPU", "MiB", "first answer, ms", "ms CPU", "the request alone, ms")
    ratios = [
        [p.name, floor, *(of.spread(f"{p.name} / {floor}, {key}") for key in keys[:4])]
        for p in ENTRY_POINTS
        for floor in (p.floor, FRAMEWORK)
    ]
    against = ("imports, CPU", "memory", "first answer", "first answer, CPU")
    return (
        table(("process", *words), rows)
        + "\n\n"
        + table(("times (min to max)", "against", *against), ratios)
    )


def steps(run: Run) -> str:
    """Times of turns and deliveries."""
    of = Figures(run, "steps")
    rows = [[name, of.spread(name)] for name in of.names()]
    return table(("step", "ms, median (min to max)"), rows)


def operations(run: Run) -> str:
    """What a reply costs each function, in operations."""
    of = Figures(run, "counted")
    keys = ("requests", "round_trips", "reads", "writes", "deletes", "tasks", "secrets")
    cases = ("b=1", "b=2", "b=3", "2 bubbles", "3 bubbles")
    rows = [
        [case, function, *(of(f"{case}, {function}, {key}", ",.0f") for key in keys)]
        for case in cases
        for function in STEPS
    ]
    rows.append(["idle day", "sweep", *(of(f"idle day, sweep, {key}", ",.0f") for key in keys)])
    words = ("requests", "round trips", "reads", "writes", "deletes", "tasks", "secrets")
    return table(("case", "function", *words), rows)


def small(run: Run) -> str:
    """The functions' own processor time, and what a reply leaves behind."""
    of = Figures(run, "counted")
    names = [n for n in of.names() if n.startswith("own CPU") or " adds " in n]
    return table(
        ("what", "ms, counted or bytes: median (min to max)"),
        [[name, of.spread(name)] for name in names],
    )


def growth(run: Run) -> str:
    """Operations and times in stores of every size."""
    of = Figures(run, "growth")
    rows = []
    for grown in dict.fromkeys(name.split(", ")[0] for name in of.names()):
        row = [grown]
        for step in STEPS:
            row += [of(f"{grown}, {step}, round trips", ",.0f")]
            row += [of(f"{grown}, {step}, operations", ",.0f")]
            row += [of(f"{grown}, {step}, own CPU", ".2f")]
        rows.append(row)
    head = [f"{step}: {what}" for step in STEPS for what in ("round trips", "operations", "ms")]
    return table(("store holds", *head), rows)


def burst(run: Run) -> str:
    """How a burst was answered, at each pace and queue rate."""
    of = Figures(run, "burst")
    names = dict.fromkeys(
        name.removeprefix(f"{case.name}, ")
        for case in CASES
        for name in of.names()
        if name.startswith(f"{case.name}, ") and "waiting" not in name
    )
    rows = [[name, *(of(f"{case.name}, {name}") for case in CASES)] for name in names]
    heads = [case.name + (f", 1/{case.share} of it" if case.share > 1 else "") for case in CASES]
    return table(("burst", *heads), rows)


def profile(run: Run) -> str:
    """Shares of the functions' own time, and the dearest functions."""
    of = Figures(run, "profile")
    groups = dict.fromkeys(
        name.partition(", ")[2] for name in of.names() if name.partition(", ")[0] in STEPS
    )
    shares = [
        [group, *(of(f"{step}, {group}", ".0f") + " %" for step in STEPS)]
        for group in groups
        if not group.startswith("top")
    ]
    tops = []
    for step in STEPS:
        for place in (n.partition(", ")[2] for n in of.names() if n.startswith(f"{step}, top")):
            number, _, function = place.removeprefix("top ").partition(": ")
            share = of(f"{step}, {place}", ".1f") + " %"
            tops.append([number, step, f"`{function}`", share])
    changed = [n for n in of.names() if n.startswith("declaring")]
    return "\n\n".join(
        (
            table(("own time", *STEPS), shares),
            table(("", "step", "function, with what it calls in C", "own time"), tops),
            table(("changed", "ms"), [[name, of(name, ".3f")] for name in changed]),
        )
    )


def office(run: Run) -> str:
    """What the back office's pages cost in stores of every size."""
    of = Figures(run, "office")
    keys = ("reads", "round trips", "own CPU")
    pages = dict.fromkeys(name.rpartition(", ")[0] for name in of.names())
    rows = [[page, *(of(f"{page}, {key}") for key in keys)] for page in pages]
    return table(("store holds, page", "reads", "round trips", "ms"), rows)


def slopes(run: Run) -> str:
    """How much the operations of a step change when the store grows tenfold."""
    of = Figures(run, "growth")
    rows = []
    for axis, least in (("messages in the thread", 1_000), ("conversations", 10), ("accounts", 1)):
        row = [f"{axis}, from {least:,}"]
        for step in STEPS:
            names = [n for n in of.names() if n.endswith(f" {axis}, {step}, operations")]
            points = [(int(n.split(" ")[0].replace(",", "")), n) for n in names]
            kept = [(log10(size), of.median(n)) for size, n in points if size >= least]
            row.append(f"{linear_regression(*zip(*kept, strict=True)).slope:.2f}")
        rows.append(row)
    return table(("operations more for a store ten times as large", *STEPS), rows)


def took(run: Run) -> str:
    """How long each benchmark took."""
    rows = [[name, f"{seconds:,.0f}"] for name, seconds in run["took"].items()]
    return table(("benchmark", "seconds"), rows)
