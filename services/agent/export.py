"""A real turn as an evaluation case: sanitised, with what its look-ups brought back."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.agent.context import readable
from services.agent.personal_data import EMAIL, HANDLE, PHONE
from services.agent.toolbox import call_key
from services.domain import paths
from services.domain.ids import split_thread_id
from services.domain.message import Message
from services.domain.model import ToolCall
from services.domain.retention import kept
from services.domain.states import Role
from services.domain.text import Text
from services.errors import Rejected
from services.ports import Clock, Documents
from services.store.live_settings import SettingsCache
from services.store.messages import newest, still_kept

#: Lines of the past that a case holds.
MOST_LINES = 30
#: The settings that decide what the model is told; none of them is personal.
_SETTINGS = (
    "business_name",
    "business_facts",
    "persona",
    "language",
    "house_rules",
    "time_zone",
    "link_hosts",
    "engine",
)
_ENDINGS = ("send_instagram_message", "do_not_reply", "hand_to_human")
_ROLES = {Role.USER: "person", Role.BOT: "bot", Role.HUMAN: "colleague"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Exporting:
    """Makes cases out of turns."""

    documents: Documents
    settings: SettingsCache
    clock: Clock

    def case(self, thread_id: str, turn_id: str) -> dict[str, Any]:
        """The case of a turn, in the form of `tests/evals`; the office adds what it expects more.

        Names, addresses, numbers and handles are replaced, the same by the same. Raises
        `Rejected` for a turn that is not there.
        """
        turn, contact = self.documents.get(paths.turn(thread_id, turn_id), paths.contact(thread_id))
        parties = split_thread_id(thread_id)
        if turn.fields is None or parties is None or not kept(turn, self.clock.now()):
            raise Rejected(Text("There is no such turn: it may have expired."))
        messages = self._messages(thread_id)
        settings = self.settings.account(parties[0]).operation
        own = " ".join(str(getattr(settings, name)) for name in _SETTINGS)
        clean = Sanitiser(_names(contact.fields or {}), own)
        case: dict[str, Any] = {
            "name": f"turn {turn_id[:8]}",
            "why": "exported from a real turn",
            "settings": {name: getattr(settings, name) for name in _SETTINGS},
            **_lines(messages, turn.fields.get("mids") or (), turn_id),
            **_played(turn.fields),
        }
        cleaned: dict[str, Any] = clean.value(case)
        return cleaned | {"settings": case["settings"]}

    def _messages(self, thread_id: str) -> list[Message]:
        found = newest(self.documents, thread_id, 200)
        return readable(still_kept(found, self.clock.now()))


class Sanitiser:
    """Replaces what is personal, the same thing always by the same stand-in."""

    def __init__(self, names: Sequence[str], business: str) -> None:
        self._names = re.compile(
            r"\b(?:" + "|".join(re.escape(n) for n in names) + r")\b", re.IGNORECASE
        )
        self._any_name = bool(names)
        self._business = business
        self._known: dict[str, str] = {}

    def value(self, value: Any) -> Any:
        """Any JSON value, sanitised."""
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, Mapping):
            return {self._text(str(key)): self.value(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(item) for item in value]
        return value

    def _text(self, text: str) -> str:
        text = EMAIL.sub(lambda m: self._stand_in(m[0], "person{}@example.com"), text)
        text = PHONE.sub(lambda m: self._stand_in(m[0], "+1 555 01{:05}"), text)
        text = HANDLE.sub(lambda m: self._stand_in(m[0], "@person{}"), text)
        return self._names.sub("Sam", text) if self._any_name else text

    def _stand_in(self, found: str, form: str) -> str:
        if found in self._business or re.fullmatch(r"\d{4}-\d\d-\d\d( \d\d)?", found):
            return found  # the business's own, which everybody may know, or a date
        key = found.casefold()
        return self._known.setdefault(key, form.format(len(self._known) + 1))


def _names(contact: Mapping[str, Any]) -> list[str]:
    fields = ("name", "username", "given_name", "company")
    words = [word for key in fields for word in str(contact.get(key) or "").split()]
    return sorted({word for word in words if len(word) > 2}, key=len, reverse=True)


def _lines(messages: Sequence[Message], mids: Sequence[str], turn_id: str) -> dict[str, Any]:
    """The past, and what the person wrote in this turn."""
    claimed = [m for m in messages if m.id in mids]
    first = min((m.created_at for m in claimed), default=None)
    before = [
        m
        for m in messages
        if m.id not in mids
        and m.turn_id != turn_id
        and (first is None or m.created_at < first)
        and m.role in _ROLES
    ]
    return {
        "before": [{_ROLES[m.role]: m.text} for m in before[-MOST_LINES:]],
        "says": [m.text for m in claimed],
    }


def _played(turn: Mapping[str, Any]) -> dict[str, Any]:
    """What the model did, as its script, with its look-ups' results recorded."""
    script: list[Any] = []
    recorded: dict[str, Any] = {}
    called: list[Any] = []
    for step in turn.get("steps") or ():
        calls = [[call["name"], call["arguments"]] for call in step["calls"]]
        if calls:
            script.append(calls)
        for call in step["calls"]:
            if call["name"] not in _ENDINGS and not call["failed"]:
                key = call_key(ToolCall(None, call["name"], call["arguments"]))
                recorded[key] = json.loads(json.dumps(call["result"], default=str))
                called.append([call["name"], call["arguments"]])
    outcome = turn.get("outcome")
    expect: dict[str, Any] = {"called": called, "handed_off": outcome == "handed_off"}
    if outcome == "silent":
        expect["silent"] = True
    else:
        ended = [call["name"] for step in turn.get("steps") or () for call in step["calls"]]
        bubbles = ended.count("send_instagram_message") + (outcome == "handed_off")
        expect["most_bubbles"] = max(1, bubbles)
    return {"script": script, "recorded": recorded, "expect": expect}
