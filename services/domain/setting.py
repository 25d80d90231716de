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
from services.domain.operation import OperatingSettings
from services.domain.text import Text

#: Group → the beginnings or names of its settings, in the order of the page.
_GROUPS: dict[Text, tuple[str, ...]] = {
    Text("The bot"): ("bot",),
    Text("The business"): ("business_", "language", "time_zone", "persona", "house_rules"),
    Text("Pace of the answers"): (
        "delay_", "debounce_", "cooldown_", "messages_per", "supersede", "show_seen",
        "bubble_",
    ),
    Text("Hours"): ("hours",),
    Text("Handing over to a person"): ("handoff_", "waiting_", "alert_gap", "reopen"),
    Text("Texts and rules"): ("opt_", "answer_", "disclosure", "link_hosts"),
    Text("Engine and model"): (
        "engine", "model", "fallback_model", "thinking", "max_", "turn_", "history_",
        "rules_when", "embedding", "claim_",
    ),
    Text("Cost and limits"): ("daily_", "turns_per", "price"),
    Text("Connecting accounts"): ("account_linking", "verification_", "acknowledgement_"),
    Text("Keeping"): ("retention_", "media_", "catch_up"),
}  # fmt: skip
OTHER = Text("Everything else")
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
#: What each setting is called, in the order of the page.
_LABELS = {
    "bot": Text("Bot"),
    "bot_off_waits": Text("Wait for the team while it is off"),
    "business_name": Text("Business name"),
    "business_facts": Text("Facts about the business"),
    "language": Text("Language of the answers"),
    "time_zone": Text("Time zone"),
    "persona": Text("Persona"),
    "house_rules": Text("House rules"),
    "delay_min_seconds": Text("Shortest delay (seconds)"),
    "delay_max_seconds": Text("Longest delay (seconds)"),
    "debounce_seconds": Text("Wait for quiet (seconds)"),
    "debounce_cap_seconds": Text("Longest wait for quiet (seconds)"),
    "debounce_ends_early": Text("End the wait at a whole sentence"),
    "cooldown_seconds": Text("Pause after an answer (seconds)"),
    "messages_per_second": Text("Messages per second"),
    "supersede": Text("Start anew when more comes"),
    "show_seen": Text("Show “seen” before the answer"),
    "bubble_delay_seconds": Text("Pause between bubbles (seconds)"),
    "hours_weekly": Text("Hours of the week"),
    "hours_holidays": Text("Holidays"),
    "hours_away_text": Text("Text while nobody is there"),
    "handoff_minutes": Text("Silence after a person wrote (minutes)"),
    "handoff_text": Text("Text when a person is asked for"),
    "waiting_alert_minutes": Text("Second alert after (minutes)"),
    "alert_gap_minutes": Text("Pause between alerts (minutes)"),
    "reopen_on_message": Text("Reopen on message"),
    "opt_out_words": Text("Words to opt out"),
    "opt_in_words": Text("Words to opt in again"),
    "answer_story_mentions": Text("Answer story mentions"),
    "disclosure": Text("Disclosure"),
    "disclosure_gap_hours": Text("Disclose again after (hours)"),
    "link_hosts": Text("Hosts that may be linked"),
    "engine": Text("Who answers"),
    "model": Text("Model"),
    "model_prices": Text("Model prices"),
    "fallback_model": Text("Fallback model"),
    "thinking": Text("Thinking"),
    "max_attempts": Text("Tries of a message"),
    "max_steps": Text("Model requests of a turn"),
    "max_tool_calls": Text("Tool calls of a turn"),
    "max_bubbles": Text("Bubbles of a turn"),
    "max_reply_characters": Text("Characters of a turn"),
    "max_turn_tokens": Text("Tokens of a turn"),
    "turn_seconds": Text("Longest turn (seconds)"),
    "history_messages": Text("Messages of the past"),
    "history_tokens": Text("Tokens of the past"),
    "rules_when_model_fails": Text("Rules when the model is down"),
    "embedding_model": Text("Embedding model"),
    "claim_seconds": Text("Claim of a turn (seconds)"),
    "daily_cost_cap_usd": Text("Daily cost cap in US dollars"),
    "turns_per_hour": Text("Turns of a person in an hour"),
    "account_linking": Text("Ask people to connect"),
    "verification_text": Text("Text with the link"),
    "acknowledgement_text": Text("Text once connected"),
    "retention_days": Text("Keep messages (days)"),
    "media_days": Text("Keep media (days)"),
    "catch_up_minutes": Text("Answer missed messages (minutes)"),
}
#: What a setting may be, with the words for it, where it is one of a few.
_CHOICES: dict[str, dict[str, Text]] = {
    "bot": {
        "on": Text("On: it answers"),
        "drafts": Text("Drafts only: you send"),
        "off": Text("Off: it keeps out of it"),
    },
    "engine": {
        "": Text("Gemini where it is configured, else the rules"),
        "gemini": Text("Gemini"),
        "rules": Text("The rules only"),
        "rules_then_gemini": Text("The rules first, then Gemini"),
    },
    "thinking": {
        "": Text("As the model does by itself"),
        "minimal": Text("Minimal"),
        "low": Text("Low"),
        "medium": Text("Medium"),
        "high": Text("High"),
    },
}
LONGEST_TEXT = 20_000


