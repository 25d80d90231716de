"""Small things that the team keeps: canned answers and saved views, in one document each kind."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.domain import paths
from services.domain.documents import Path, Write
from services.domain.fields import ShelfFields
from services.domain.text import Text
from services.errors import Rejected
from services.office.access import Operator
from services.ports import Clock, Documents, Ids, Reads
from services.store import audit

#: One document holds them all, so that a page costs one read; it stays far below 1 MiB.
MOST_CANNED = 200
LONGEST_CANNED = 2000
MOST_VIEWS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeShelf:
    """Canned answers for everybody; saved views for each operator."""

    documents: Documents
    clock: Clock
    ids: Ids

    def canned(self) -> list[dict[str, str]]:
        """The canned answers by name: `name` and `text`."""
        return _items(self._read(paths.CANNED))

    def keep_canned(self, name: str, text: str, by: Operator) -> None:
        """Add one or replace the one of that name."""
        word = name.strip().lstrip("/").lower()
        if not word or not all(c.isalnum() or c in "-_" for c in word) or len(word) > 30:
            raise Rejected(Text("A name is one word of at most 30 letters, digits, - or _."))
        if not text.strip():
            raise Rejected(Text("The answer is empty."))
        if len(text) > LONGEST_CANNED:
            raise Rejected(Text("An answer has at most %(most)s characters.", most=LONGEST_CANNED))
        entry = {"name": word, "text": text.strip()}
        self._change(paths.CANNED, word, by, "canned", entry)

    def drop_canned(self, name: str, by: Operator) -> None:
        """Remove one; no matter whether it is there."""
        self._change(paths.CANNED, name, by, "canned_removed")

    def views(self, by: Operator) -> list[dict[str, str]]:
        """The operator's saved views by name: `name` and `query`."""
        return _items(self._read(paths.views(by.id)))

    def keep_view(self, name: str, query: str, by: Operator) -> None:
        """Save the filters of a list under a name."""
        word = " ".join(name.split())[:40]
        if not word:
            raise Rejected(Text("Give the view a name."))
        entry = {"name": word, "query": query[:300]}
        self._change(paths.views(by.id), word, by, "views", entry)

    def drop_view(self, name: str, by: Operator) -> None:
        """Forget one."""
        self._change(paths.views(by.id), name, by, "views_removed")

    def _read(self, path: str) -> dict[str, Any]:
        (stored,) = self.documents.get(path)
        return stored.fields or {}

    def _change(
        self,
        path: Path[ShelfFields],
        name: str,
        by: Operator,
        action: audit.Action,
        entry: dict[str, str] | None = None,
    ) -> None:
        most = MOST_CANNED if path == paths.CANNED else MOST_VIEWS
        now, entry_id = self.clock.now(), self.ids.new()

        def work(reads: Reads) -> tuple[None, Sequence[Write]]:
            (stored,) = reads.get(path)
            items = _items(stored.fields or {})
            before = next((i for i in items if i["name"] == name), None)
            kept = [i for i in items if i["name"] != name]
            if entry is not None and len(kept) >= most:
                raise Rejected(Text("There are %(most)s already; remove one first.", most=most))
            kept += [entry] if entry else []
            record = audit.entry(entry_id, now, by, action, path, before=before, after=entry)
            return None, [path.merge({"items": kept}), record]

        self.documents.transact(audit.once(work, paths.audit(entry_id)))


def _items(fields: dict[str, Any]) -> list[dict[str, str]]:
    return sorted(fields.get("items") or [], key=lambda item: str(item["name"]))
