"""What can go wrong at a call, and what the seed decides for each one."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.simulation.chance import Chance

#: Kinds of failure by the service that is called. `lost` ones take effect first.
BEFORE: Mapping[str, tuple[str, ...]] = {
    "Firestore": ("UNAVAILABLE", "DEADLINE_EXCEEDED", "ABORTED"),
    "Tasks": ("UNAVAILABLE", "DEADLINE_EXCEEDED", "INTERNAL"),
    "Graph": ("connect", "throttle", "status500", "timeout", "ambiguous"),
    "Model": ("busy", "error", "empty", "plain", "wrong_tool", "broken"),
}
AFTER: Mapping[str, tuple[str, ...]] = {
    "Firestore": ("UNAVAILABLE", "DEADLINE_EXCEEDED"),
    "Tasks": ("UNAVAILABLE", "DEADLINE_EXCEEDED"),
    "Graph": ("timeout", "status500", "ambiguous"),
    "Model": ("busy",),
}

#: Calls at which an instance can die, and whose failures are drawn.
CALLS = (
    "Firestore.BatchGetDocuments",
    "Firestore.RunQuery",
    "Firestore.Commit",
    "Firestore.Rollback",
    "Firestore.RunAggregationQuery",
    "Tasks.CreateTask",
    "Model.generate",
    "Graph.get",
    "Graph.send",
)


def ways(call: str) -> list[tuple[str, str]]:
    """How a call can go wrong: without its effect, or after it."""
    service = call.partition(".")[0]
    return [(kind, "") for kind in BEFORE[service]] + [("", kind) for kind in AFTER[service]]


#: Every fault; each run meets one of them for sure, the seeds take turns.
FAULTS = [(call, way) for call in CALLS for way in (("crash", ""), ("", "crash"), *ways(call))]

#: How much oftener than a commit a call goes wrong: by these, each goes wrong about equally often.
WEIGHTS: Mapping[str, float] = {
    "Firestore.BatchGetDocuments": 0.3,
    "Firestore.Rollback": 2,
    "Firestore.RunAggregationQuery": 10,
    "Graph.get": 20,
    "Graph.send": 15,
    "Model.generate": 12,
}
#: One slow call in so many stalls, but for these: a task may run before the commit beside it.
STALLS: Mapping[tuple[str, str], float] = {("Tasks.CreateTask", "after"): 1.5}
#: Of no call more than this fails, or ends with its instance: most runs must get somewhere.
MOST_FAILING, MOST_CRASHING = 0.35, 0.08


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of one call; `key` names the decision, so that it can be taken out."""

    key: str = ""
    before: str = ""  #: a failure without effect, or "crash"
    after: str = ""  #: a failure after the effect, or "crash"
    seconds_before: float = 0
    seconds_after: float = 0

    @property
    def calm(self) -> bool:
        """Whether nothing out of the ordinary happens."""
        return not (self.before or self.after)


ORDINARY = Fate()


@dataclass(slots=True)
class Weather:
    """Decides each call's fate: how rough, is the seed's; `over` ends all trouble."""

    chance: Chance
    without: frozenset[str] = frozenset()
    over: bool = False
    met: Counter[str] = field(default_factory=Counter)
    keys: list[str] = field(default_factory=list)
    crashes_left: int = field(init=False)
    failures_left: int = field(init=False)
    trouble: float = field(init=False)
    crashes: float = field(init=False)
    slow: float = field(init=False)
    lock_seconds: float = field(init=False)  #: for which a call waits for a lock
    _until_own: int = field(init=False)  #: such calls that pass before this run's own fault

    def __post_init__(self) -> None:
        self.trouble = self.chance.pick((0, 0.01, 0.03, 0.08), "trouble")
        self.crashes = self.chance.pick((0, 0.004, 0.015, 0.03), "crashes")
        self.crashes_left = self.chance.pick((1, 2, 3, 5), "most crashes")
        self.failures_left = self.chance.pick((6, 15, 40), "most failures")
        self.slow = self.chance.pick((0.02, 0.1, 0.3), "slow")
        self._until_own = self.chance.pick((0, 1, 2, 3), "own")
        # The deadline of one call; where it is longer, the same waits are fewer events.
        self.lock_seconds = self.chance.pick((4.0, 15.0, 15.0), "locks")

    def fate(self, call: str, key: str) -> Fate:
        """What becomes of this call."""
        seconds = self._waits(call, key, "before"), self._waits(call, key, "after")
        before, after = ("", "") if self.over else self._failure(call, key)
        if (before or after) and (
            key in self.without or not self._left("crash" in (before, after))
        ):
            before, after = "", ""
        if before or after:
            self.keys.append(key)
        return Fate(key, before, after, *seconds)

    def count(self, call: str, what: str) -> None:
        """Remember that this happened, for the report of what a search has covered."""
        self.met[f"{call} {what}"] += 1

    def _left(self, crash: bool) -> bool:
        """Use up one of the run's crashes or failures; a storm without end would prove nothing."""
        if crash:
            self.crashes_left -= 1
            return self.crashes_left >= 0
        self.failures_left -= 1
        return self.failures_left >= 0

    def _failure(self, call: str, key: str) -> tuple[str, str]:
        own_call, own_way = FAULTS[self.chance.seed % len(FAULTS)]
        if call == own_call:
            self._until_own -= 1
            if self._until_own == -1:
                return own_way
        weight = WEIGHTS.get(call, 1)
        drawn, share = self.chance.draw("crash", key), min(self.crashes * weight, MOST_CRASHING)
        if drawn < share:
            return ("crash", "") if drawn < share / 2 else ("", "crash")
        if not self.chance.happens(min(self.trouble * weight, MOST_FAILING), "failure", key):
            return "", ""
        return self.chance.pick(ways(call), "kind", key)

    def _waits(self, call: str, key: str, when: str) -> float:
        """For how many seconds the call, or its answer, hangs."""
        drawn = self.chance.draw("slow", when, key)
        service = call.partition(".")[0]
        if service == "Model" and when == "before" and (self.over or drawn > self.slow / 4):
            return 0.5 + drawn * 4
        if drawn >= self.slow or self.over:
            return 0.0
        if service == "Model" and when == "before":
            self.count(service, "stalled")
            return 20 + 3000 * drawn
        if drawn < self.slow / STALLS.get((call, when), 25):
            self.count(service, "stalled")
            return self.chance.between(5, self._longest(service, when, key), "stall", when, key)
        self.count(service, "was slow")
        return self.chance.between(0, 0.3 if drawn > self.slow / 10 else 4, "lag", when, key)

    def _longest(self, service: str, when: str, key: str) -> float:
        """A sender's call is over after 10 s. Where locks may be held, most stalls are short."""
        if service == "Graph":
            return 12
        return 150 if self.chance.happens(0.25, "long stall", when, key) else 20
