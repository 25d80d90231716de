"""Dollars: the counted operations times the list prices, by line; beside polling, and the peers.

Operations are those of `counted`, tokens those of `tokens`. Assumed is only what stands in
constants here: seconds that are billed, alone on an instance, because they depend on the model and
on Instagram, and the bytes of a log line. No free tier is taken off; what TTL deletes later is
billed.
"""

from collections.abc import Iterator, Mapping

from benchmarks import counted, prices, tokens
from benchmarks.measure import TIMES, Figure
from deploy import wanted

Counts = Mapping[str, Mapping[str, int]]

#: Seconds for which a function is billed alone on its instance, rounded up to 100 ms, at 1 vCPU and
#: 0.5 GiB: a webhook is far below the least, a turn waits for the model, a delivery for Instagram.
SECONDS = {"webhook": 0.1, "process_thread": 3.0, "deliver": 0.6, "sweep": 0.1}
GIB = 0.5
#: Bytes of a log line.
LOG_BYTES = 700
CONVERSATION = 4  #: inbound messages of a conversation, for the comparison with peers
#: What TTL deletes of a reply beside its messages: the bubble, its receipt, the turn.
REPLY_DOCUMENTS = 3
_MONTH_DAYS = 30.4
_MONTH_SECONDS = _MONTH_DAYS * 86_400


def figures() -> Iterator[Figure]:
    """A thousand messages at each b, by line; idle; polling; peers."""
    asked = tokens.of_a_turn()
    for merged in counted.MERGED:
        turns = 1000 / merged
        lines = google(counted.exchange(merged), merged + REPLY_DOCUMENTS)
        for line, dollars in lines.items():
            yield _dollars(f"1,000 messages, b={merged}, {line}", dollars * turns)
        infra = sum(lines.values()) * turns
        yield _dollars(f"1,000 messages, b={merged}, Google without the model", infra)
        for model in prices.MODELS:
            spent = _turn(model, asked) * turns
            yield _dollars(f"1,000 messages, b={merged}, {model.name}", spent)
            total = (infra + spent) * CONVERSATION
            yield _dollars(f"1,000 conversations, b={merged}, all with {model.name}", total)
    longer = {**asked, "input": asked["input"] + asked["requests"] * counted.full_history()}
    for model in prices.MODELS:
        more = _turn(model, longer) / _turn(model, asked)
        yield Figure(f"a full history, {model.name}", TIMES, [more])
    yield from _idle()
    yield from _polling()


def _turn(model: prices.Model, asked: Mapping[str, float]) -> float:
    written = asked["output"] + asked["thinking"]
    return (asked["input"] * model.tokens_in + written * model.tokens_out) / 1e6


def google(counts: Counts, documents: int) -> dict[str, float]:
    """What one exchange costs, by line; TTL deletes so many `documents` of it later."""
    requests = {name: usage["requests"] for name, usage in counts.items() if "requests" in usage}
    seconds = sum(SECONDS[name] * number for name, number in requests.items())
    # Only one of the runs asks the model; what comes before it finds that it must wait.
    looks = max(requests.get("process_thread", 0) - 1, 0)
    seconds -= looks * (SECONDS["process_thread"] - SECONDS["webhook"])
    creates = sum(usage.get("tasks", 0) for usage in counts.values())
    return {
        "functions": prices.CPU.of(seconds)
        + prices.MEMORY.of(seconds * GIB)
        + prices.REQUEST.of(sum(requests.values())),
        "Firestore reads": prices.READ.of(_sum(counts, "reads")),
        "Firestore writes": prices.WRITE.of(_sum(counts, "writes")),
        "Firestore deletes": prices.DELETE.of(_sum(counts, "deletes") + documents),
        "Cloud Tasks": prices.TASK.of(creates + _sum(counts, "dispatches")),
        "secret accesses": prices.ACCESS.of(_sum(counts, "secrets")),
        "logs": prices.LOG.of(sum(requests.values()) * LOG_BYTES / 2**30),
    }


def _sum(counts: Counts, key: str) -> int:
    return sum(usage.get(key, 0) for usage in counts.values())


def _idle() -> Iterator[Figure]:
    lines = google(counted.idle_day(), documents=0)
    for line, dollars in lines.items():
        yield _dollars(f"idle month, {line}", dollars * _MONTH_DAYS)
    secrets = len(wanted.SECRETS)
    fixed = {
        f"{secrets} secret versions": prices.SECRET.of(secrets),
        "1 scheduler job": prices.JOB.of(1),
    }
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
