"""The business's Instagram accounts, as the office lists them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.domain.documents import Query
from services.domain.ids import is_platform_id
from services.errors import Rejected
from services.ports import Documents

#: Accounts that the office knows at most.
MOST_ACCOUNTS = 50


@dataclass(frozen=True, slots=True)
class Known:
    """One account and what is stored of it."""

    id: str
    fields: dict[str, Any]

    @property
    def called(self) -> str:
        """Its name, else its number."""
        username = str(self.fields.get("username") or "")
        return f"@{username}" if username else self.id


@dataclass(frozen=True, slots=True)
class OfficeAccounts:
    """Reads `accounts/{id}`; the environment's account is one of them from the beginning."""

    documents: Documents
    own: str

    def named(self, account_id: str) -> Known:
        """One of ours; the environment's where none is named. Raises `Rejected`."""
        wanted = account_id or self.own
        found = [known for known in self.all() if known.id == wanted]
        if not found:
            raise Rejected("There is no such account.")
        return found[0]

    def last_heard(self, account_id: str) -> datetime | None:
        """When the last message came in: proof that webhooks arrive."""
        newest = Query(
            "conversations",
            where=[("account_id", "==", account_id)],
            order=[("last_received_at", "DESCENDING")],
            limit=1,
        )
        found = self.documents.query(newest)
        return (found[0].fields or {}).get("last_received_at") if found else None

    def all(self) -> list[Known]:
        """The environment's account first, then the others by number."""
        found = self.documents.query(Query("accounts", limit=MOST_ACCOUNTS))
        stored = {s.id: s.fields or {} for s in found if is_platform_id(s.id)}
        others = sorted(stored.keys() - {self.own})
        return [Known(i, stored.get(i, {})) for i in (self.own, *others)]
