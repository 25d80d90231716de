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
    "Model": ("error", "empty", "plain", "wrong_tool", "broken"),
}
AFTER: Mapping[str, tuple[str, ...]] = {
    "Firestore": ("UNAVAILABLE", "DEADLINE_EXCEEDED"),
    "Tasks": ("UNAVAILABLE", "DEADLINE_EXCEEDED"),
    "Graph": ("timeout", "status500", "ambiguous"),
    "Model": ("error",),
}


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

    def __post_init__(self) -> None:
        self.trouble = self.chance.pick((0, 0.01, 0.03, 0.08), "trouble")
        self.crashes = self.chance.pick((0, 0.004, 0.015, 0.03), "crashes")
        self.crashes_left = self.chance.pick((1, 2, 4, 6), "most crashes")
        self.failures_left = self.chance.pick((3, 10, 30), "most failures")
        self.slow = self.chance.pick((0.02, 0.1, 0.3), "slow")

    def fate(self, call: str, key: str) -> Fate:
        """What becomes of this call."""
        seconds = self._seconds(call, key, "before"), self._seconds(call, key, "after")
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
        service = call.partition(".")[0]
        drawn = self.chance.draw("crash", key)
        if drawn < self.crashes:
            return ("crash", "") if drawn < self.crashes / 2 else ("", "crash")
        share = self.trouble * (3 if service in ("Graph", "Model") else 1)
        drawn = self.chance.draw("failure", key)
        if drawn >= share:
            return "", ""
        if drawn < share / 2:
            return self.chance.pick(BEFORE[service], "kind", key), ""
        return "", self.chance.pick(AFTER[service], "kind", key)

    def _seconds(self, call: str, key: str, when: str) -> float:
        drawn = self.chance.draw("slow", when, key)
        if call.startswith("Model") and when == "before":
            return 0.5 + drawn * 4 if drawn > self.slow / 4 or self.over else 20 + 3000 * drawn
        if drawn >= self.slow or self.over:
            return 0.0
        if drawn < self.slow / 25:
            # A sender's call is over after 10 s, whatever happens: longer stalls are not its own.
            longest = 12 if call.startswith("Graph") else 150
            return self.chance.between(5, longest, "stall", when, key)
        return self.chance.between(0, 0.3 if drawn > self.slow / 10 else 4, "lag", when, key)