@dataclass(frozen=True, slots=True)
class Setting:
    """One operating setting as the page shows it."""

    name: str
    explanation: Text
    default: Any
    group: Text
    type: str  #: of its field: `bool`, `int`, `float`, `str` or anything else

    @property
    def label(self) -> Text:
        """Its name in words, with the unit in brackets."""
        return _LABELS[self.name]

    @property
    def choices(self) -> dict[str, Text]:
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
        """The value that was typed; raises ValueError with a `Text`."""
        if self.kind == "bool":
            return typed in ("on", "true", "1")
        if self.kind in ("int", "float"):
            return self._number(typed)
        if self.kind == "json":
            return self._structure(typed)
        if len(typed) > LONGEST_TEXT:
            raise ValueError(Text("At most %(most)s characters.", most=LONGEST_TEXT))
        text = typed.replace("\r\n", "\n").strip()
        if wrong := self._objection(text):
            raise ValueError(wrong)
        return text

    def _objection(self, text: str) -> Text | None:
        """What is wrong with a text that must have a form."""
        if self.choices and text not in self.choices:
            return Text("Choose one of the list.")
        if self.name == "hours_weekly" and (part := hours.unreadable(text)):
            return Text("This cannot be read: %(part)s", part=part[:60])
        if self.name == "hours_holidays" and (part := hours.no_date(text)):
            return Text("This is no date: %(part)s", part=part[:60])
        if self.name == "time_zone" and text not in hours.zones():
            return Text("There is no such time zone.")
        if self.name == "business_name" and not text:
            return Text("The business needs a name.")
        return None

    def _structure(self, typed: str) -> Any:
        try:
            value = json.loads(typed)
        except ValueError as error:
            raise ValueError(Text("This must be JSON: %(reason)s", reason=str(error))) from None
        if isinstance(value, dict) != isinstance(self.default, dict):
            raise ValueError(Text("This must have the same shape as the default."))
        return value

    def _number(self, typed: str) -> float | int:
        text = typed.strip().replace(",", ".")
        try:
            value = float(text)
        except ValueError:
            raise ValueError(Text("This must be a number.")) from None
        low, high = _RANGES.get(self.name, (0, 1_000_000))
        if not low <= value <= high:
            raise ValueError(Text("This must be between %(low)s and %(high)s.", low=low, high=high))
        if self.kind == "int":
            if value != int(value):
                raise ValueError(Text("This must be a whole number."))
            return int(value)
        return value


def contradictions(values: OperatingSettings) -> dict[str, Text]:
    """What does not fit together: name → what a person should know."""
    wrong = {}
    if values.delay_max_seconds <= values.delay_min_seconds:
        wrong["delay_max_seconds"] = Text("The longest wait must be longer than the shortest.")
    if values.debounce_cap_seconds < values.debounce_seconds:
        wrong["debounce_cap_seconds"] = Text(
            "The cap must not be shorter than the debounce itself."
        )
    if values.claim_seconds <= values.turn_seconds / 2:
        wrong["claim_seconds"] = Text("A claim must last longer than half a turn.")
    return wrong


@functools.cache
def catalogue() -> tuple[Setting, ...]:
    """Every setting, in the order of its group."""
    told = _explanations()
    found = [
        Setting(
            f.name,
            Text(told[f.name]),
            getattr(OperatingSettings(), f.name),
            _group(f.name),
            getattr(f.type, "__name__", str(f.type)),
        )
        for f in fields(OperatingSettings)
    ]
    return tuple(sorted(found, key=lambda s: _place(s.name)))


def _group(name: str) -> Text:
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
    for line in inspect.getsource(OperatingSettings).splitlines():
        text = line.strip()
        if text.startswith("#:"):
            comment = [*([] if begun else comment), text[2:].strip()]
            begun = False
        elif text.partition(":")[0].isidentifier() and comment:
            told[text.partition(":")[0]] = " ".join(comment)
            begun = True
    return told
