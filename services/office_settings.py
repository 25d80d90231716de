"""Changing the operating settings: checked, recorded, and undone with one button."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services import audit
from services.domain.documents import REMOVED, Merge, Query, Write
from services.domain.operation import Operation
from services.domain.setting import Setting, catalogue, contradictions
from services.errors import Rejected
from services.live_settings import LiveSettings
from services.office_access import Operator
from services.ports import Clock, Documents, Ids, Reads

#: Changes that a settings page lists.
MOST_CHANGES = 30
DEFAULT = "default"


class WrongSettings(Rejected):
    """Some of the settings are not what they may be."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__()
        self.problems = dict(problems)


@dataclass(frozen=True, slots=True)
class Shown:
    """One setting as it stands for a scope."""

    setting: Setting
    value: Any
    stored: bool  #: whether this very scope says so


@dataclass(frozen=True, slots=True)
class OfficeSettings:
    """Reads and changes `settings/{scope}`: `default`, or an account that overrides it."""

    documents: Documents
    live: LiveSettings
    clock: Clock
    ids: Ids

    def shown(self, scope: str) -> list[Shown]:
        """Every setting with its value for the scope; one round trip."""
        default, own = self._stored(scope)
        values = Operation().overridden(default).overridden(own)
        stored = own if scope != DEFAULT else default
        return [Shown(s, getattr(values, s.name), s.name in stored) for s in catalogue()]

    def change(self, scope: str, typed: Mapping[str, str], by: Operator) -> list[str]:
        """Store what was typed; the names that changed. Raises `WrongSettings` and stores none."""
        read = _read(typed)
        now, entry_id = self.clock.now(), self.ids.new()
        path = f"settings/{scope}"

        def work(reads: Reads) -> tuple[list[str], Sequence[Write]]:
            default, own = _two(reads, scope)
            base = Operation().overridden(default if scope != DEFAULT else None)
            stored = own if scope != DEFAULT else default
            present = base.overridden(stored)
            after = {n: v for n, v in read.items() if getattr(present, n) != v}
            problems = contradictions(present.overridden(after))
            touched = {n: text for n, text in problems.items() if after}
            if touched:
                raise WrongSettings(touched)
            if not after:
                return [], []
            before = {n: stored.get(n) for n in after}
            record = audit.entry(
                entry_id, now, by, "settings", path, scope=scope, before=before, after=after
            )
            return list(after), [Merge(path, after), record]

        changed = self.documents.transact(work)
        self.live.forget()
        return changed

    def changes(self, scope: str) -> list[dict[str, Any]]:
        """The last changes of the scope, newest first."""
        query = Query(
            "audit",
            where=[("target", "==", f"settings/{scope}")],
            order=[("at", "DESCENDING")],
            limit=MOST_CHANGES,
        )
        return [{**(s.fields or {}), "id": s.id} for s in self.documents.query(query)]

    def undo(self, entry_id: str, by: Operator) -> list[str]:
        """Put back what one change replaced; what was at its default is so again."""
        now, new_id = self.clock.now(), self.ids.new()

        def work(reads: Reads) -> tuple[list[str], Sequence[Write]]:
            (entry,) = reads.get(f"audit/{entry_id}")
            record = entry.fields or {}
            if record.get("action") != "settings":
                raise Rejected("There is no such change of settings.")
            path, before = str(record["target"]), dict(record["before"])
            (stored,) = reads.get(path)
            present = {n: (stored.fields or {}).get(n) for n in before}
            back = {n: REMOVED if v is None else v for n, v in before.items()}
            undone = audit.entry(
                new_id, now, by, "settings", path,
                scope=record["scope"], before=present, after=before, undoes=entry_id,
            )  # fmt: skip
            return list(before), [Merge(path, back), undone]

        changed = self.documents.transact(work)
        self.live.forget()
        return changed

    def _stored(self, scope: str) -> tuple[dict[str, Any], dict[str, Any]]:
        return _two(self.documents, scope)


def _two(reads: Reads, scope: str) -> tuple[dict[str, Any], dict[str, Any]]:
    paths = dict.fromkeys(("settings/default", f"settings/{scope}"))
    found = [s.fields or {} for s in reads.get(*paths)]
    return found[0], found[-1]


def _read(typed: Mapping[str, str]) -> dict[str, Any]:
    read: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for setting in catalogue():
        if setting.name not in typed:
            continue
        try:
            read[setting.name] = setting.read(typed[setting.name])
        except ValueError as error:
            problems[setting.name] = str(error)
    if problems:
        raise WrongSettings(problems)
    return read
