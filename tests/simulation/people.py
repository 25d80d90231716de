"""What people, the owner and the team do in a run: a plan drawn from the seed before it begins."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.simulation.chance import Chance

#: Two of them carry most runs; all of them write at once where a run has a crowd.
PEOPLE = ("alice", "bob", "carol", "dave", "erin")
#: A message with this word makes the model fail every time.
POISON = "poison"
#: Calls that the owner and the team like to act in the middle of.
MOMENTS = ("Model.generate", "Graph.send", "Firestore.Commit", "Tasks.CreateTask")
#: Runs of so many hold one moment in which everybody writes.
CROWDED = 0.25
#: In so many runs the team holds everything back for longer than people's windows are open.
HELD = 0.12
LONGER_THAN_A_WINDOW = 26 * 3600.0


@dataclass(frozen=True, slots=True)
class Action:
    """Something that somebody does, at a second of the run or in the middle of a call."""

    number: int
    at: float
    what: str
    who: str = ""
    more: dict[str, Any] = field(default_factory=dict)
    moment: tuple[str, str] | None = None  #: (call, before or after): done at the next such call

    def __str__(self) -> str:
        said = " ".join(f"{key}={value}" for key, value in self.more.items())
        when = f" (at the next {self.moment[0]}, {self.moment[1]})" if self.moment else ""
        return f"{self.what} {self.who} {said}{when}".strip()


def plan(chance: Chance, steps: int) -> list[Action]:
    """About `steps` actions, in the order of their seconds."""
    return list(_actions(chance, steps))


def house(chance: Chance) -> dict[str, Any]:
    """The settings that a run begins with."""
    drawn: dict[str, Any] = {
        "handoff_minutes": chance.pick((0.5, 1.0, 2.0, 30.0), "house", "handoff"),
        "supersede": chance.pick((False, True), "house", "supersede"),
        "messages_per_second": chance.pick((1.0, 3.0, 3.0, 10.0), "house", "rate"),
    }
    if _crowded(chance):  # who writes at once is then answered at once
        drawn |= {"delay_min_seconds": 3.0, "delay_max_seconds": 4.0}
    return drawn


def _crowded(chance: Chance) -> bool:
    return chance.happens(CROWDED, "crowd")


def _actions(chance: Chance, steps: int) -> Iterator[Action]:
    at, few = 1.0, chance.pick((1, 2, 2), "people")
    together = int(chance.between(2, steps, "crowd when")) if _crowded(chance) else None
    held = int(chance.between(1, steps - 1, "held when")) if chance.happens(HELD, "held") else None
    for number in range(steps):
        resumes = held is not None and number == held + 1
        at += LONGER_THAN_A_WINDOW if resumes else _gap(chance, number)
        who = chance.pick(PEOPLE[:few], "who", number)
        if number == held:
            yield Action(number, at, "office: pause", who, moment=("Model.generate", "before"))
        elif resumes:
            yield Action(number, at, "office: resume", who)
        elif number == together:
            yield Action(number, at, "crowd", "", {"text": f"q{number}"})
        else:
            yield _action(chance, number, at, who)


def _gap(chance: Chance, number: int) -> float:
    drawn = chance.draw("gap", number)
    if drawn < 0.65:
        return drawn * 4  # inside a burst
    if drawn < 0.93:
        return chance.between(4, 40, "pause", number)
    if drawn < 0.995:
        return chance.between(60, 900, "long pause", number)
    return LONGER_THAN_A_WINDOW


def _action(chance: Chance, number: int, at: float, who: str) -> Action:
    drawn = chance.draw("what", number)
    moment = None
    if chance.happens(0.4, "moment", number):
        moment = (
            chance.pick(MOMENTS, "call", number),
            chance.pick(("before", "after"), "when", number),
        )
    if drawn < 0.68:
        return Action(number, at, "writes", who, {"text": f"q{number}"})
    if drawn < 0.78:
        return _rarer(chance, number, at, who)
    if drawn < 0.85:
        return Action(number, at, "owner types to", who, {"text": f"o{number}"}, moment)
    if drawn < 0.93:
        return Action(number, at, *_office(chance, number, who), moment)
    if drawn < 0.97:
        return Action(number, at, "settings", "", _settings(chance, number))
    return Action(number, at, "sweep", "")


def _rarer(chance: Chance, number: int, at: float, who: str) -> Action:
    """The same text again, a message that the model cannot answer, an edit, an unsend, STOP."""
    text = chance.pick(
        (f"q{max(0, number - 1)}", f"q{number} {POISON}", "edit", "unsend", "STOP", "START"),
        "rarer",
        number,
    )
    if text in ("edit", "unsend"):
        return Action(number, at, f"does: {text}", who, {"text": f"q{number}"})
    return Action(number, at, "writes", who, {"text": text})


def _office(chance: Chance, number: int, who: str) -> tuple[str, str, dict[str, Any]]:
    """What an operator does to a conversation; most of it ends somebody's silence."""
    minutes = chance.draw("office minutes", number)
    acts: tuple[tuple[str, dict[str, Any]], ...] = (
        ("take_over", {"minutes": 0.5 if minutes < 0.4 else 5.0 if minutes < 0.8 else None}),
        ("hand_back", {}),
        ("hand_back", {}),
        ("close", {}),
        ("snooze", {"minutes": 20 * minutes}),
        ("writes", {"text": f"m{number}"}),
    )
    what, more = chance.pick(acts, "office", number)
    return f"office: {what}", who, more


def _settings(chance: Chance, number: int) -> dict[str, Any]:
    return chance.pick(
        (
            {"cooldown_seconds": 0.0},
            {"cooldown_seconds": 20.0},
            {"debounce_seconds": 0.0},
            {"debounce_seconds": 8.0},
            {"handoff_minutes": 1.0},
            {"claim_seconds": 20.0},
            {"max_attempts": 2},
            {"supersede": True},
            {"supersede": False},
        ),
        "settings",
        number,
    )
