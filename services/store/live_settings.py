"""The operating settings and the known accounts, read from the store and kept for seconds."""

from dataclasses import dataclass
from datetime import timedelta

from services.domain import paths
from services.domain.account import Account
from services.domain.ids import PLAYGROUND
from services.domain.operation import OperatingSettings
from services.domain.playground import at_once
from services.ports import Clock, Documents
from services.ttl_cache import TtlCache

#: How long an instance may work with settings that were changed meanwhile.
KEPT_FOR = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class AccountView:
    """An account as the use cases see it."""

    known: bool
    operation: OperatingSettings
    business: str  #: the account whose rules and knowledge count: the playground has none
    account: Account  #: as it was when it was read: for pace and show, never to decide a send
    app: str = ""  #: the app that its events come through, where that is stored


class SettingsCache:
    """Settings by account: one read for all of them, at most every five seconds."""

    def __init__(self, *, documents: Documents, clock: Clock, own_account: str) -> None:
        self._documents = documents
        self._own_account = own_account
        self._kept = TtlCache[str, AccountView](clock=clock, ttl=KEPT_FOR)

    def account(self, account_id: str) -> AccountView:
        """The account's settings, at most `KEPT_FOR` old."""
        return self._kept.get(account_id, lambda: self._read(account_id))

    def forget(self) -> None:
        """Read anew at the next question."""
        self._kept.forget()

    def _read(self, account_id: str) -> AccountView:
        playing = account_id == PLAYGROUND
        business = self._own_account if playing else account_id
        default, own, account = self._documents.get(
            paths.DEFAULT_SETTINGS, paths.settings(business), paths.account(account_id)
        )
        operation = OperatingSettings().overridden(default.fields).overridden(own.fields)
        return AccountView(
            known=account_id == self._own_account or account.fields is not None,
            operation=at_once(operation) if playing else operation,
            business=business,
            account=Account.from_doc(account_id, account.fields),
            app=str((account.fields or {}).get("app") or ""),
        )
