"""The page's tables of money: tokens, costs, prices, each from a kept run."""

from benchmarks import prices
from benchmarks.kept import Figures, Run, table
from benchmarks.scale import PARTS, RATES


def cost(run: Run) -> str:
    """Dollars of a thousand messages, by line and model."""
    of = Figures(run, "cost")
    cases = ("b=1", "b=2", "b=3")
    lines = ["functions", "Firestore reads", "Firestore writes", "Firestore deletes", "Cloud Tasks"]
    lines += [
        "secret accesses",
        "logs",
        "Google without the model",
        *(model.name for model in prices.MODELS),
    ]
    rows = [[line, *(of(f"1,000 messages, {b}, {line}", ".4f") for b in cases)] for line in lines]
    rows += [
        [
            f"{m.name}, history full",
            *(of(f"a full history, {m.name}", ".2f") + " times" for _ in cases),
        ]
        for m in prices.MODELS[:1]
    ]
    return table(("dollars per 1,000 messages", *cases), rows)


def conversations(run: Run) -> str:
    """A thousand conversations, here and with the peers."""
    of = Figures(run, "cost")
    rows = [
        [
            f"Moca with {model.name}",
            of(f"1,000 conversations, b=2, all with {model.name}", ".2f"),
            "counted above, 4 messages in 2 turns",
            "as above",
        ]
        for model in prices.MODELS
    ]
    rows += [
        [p.name, f"{p.low:,}" if p.low == p.high else f"{p.low:,} to {p.high:,}", p.how, p.read]
        for p in prices.PEERS
    ]
    return table(("per 1,000 conversations", "dollars", "how", "read"), rows)


def idle(run: Run) -> str:
    """A month in which nobody writes, and what polling would cost."""
    of = Figures(run, "cost")
    names = [name for name in of.names() if name.startswith("idle month, ")]
    rows = [[name.removeprefix("idle month, "), of(name, ".3f")] for name in names]
    return table(("an idle month", "dollars"), rows)


def price_list(_run: Run) -> str:
    """Every price with its source and the day it was read."""
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
            prices.MODELS_READ,
        ]
        for m in prices.MODELS
    ]
    return table(("list price", "dollars", "source", "read"), rows)


def tokens(run: Run) -> str:
    """Tokens of turns and of requests, over the whole evaluation set."""
    of = Figures(run, "tokens")
    names = [n for n in of.names() if not n.endswith((", p95", ", mean"))]
    rows = [
        [name, of(name, ",.0f"), of(f"{name}, p95", ",.0f"), of(f"{name}, mean", ",.1f")]
        for name in names
    ]
    return table(("tokens (or model requests) of", "median", "p95", "mean"), rows)


def scale(run: Run) -> str:
    """What bounds messages a second, the lowest ceiling first, and what each rate needs."""
    of = Figures(run, "scale")
    rows = []
    for part in (n.removesuffix(", deployed") for n in of.names() if n.endswith(", deployed")):
        moved_by, beyond = PARTS[part]
        needed = [of(f"{part}, needed at {rate:,}", ",.0f") for rate in RATES]
        rows.append([part, of(f"{part}, deployed"), moved_by, of(f"{part}, most"), beyond, *needed])
    rates = [f"at {rate:,}" for rate in RATES]
    return table(
        ("messages a second through", "deployed", "moved by", "at most", "then more", *rates), rows
    )


def ramp(run: Run) -> str:
    """Counts that bound the scale: writes of a message, and minutes of ramping up."""
    of = Figures(run, "scale")
    names = [n for n in of.names() if n.startswith(("Firestore", "writes", "minutes"))]
    return table(("count", ""), [[name, of(name, ",.0f")] for name in names])
