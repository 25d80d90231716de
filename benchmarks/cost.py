"""Dollars: the counted operations times the list prices, by line; beside polling, and the peers.

What is assumed and not counted stands in `ASSUMED`. No free tier is taken off.
"""

from collections.abc import Iterator, Mapping

from benchmarks import counted, prices
from benchmarks.measure import Figure

Counts = Mapping[str, Mapping[str, int]]

#: Seconds for which a function is billed alone on its instance, rounded up to 100 ms, at 1 vCPU and
#: 0.5 GiB: a webhook is far below the least, a turn waits for the model, a delivery for Instagram.
SECONDS = {"webhook": 0.1, "process_thread": 3.0, "deliver": 0.6, "sweep": 0.1}
GIB = 0.5
#: Characters of a token in European languages, roughly (Gemini API documentation, Tokens).
CHARACTERS_PER_TOKEN = 4
#: Model requests of a turn: some look something up first.
STEPS = 1.6
#: Tokens that a step writes, thoughts at the lowest level included.
TOKENS_OUT = 250
#: Bytes of a log line.
LOG_BYTES = 700
ASSUMED = (
    f"billed seconds of a request {SECONDS} at 1 vCPU and {GIB} GiB, nothing shared",
    f"{STEPS} model requests a turn, {TOKENS_OUT} tokens out of each",
    f"{CHARACTERS_PER_TOKEN} characters a token, {LOG_BYTES} bytes a log line",
    "every message and turn is once deleted by TTL, which is billed",
)
CONVERSATION = 4  #: inbound messages of a conversation, for the comparison with peers
_MONTH_DAYS = 30.4
_MONTH_SECONDS = _MONTH_DAYS * 86_400


def figures() -> Iterator[Figure]:
    """A thousand messages at each b, by line; idle; polling; peers."""
    tokens_in = sum(f.median for f in counted.prompt()) / CHARACTERS_PER_TOKEN
    yield Figure("tokens of one model request, in", "tokens", [tokens_in])
    for merged in counted.MERGED:
        turns = 1000 / merged
        lines = google(counted.exchange(merged), merged)
        for line, dollars in lines.items():
            yield _dollars(f"1,000 messages, b={merged}, {line}", dollars * turns)
        infra = sum(lines.values()) * turns
        yield _dollars(f"1,000 messages, b={merged}, Google without the model", infra)
        for model in prices.MODELS:
            step = (tokens_in * model.tokens_in + TOKENS_OUT * model.tokens_out) / 1e6
            asked = turns * STEPS * step
            yield _dollars(f"1,000 messages, b={merged}, {model.name}", asked)
            total = (infra + asked) * CONVERSATION
            yield _dollars(f"1,000 conversations, b={merged}, all with {model.name}", total)
    yield from _idle()
    yield from _polling()


def google(counts: Counts, merged: int) -> dict[str, float]:
    """What one exchange costs, by line."""
    requests = {name: usage["requests"] for name, usage in counts.items() if "requests" in usage}
    seconds = sum(SECONDS[name] * number for name, number in requests.items())
    # Only one of the runs asks the model; what comes before it finds that it must wait.
    looks = max(requests.get("process_thread", 0) - 1, 0)
    seconds -= looks * (SECONDS["process_thread"] - SECONDS["webhook"])
    creates = sum(usage.get("tasks", 0) for usage in counts.values())
    documents = merged + 2  # the messages, the reply, the turn
    return {
        "functions": prices.CPU.of(seconds)
        + prices.MEMORY.of(seconds * GIB)
        + prices.REQUEST.of(sum(requests.values())),
        "Firestore reads": prices.READ.of(_sum(counts, "reads")),
        "Firestore writes": prices.WRITE.of(_sum(counts, "writes")),
        "Firestore deletes": prices.DELETE.of(_sum(counts, "deletes") + documents),
        "Cloud Tasks": prices.TASK.of(creates + _sum(counts, "dispatches")),
        "logs": prices.LOG.of(sum(requests.values()) * LOG_BYTES / 2**30),
    }


def _sum(counts: Counts, key: str) -> int:
    return sum(usage.get(key, 0) for usage in counts.values())


def _idle() -> Iterator[Figure]:
    lines = google(counted.idle_day(), -2)  # nothing is stored that TTL would delete
    for line, dollars in lines.items():
        yield _dollars(f"idle month, {line}", dollars * _MONTH_DAYS)
    fixed = {"9 secret versions": prices.SECRET.of(9), "1 scheduler job": prices.JOB.of(1)}
    for line, dollars in fixed.items():
        yield _dollars(f"idle month, {line}", dollars)
    total = sum(lines.values()) * _MONTH_DAYS + sum(fixed.values())
    yield _dollars("idle month, all", total)


def _polling() -> Iterator[Figure]:
    """A worker that asks Firestore for work: a query that finds nothing is billed as a read."""
    for every in (5, 15):
        runs = _MONTH_SECONDS / every
        asked = prices.READ.of(runs)
        seconds = 0.1 * runs
        each = prices.CPU.of(seconds) + prices.MEMORY.of(seconds * GIB) + prices.REQUEST.of(runs)
        yield _dollars(f"idle month, polling every {every} s, as requests", asked + each)
        # Nothing of Google's calls a function so often (Cloud Scheduler: once a minute at most),
        # so that an instance stays up and sleeps in between.
        awake = prices.CPU.of(_MONTH_SECONDS) + prices.MEMORY.of(_MONTH_SECONDS * GIB)
        yield _dollars(f"idle month, polling every {every} s, instance kept awake", asked + awake)


def _dollars(name: str, dollars: float) -> Figure:
    return Figure(name, "dollars", [dollars])
