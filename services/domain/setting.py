"""What each operating setting means, what it may be, and how typed text becomes one.

The explanations are the `#:` lines of `operation.py`, read from its source, so that the page
and the code cannot drift apart.
"""

import inspect
import json
from dataclasses import dataclass, fields
from typing import Any

from services.domain.operation import Operation

#: Group → the beginnings or names of its settings, in the order of the page.
_GROUPS: dict[str, tuple[str, ...]] = {
    "The business": ("business_", "language", "time_zone", "persona", "house_rules"),
    "Pace of the answers": (
        "delay_", "debounce_", "cooldown_", "messages_per", "supersede", "typing_",
        "reply_", "bubble_",
    ),
    "Hours": ("hours", "weekly", "opening", "holidays", "away", "closed_", "business_hours"),
    "Handing over to a person": ("handoff_", "waiting_", "manager", "reopen"),
    "Texts and rules": (
        "opt_", "greeting", "answer_", "disclosure", "link_hosts", "text_", "same_",
    ),
    "Engine and model": (
        "engine", "model", "fallback_model", "thinking", "max_", "turn_", "history_",
        "rules_when", "embedding", "claim_", "temperature", "knowledge",
    ),
    "Cost and limits": ("daily_", "turns_per", "price"),
    "Connecting accounts": ("account_linking", "verification_", "acknowledgement_"),
    "Keeping": ("retention_", "media_", "catch_up"),
}  # fmt: skip
OTHER = "Everything else"
#: Names whose value must be at least and at most; numbers are never negative.
_RANGES: dict[str, tuple[float, float]] = {
    "delay_min_seconds": (0.5, 300),
    "delay_max_seconds": (1, 600),
    "debounce_seconds": (0, 120),
    "debounce_cap_seconds": (0, 600),
    "cooldown_seconds": (0, 3600),
    "messages_per_second": (0.1, 100),
    "claim_seconds": (20, 280),
    "max_attempts": (1, 20),
    "turn_seconds": (5, 240),
    "max_steps": (1, 20),
    "handoff_minutes": (1, 10080),
    "history_messages": (0, 200),
}
LONGEST_TEXT = 20_000


@dataclass(frozen=True, slots=True)
class Setting:
    """One operating setting as the page shows it."""

    name: str
    explanation: str
    default: Any
    group: str
    type: str  #: of its field: `bool`, `int`, `float`, `str` or anything else

    @property
    def label(self) -> str:
        """Its name in words, with the unit in brackets."""
        words = self.name.split("_")
        unit = words.pop() if words[-1] in ("seconds", "minutes", "hours", "days") else ""
        return " ".join(words).capitalize() + (f" ({unit})" if unit else "")

    @property
    def kind(self) -> str:
        """`bool`, `int`, `float`, `str`, `text` (several lines) or `json`."""
        if self.type == "str":
            long = self.name.endswith(("_text", "_facts", "_rules", "_words", "persona"))
            return "text" if long or len(self.default) > 60 else "str"
        return self.type if self.type in ("bool", "int", "float") else "json"

    def read(self, typed: str) -> Any:
        """The value that was typed; ValueError says, for a person, what is wrong with it."""
        if self.kind == "bool":
            return typed in ("on", "true", "1")
        if self.kind in ("int", "float"):
            return self._number(typed)
        if self.kind == "json":
            return self._structure(typed)
        if len(typed) > LONGEST_TEXT:
            raise ValueError(f"At most {LONGEST_TEXT:,} characters.")
        return typed.replace("\r\n", "\n").strip()

    def _structure(self, typed: str) -> Any:
        try:
            value = json.loads(typed)
        except ValueError as error:
            raise ValueError(f"This must be JSON: {error}") from None
        if isinstance(value, dict) != isinstance(self.default, dict):
            raise ValueError("This must have the same shape as the default.")
        return value

    def _number(self, typed: str) -> float | int:
        text = typed.strip().replace(",", ".")
        try:
            value = float(text)
        except ValueError:
            raise ValueError("This must be a number.") from None
        low, high = _RANGES.get(self.name, (0, 1_000_000))
        if not low <= value <= high:
            raise ValueError(f"This must be between {low:g} and {high:g}.")
        if self.kind == "int":
            if value != int(value):
                raise ValueError("This must be a whole number.")
            return int(value)
        return value


def contradictions(values: Operation) -> dict[str, str]:
    """What does not fit together: name → what a person should know."""
    wrong = {}
    if values.delay_max_seconds <= values.delay_min_seconds:
        wrong["delay_max_seconds"] = "The longest wait must be longer than the shortest."
    if values.debounce_cap_seconds < values.debounce_seconds:
        wrong["debounce_cap_seconds"] = "The cap must not be shorter than the debounce itself."
    if values.claim_seconds <= values.turn_seconds / 2:
        wrong["claim_seconds"] = "A claim must last longer than half a turn."
    return wrong


def catalogue() -> list[Setting]:
    """Every setting, in the order of its group."""
    told = _explanations()
    found = [
        Setting(
            f.name,
            told.get(f.name, ""),
            getattr(Operation(), f.name),
            _group(f.name),
            getattr(f.type, "__name__", str(f.type)),
        )
        for f in fields(Operation)
    ]
    order = [*_GROUPS, OTHER]
    return sorted(found, key=lambda s: order.index(s.group))


def _group(name: str) -> str:
    for group, beginnings in _GROUPS.items():
        if name.startswith(beginnings):
            return group
    return OTHER


def _explanations() -> dict[str, str]:
    """One explanation may stand above several settings, and then belongs to each."""
    told: dict[str, str] = {}
    comment: list[str] = []
    begun = False
    for line in inspect.getsource(Operation).splitlines():
        text = line.strip()
        if text.startswith("#:"):
            comment = [*([] if begun else comment), text[2:].strip()]
            begun = False
        elif text.partition(":")[0].isidentifier() and comment:
            told[text.partition(":")[0]] = " ".join(comment)
            begun = True
    return told
