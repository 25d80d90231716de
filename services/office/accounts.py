"""The business's Instagram accounts: how the office lists them, and what an admin does to one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from services.accounts.service import Accounts
from services.domain import paths
from services.domain.account import AccountFields
from services.domain.documents import Query, Write
from services.domain.ids import is_platform_id
from services.domain.text import Text
from services.errors import Rejected
from services.office.access import Operator
from services.ports import Clock, Documents, Ids
from services.store import audit
from services.store.live_settings import SettingsCache

if TYPE_CHECKING:
    from services.accounts.health import Finding
    from services.maintenance.upkeep import Connected, Upkeep

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


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeAccounts:
    """Reads `accounts/{id}`; the environment's account is one of them from the beginning.

    An act is done first and recorded then; doing it again is harmless. Whoever names an account
    for one has looked it up by `named`: a write to the document of another would make it ours.
    """

    documents: Documents
    own: str
    states: Accounts
    upkeep: "Callable[[], Upkeep]"  #: built when first asked: few pages need it
    settings: SettingsCache
    clock: Clock
    ids: Ids

    def named(self, account_id: str) -> Known:
        """One of ours; the environment's where none is named. Raises `Rejected`."""
        wanted = account_id or self.own
        found = [known for known in self.all() if known.id == wanted]
        if not found:
            raise Rejected(Text("There is no such account."))
        return found[0]

    def last_heard(self, account_id: str) -> datetime | None:
        """When the last message came in: proof that webhooks arrive."""
        newest = Query(
            paths.CONVERSATIONS,
            where=[("account_id", "==", account_id)],
            order=[("last_received_at", "DESCENDING")],
            limit=1,
        )
        found = self.documents.query(newest)
        return (found[0].fields or {}).get("last_received_at") if found else None

    def all(self) -> list[Known]:
        """The environment's account first, then the others by number."""
        found = self.documents.query(Query(paths.ACCOUNTS, limit=MOST_ACCOUNTS))
        stored = {s.id: s.fields or {} for s in found if is_platform_id(s.id)}
        others = sorted(stored.keys() - {self.own})
        return [Known(i, stored.get(i, {})) for i in (self.own, *others)]

    def pause(self, account_id: str, by: Operator) -> None:
        """Nothing goes out until it is resumed; what comes in is kept."""
        self.states.pause(account_id)
        self._record("account_paused", account_id, by)

    def resume(self, account_id: str, by: Operator) -> int:
        """What waits goes out; how many conversations were set going."""
        woken = self.states.resume(account_id, self.ids.new())
        self._record("account_resumed", account_id, by)
        return woken

    def add(self, token: str, by: Operator) -> "Connected":
        """One more account, the one that the token speaks for. Raises `Rejected`, `Unavailable`."""
        connected = self.upkeep().connect(token, self.ids.new())
        self.settings.forget()
        self._record("account_added", connected.account_id, by)
        return connected

    def replace_token(self, account_id: str, token: str, by: Operator) -> "Connected":
        """A new token after a log-in; what waited for it is sent. Raises likewise."""
        connected = self.upkeep().connect(token, self.ids.new(), account_id)
        self._record("token_replaced", account_id, by)
        return connected

    def self_test(self, account_id: str, by: Operator) -> "Sequence[Finding]":
        """Every check of the connection, with what to do where one fails."""
        findings = self.upkeep().health.self_test(account_id)
        self._record("self_test", account_id, by)
        return findings

    def note_human_agent(self, account_id: str, by: Operator, *, granted: bool) -> None:
        """Whether Meta has granted the permission to answer for seven days: its page says."""
        self._record("human_agent", account_id, by, {"human_agent": granted})
        self.settings.forget()

    def _record(
        self,
        action: audit.Action,
        account_id: str,
        by: Operator,
        fields: AccountFields | None = None,
    ) -> None:
        """Write down what was done, in one commit with the fields that it changes."""
        path = paths.account(account_id)
        writes: list[Write] = [path.merge(fields)] if fields else []
        record = audit.entry(self.ids.new(), self.clock.now(), by, action, path)
        audit.commit(self.documents, record, *writes)
