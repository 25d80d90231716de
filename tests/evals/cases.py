"""Reading the cases."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.agent.agent import canary_of
from services.domain.operation import OperatingSettings

HERE = Path(__file__).parent
_KEYS = frozenset(
    {
        "name", "why", "hostile", "settings", "contact", "knowledge", "sessions", "rules",
        "before", "says", "script", "then", "settle_minutes", "recorded", "expect",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """One conversation with what is expected of it."""

    file: str
    body: Mapping[str, Any]

    @property
    def name(self) -> str:
        """A sentence."""
        return str(self.body["name"])

    @property
    def hostile(self) -> bool:
        """Whether somebody means harm."""
        return bool(self.body.get("hostile"))

    def get(self, key: str, otherwise: Any = None) -> Any:
        """A part of it."""
        return self.body.get(key, otherwise)


def load(only: str = "") -> list[Case]:
    """Every case of every file, in their order, whose file, name or reason holds `only`."""
    found = [
        Case(path.stem, _checked(path, body))
        for path in sorted(HERE.glob("*.yaml"))
        for body in json.loads(path.read_text(encoding="utf-8"))
    ]
    return [
        case
        for case in found
        if only.casefold() in f"{case.file} {case.name} {case.get('why')}".casefold()
    ]


def _checked(path: Path, body: dict[str, Any]) -> Mapping[str, Any]:
    if unknown := sorted(set(body) - _KEYS):
        raise ValueError(f"{path.name}: {body.get('name')}: unknown keys {', '.join(unknown)}")
    if not body.get("name") or not body.get("expect"):
        raise ValueError(f"{path.name}: a case has a name and something to expect")
    canary = canary_of(OperatingSettings().overridden(body.get("settings")))
    replaced: Mapping[str, Any] = json.loads(json.dumps(body).replace("$CANARY", canary))
    return replaced
