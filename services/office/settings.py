"""Changing the operating settings: checked, recorded, and undone with one button."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.domain import paths
from services.domain.documents import REMOVED, Query, Write
from services.domain.operation import OperatingSettings
from services.domain.setting import Setting, catalogue, contradictions
from services.domain.text import Text, joined
from services.errors import Rejected, WrongFields
from services.office.access import Operator
from services.ports import Clock, Documents, Ids, Reads
from services.store import audit
from services.store.live_settings import SettingsCache

#: Changes that a settings page lists.
MOST_CHANGES = 30
DEFAULT = "default"

#: From what counts without the scope's own words, and these: the new ones, None for none.
Choose = Callable[[OperatingSettings, Mapping[str, Any]], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Shown:
    """One setting as it stands for a scope."""

    setting: Setting
    value: Any
    stored: bool  #: whether this very scope says so
    otherwise: Any  #: what counts where the scope says nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeSettings:
    """Reads and changes `settings/{scope}`: `default`, or an account that overrides it."""

    documents: Documents
    live: SettingsCache
    clock: Clock
    ids: Ids

    def shown(self, scope: str) -> list[Shown]:
        """Every setting with its value for the scope; one round trip."""
        base, own = _standing(self.documents, scope)
        values = base.overridden(own)
        return [
            Shown(s, getattr(values, s.name), s.name in own, getattr(base, s.name))
            for s in catalogue()
        ]

    def change(self, scope: str, typed: Mapping[str, str], by: Operator) -> list[str]:
        """Store what was typed; the names that changed. Raises `WrongFields` and stores none."""
        read = _read(typed)

        def choose(base: OperatingSettings, own: Mapping[str, Any]) -> dict[str, Any]:
            present = base.overridden(own)
            return {n: v for n, v in read.items() if getattr(present, n) != v}

        return self._put(scope, choose, by)

    def changes(self, scope: str, most: int = MOST_CHANGES) -> list[dict[str, Any]]:
        """The last changes of the scope, newest first."""
        query = Query(
            paths.AUDIT,
            where=[("target", "==", paths.settings(scope))],
            order=[("at", "DESCENDING")],
            limit=most,
        )
        return [{**(s.fields or {}), "id": s.id} for s in self.documents.query(query)]

    def put(self, scope: str, wanted: Mapping[str, Any], by: Operator, **more: Any) -> list[str]:
        """Let the scope say just this of these settings, and nothing of those that are None.

        The names that changed; `more` is recorded with them. Raises `WrongFields`.
        """

        def choose(_base: OperatingSettings, own: Mapping[str, Any]) -> dict[str, Any]:
            return {n: v for n, v in wanted.items() if own.get(n) != v}

        return self._put(scope, choose, by, **more)

    def undo(self, entry_id: str, by: Operator) -> list[str]:
        """Put back what one change replaced; what was at its default is so again.

        The names that changed. Raises `Rejected`, also where what is put back would contradict
        what stands now.
        """
        (entry,) = self.documents.get(paths.audit(entry_id))
        record = entry.fields or {}
        if record.get("action") != "settings":
            raise Rejected(Text("There is no such change of settings."))
        return self.put(record["scope"], record["before"], by, undoes=entry_id)

    def _put(self, scope: str, choose: Choose, by: Operator, **more: Any) -> list[str]:
        path, now, entry_id = paths.settings(scope), self.clock.now(), self.ids.new()

        def work(reads: Reads) -> tuple[list[str], Sequence[Write]]:
            base, own = _standing(reads, scope)
            after = choose(base, own)
            if not after:
                return [], []
            kept = {n: v for n, v in {**own, **after}.items() if v is not None}
            if problems := contradictions(base.overridden(kept)):
                raise WrongFields(problems, joined(*problems.values()))
            before = {n: own.get(n) for n in after}
            record = audit.entry(
                entry_id, now, by, "settings", path,
                scope=scope, before=before, after=after, **more,
            )  # fmt: skip
            fields = {n: REMOVED if v is None else v for n, v in after.items()}
            return list(after), [path.merge(fields), record]

        changed = self.documents.transact(audit.once(work, paths.audit(entry_id)))
        self.live.forget()
        return changed


def _standing(reads: Reads, scope: str) -> tuple[OperatingSettings, dict[str, Any]]:
    """What would count if the scope said nothing, and what it says; one round trip."""
    scopes = dict.fromkeys((paths.DEFAULT_SETTINGS, paths.settings(scope)))
    default, *own = [s.fields or {} for s in reads.get(*scopes)]
    if not own:
        return OperatingSettings(), default
    return OperatingSettings().overridden(default), own[0]


def _read(typed: Mapping[str, str]) -> dict[str, Any]:
    read: dict[str, Any] = {}
    problems: dict[str, Text] = {}
    for setting in catalogue():
        if setting.name not in typed:
            continue
        try:
            read[setting.name] = setting.read(typed[setting.name])
        except ValueError as error:
            (problems[setting.name],) = error.args
    if problems:
        raise WrongFields(problems, joined(*problems.values()))
    return read
