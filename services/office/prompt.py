"""What the bot is told in the owner's words: its versions, what changed, and the way back."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any

from services.agent.agent import canary_of, system_prompt
from services.domain import paths
from services.domain.operation import OperatingSettings
from services.domain.setting import Setting, catalogue
from services.office.access import Operator
from services.office.settings import OfficeSettings
from services.ports import Documents

#: The settings that make up the instructions; the rest of them is ours, and the same for all.
PARTS = ("business_name", "persona", "language", "business_facts", "house_rules")
#: Changes of a scope's settings that are looked through for versions.
MOST_CHANGES = 200
#: Stands in shown instructions for a word that must not be known, and that word.
HIDDEN = "ref-…"
_SECRET = re.compile(r"ref-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Version:
    """The owner's words as one change left them."""

    id: str  #: of the change; "first" for what stood before any
    at: datetime | None
    by: str
    changed: Sequence[str]  #: the parts that it changed
    own: Mapping[str, str | None]  #: what the scope itself said then; None for nothing
    words: Mapping[str, str]  #: what counted then, by the name of the part
    undoes: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a comparison: `gone`, `new` or `same`."""

    sort: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficePrompt:
    """The versions are what the audit log says of the settings: nothing is stored twice."""

    documents: Documents
    settings: OfficeSettings

    def versions(self, scope: str) -> list[Version]:
        """Every version of the scope, newest first; the newest is what counts now."""
        shown = {s.setting.name: s for s in self.settings.shown(scope)}
        otherwise = {n: str(shown[n].otherwise) for n in PARTS}
        own = {n: str(shown[n].value) if shown[n].stored else None for n in PARTS}

        def words() -> dict[str, str]:
            return {n: otherwise[n] if (said := own[n]) is None else said for n in PARTS}

        found: list[Version] = []
        for change in self.settings.changes(scope, MOST_CHANGES):
            changed = [n for n in PARTS if n in (change.get("after") or {})]
            if changed:
                undoes = bool(change.get("undoes") or change.get("version"))
                by = str(change["operator_name"])
                found.append(
                    Version(
                        change["id"], change["at"], by, changed, dict(own), words(), undoes=undoes
                    )
                )
                own |= {n: change["before"].get(n) for n in changed}
        return [*found, Version("first", None, "", (), dict(own), words())]

    def put_back(self, scope: str, version: Version, by: Operator) -> list[str]:
        """Let the scope say again what it said in that version; the names that changed."""
        return self.settings.put(scope, version.own, by, version=version.id)

    def used(self, version: str) -> dict[str, Any] | None:
        """The very instructions that a turn was given, by the word that its trace names."""
        (stored,) = self.documents.get(paths.prompt(version))
        if stored.fields is None:
            return None
        text = _SECRET.sub(HIDDEN, str(stored.fields.get("text") or ""))
        return {**stored.fields, "text": text}


def instructions(words: Mapping[str, str]) -> str:
    """The whole instructions made of these parts, without the word that must not be known."""
    settings = OperatingSettings().overridden(words)
    return system_prompt(settings).replace(canary_of(settings), HIDDEN)


def parts() -> list[Setting]:
    """The settings of which the owner's part consists, in its order."""
    known = {setting.name: setting for setting in catalogue()}
    return [known[name] for name in PARTS]


def compared(before: str, after: str) -> Iterator[Line]:
    """What became of a text, line by line; far from any change nothing is said."""
    old, new = before.splitlines(), after.splitlines()
    for same, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if same == "equal":
            yield from (Line("same", text) for text in _near(old[a:b]))
            continue
        yield from (Line("gone", text) for text in old[a:b])
        yield from (Line("new", text) for text in new[c:d])


def _near(lines: Sequence[str]) -> list[str]:
    return list(lines) if len(lines) <= 4 else [*lines[:2], "…", *lines[-2:]]
