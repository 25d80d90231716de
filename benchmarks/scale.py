"""The ceiling on paper: how many messages a second each part lets through, and what moves it.

Every message gets its own reply (b = 1), the dearest case. What a message costs is counted
(`counted`), the deployed limits are read from `deploy.wanted`, and the platforms' limits stand here
with their sources. `benchmarks.burst` checks pace and queues by simulation.
"""

import math
from collections.abc import Iterator, Mapping

from benchmarks import counted, tokens
from benchmarks.cost import SECONDS
from benchmarks.measure import Figure
from deploy import wanted
from services.domain.operation import OperatingSettings
from services.domain.slots import MOST_PER_SECOND

#: Messages a second for which the page says what is needed.
RATES = (1, 100, 10_000)

#: Instagram Platform documentation, Overview, Rate limits: texts a second of an account.
TEXTS = 100
#: Cloud Tasks documentation, RateLimits: dispatches a second, and at a time, of a queue.
DISPATCHES, AT_A_TIME = 500, 5_000
#: Firestore documentation, Sharded timestamps: writes a second to a collection in which an indexed
#: field only grows.
GROWING = 500
#: Firestore documentation, Best practices, Ramping up traffic: this many operations a second at
#: first, and half as much again every five minutes.
RAMP_START, RAMP_FACTOR, RAMP_MINUTES = 500, 1.5, 5
#: Gemini API documentation, Rate limits: input tokens a minute of a project in the first paid tier,
#: as an older copy told it for a Flash model; now only AI Studio tells a project's own.
TOKENS_A_MINUTE = 4_000_000
#: Processor seconds of a webhook request (*Webhook*, rounded up).
WEBHOOK_CPU = 0.004


_QUEUES = "queues, by shard of the thread"
_SHARDS = "shards of the field, or databases"
#: Part → the setting that moves its ceiling, and what there must be more of beyond that.
PARTS = {
    "an account's pace": ("`messages_per_second`", "accounts"),
    "turns in the instances": ("`most_instances` of process_thread", "quota"),
    "turns of the queue at a time": ("`maxConcurrentDispatches`", _QUEUES),
    "dispatches of the turns' queue": ("`maxDispatchesPerSecond`", _QUEUES),
    "dispatches of the deliveries' queue": ("`maxDispatchesPerSecond`", _QUEUES),
    "deliveries in the instances": ("`most_instances` of deliver", "quota"),
    "processors of the webhook": ("`most_instances` of webhook", "quota"),
    "input tokens of the model": ("the project's tier, or a contract", "quota"),
    "growing index fields of conversations": ("none", _SHARDS),
    "growing index fields of messages": ("none", _SHARDS),
    "growing index fields of turns": ("none", _SHARDS),
}
#: Messages a second of a part as it is deployed, and as far as a setting moves it; no second one
#: where only a quota of the project bounds it.
Ceiling = tuple[float, float | None]


def figures() -> Iterator[Figure]:
    """Both ceilings of every part, the lowest first; what each rate needs; minutes of ramping."""
    found = {**_of_settings(), **_of_store()}
    for part, (deployed, most) in sorted(found.items(), key=lambda item: item[1][0]):
        yield Figure(f"{part}, deployed", "messages a second", [deployed])
        if most is not None:
            yield Figure(f"{part}, most", "messages a second", [most])
            for rate in RATES:
                yield Figure(f"{part}, needed at {rate:,}", "counted", [math.ceil(rate / most)])
    written = counted.touched()
    writes = sum(written.values())
    yield Figure("Firestore writes of a message", "counted", [writes])
    yield Figure("writes of a message to its conversation", "counted", [written["conversations"]])
    for rate in RATES:
        steps = math.log(max(rate * writes / RAMP_START, 1), RAMP_FACTOR)
        yield Figure(f"minutes of ramping up to {rate:,}", "minutes", [steps * RAMP_MINUTES])


def _of_settings() -> dict[str, Ceiling]:
    turn_seconds = SECONDS["process_thread"]
    turns, deliveries = (_rates(name) for name in (wanted.TURNS, wanted.DELIVERIES))
    webhooks = counted.exchange(1)["webhook"]["requests"]
    processors = wanted.function("webhook").most_instances
    return {
        "an account's pace": (OperatingSettings().messages_per_second, MOST_PER_SECOND),
        "turns in the instances": (_in_instances("process_thread"), None),
        "turns of the queue at a time": (
            turns["maxConcurrentDispatches"] / turn_seconds,
            AT_A_TIME / turn_seconds,
        ),
        "dispatches of the turns' queue": (turns["maxDispatchesPerSecond"], DISPATCHES),
        "dispatches of the deliveries' queue": (deliveries["maxDispatchesPerSecond"], DISPATCHES),
        "deliveries in the instances": (_in_instances("deliver"), None),
        "processors of the webhook": (processors / (webhooks * WEBHOOK_CPU), None),
        "input tokens of the model": (
            TOKENS_A_MINUTE / 60 / tokens.of_a_turn()["input"],
            None,
        ),
    }


def _of_store() -> dict[str, Ceiling]:
    written = counted.touched()
    return {
        f"growing index fields of {name}": (GROWING / written[name], GROWING / written[name])
        for name in ("conversations", "messages", "turns")
    }


def _in_instances(name: str) -> float:
    function = wanted.function(name)
    return function.most_instances * function.concurrency / SECONDS[name]


def _rates(name: str) -> Mapping[str, float]:
    (queue,) = (queue for queue in wanted.queues() if queue["name"] == name)
    rates: Mapping[str, float] = queue["rateLimits"]
    return rates


def replies_a_second(pace: float, turns: float, deliveries: float) -> float:
    """What pace and queues let through together: what the burst is held against.

    A reply whose slot lies ahead needs a dispatch to find that and another in its slot. A queue of
    deliveries that is slower than looks and slots together brings tasks late, their slots are
    forfeited, and the rest is lost to looking again: the model then promises nothing.
    """
    through = min(pace, MOST_PER_SECOND, turns)
    return through if through < pace or deliveries >= turns + pace else 0
