"""What each operating setting means, what it may be, and how typed text becomes one.

The explanations are the `#:` lines of `operation.py`, read from its source, so that the page
and the code cannot drift apart.
"""

import functools
import inspect
import json
from dataclasses import dataclass, fields
from typing import Any

from services.domain import hours
from services.domain.operation import Operation

#: Group → the beginnings or names of its settings, in the order of the page.
_GROUPS: dict[str, tuple[str, ...]] = {
    "The bot": ("bot",),
    "The business": ("business_", "language", "time_zone", "persona", "house_rules"),
    "Pace of the answers": (
        "delay_", "debounce_", "cooldown_", "messages_per", "supersede", "show_seen",
        "bubble_",
    ),
    "Hours": ("hours",),
    "Handing over to a person": ("handoff_", "waiting_", "alert_gap", "reopen"),
    "Texts and rules": ("opt_", "answer_", "disclosure", "link_hosts"),
    "Engine and model": (
        "engine", "model", "fallback_model", "thinking", "max_", "turn_", "history_",
        "rules_when", "embedding", "claim_",
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
#: What a setting is called, where its name does not say it well.
_LABELS = {
    "bot_off_waits": "Wait for the team while it is off",
    "language": "Language of the answers",
    "business_facts": "Facts about the business",
    "delay_min_seconds": "Shortest delay",
    "delay_max_seconds": "Longest delay",
    "debounce_seconds": "Wait for quiet",
    "debounce_cap_seconds": "Longest wait for quiet",
    "debounce_ends_early": "End the wait at a whole sentence",
    "supersede": "Start anew when more comes",
    "show_seen": "Show “seen” before the answer",
    "bubble_delay_seconds": "Pause between bubbles",
    "cooldown_seconds": "Pause after an answer",
    "hours_weekly": "Hours of the week",
    "hours_holidays": "Holidays",
    "hours_away_text": "Text while nobody is there",
    "handoff_minutes": "Silence after a person wrote",
    "handoff_text": "Text when a person is asked for",
    "waiting_alert_minutes": "Second alert after",
    "alert_gap_minutes": "Pause between alerts",
    "opt_out_words": "Words to opt out",
    "opt_in_words": "Words to opt in again",
    "disclosure_gap_hours": "Disclose again after",
    "link_hosts": "Hosts that may be linked",
    "engine": "Who answers",
    "rules_when_model_fails": "Rules when the model is down",
    "max_attempts": "Tries of a message",
    "max_steps": "Model requests of a turn",
    "max_tool_calls": "Tool calls of a turn",
    "max_bubbles": "Bubbles of a turn",
    "max_reply_characters": "Characters of a turn",
    "max_turn_tokens": "Tokens of a turn",
    "claim_seconds": "Claim of a turn",
    "turn_seconds": "Longest turn",
    "history_messages": "Messages of the past",
    "history_tokens": "Tokens of the past",
    "daily_cost_cap_usd": "Daily cost cap in US dollars",
    "turns_per_hour": "Turns of a person in an hour",
    "account_linking": "Ask people to connect",
    "verification_text": "Text with the link",
    "acknowledgement_text": "Text once connected",
    "retention_days": "Keep messages",
    "media_days": "Keep media",
    "catch_up_minutes": "Answer missed messages",
}
#: What a setting may be, with the words for it, where it is one of a few.
_CHOICES: dict[str, dict[str, str]] = {
    "bot": {
        "on": "On: it answers",
        "drafts": "Drafts only: you send",
        "off": "Off: it keeps out of it",
    },
    "engine": {
        "": "Gemini where it is configured, else the rules",
        "gemini": "Gemini",
        "rules": "The rules only",
        "rules_then_gemini": "The rules first, then Gemini",
    },
    "thinking": {
        "": "As the model does by itself",
        "minimal": "Minimal",
        "low": "Low",
        "medium": "Medium",
        "high": "High",
    },
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
        said = _LABELS.get(self.name) or " ".join(words).capitalize()
        return said + (f" ({unit})" if unit else "")

    @property
    def choices(self) -> dict[str, str]:
        """What it may be, with the words for it; empty where it is not one of a few."""
        return _CHOICES.get(self.name, {})

    @property
    def kind(self) -> str:
        """`bool`, `int`, `float`, `str`, `text` (several lines), `choice` or `json`."""
        if self.choices:
            return "choice"
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
        text = typed.replace("\r\n", "\n").strip()
        if wrong := self._objection(text):
            raise ValueError(wrong)
        return text

    def _objection(self, text: str) -> str:
        """What is wrong with a text that must have a form."""
        if self.choices and text not in self.choices:
            return "Choose one of the list."
        if self.name == "hours_weekly" and (part := hours.unreadable(text)):
            return f"This cannot be read: {part[:60]}"
        if self.name == "hours_holidays" and (part := hours.no_date(text)):
            return f"This is no date: {part[:60]}"
        if self.name == "time_zone" and text not in hours.zones():
            return "There is no such time zone."
        if self.name == "business_name" and not text:
            return "The business needs a name."
        return ""

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


@functools.cache
def catalogue() -> tuple[Setting, ...]:
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
    return tuple(sorted(found, key=lambda s: _place(s.name)))


def _group(name: str) -> str:
    return [*_GROUPS, OTHER][_place(name)[0]]


def _place(name: str) -> tuple[int, int]:
    """Where it stands: which group, and which beginning of a name within it."""
    for number, beginnings in enumerate(_GROUPS.values()):
        for place, beginning in enumerate(beginnings):
            if name.startswith(beginning):
                return number, place
    return len(_GROUPS), 0


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
