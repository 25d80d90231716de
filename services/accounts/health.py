"""Whether an account's connection to Instagram works: looked after, repaired, explained."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog

from services.accounts.service import with_advice
from services.domain import paths
from services.domain.account import Account
from services.domain.call import ThreadSummary
from services.domain.documents import Query
from services.domain.graph_errors import of_error
from services.domain.outcome import Stopped
from services.domain.text import Text
from services.errors import GraphRefused, Unavailable
from services.ports import Clock, Documents

_log = structlog.get_logger()

#: The webhook fields without which something is missed (Instagram Platform documentation,
#: Webhooks); replies typed in the Instagram app come by `message_echoes`.
FIELDS = (
    "messages", "message_reactions", "messaging_postbacks", "messaging_seen",
    "messaging_referral", "message_edit", "messaging_handover", "standby", "message_echoes",
)  # fmt: skip
#: On the Messenger platform they are chosen in Meta's dashboard; the page is only switched on.
PAGE_FIELDS = ("messages",)
SILENT_AFTER = timedelta(days=7)


class Connection(Protocol):
    """What can be asked of Instagram about an account; raises `GraphRefused`, `Unavailable`."""

    @property
    def on_messenger(self) -> bool:
        """Whether a page speaks for the account."""
        ...

    def identity(self, account_id: str) -> tuple[str, str]:
        """The account's name, and the id by which Meta's callbacks to this app mean it."""
        ...

    def subscribed_fields(self, account_id: str) -> frozenset[str]:
        """The webhook fields that are sent to us."""
        ...

    def subscribe(self, account_id: str, fields: Sequence[str]) -> None:
        """Ask for these fields."""
        ...

    def get_threads(self, account_id: str) -> Iterator[Sequence[ThreadSummary]]:
        """The account's conversations, last active first, a page for each call."""
        ...


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `says` is for the operator."""

    what: str
    ok: bool
    says: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Looks at connections; sending and ingest do not wait for it."""

    documents: Documents
    connection: Connection
    clock: Clock

    def self_test(self, account_id: str) -> Sequence[Finding]:
        """Every check, with what to do where one fails; the result is stored on the account.

        Raises `Unavailable` only for the store.
        """
        findings = [
            self._state(account_id),
            _tried("token", lambda: self._token(account_id)),
            _tried("webhooks", lambda: self._webhooks(account_id)),
            _tried("messages", lambda: self._messages(account_id)),
            self._last_message(account_id),
        ]
        checked = [{"what": f.what, "ok": f.ok, "says": f.says} for f in findings]
        path = paths.account(account_id)
        self.documents.commit([path.merge({"health": checked, "health_at": self.clock.now()})])
        if not all(finding.ok for finding in findings):
            failed = [finding.what for finding in findings if not finding.ok]
            _log.warning("connection_unhealthy", account_id=account_id, failed=failed)
        return findings

    def _state(self, account_id: str) -> Finding:
        stored = self.documents.get(paths.account(account_id))[0].fields
        account = Account.from_doc(account_id, stored)
        if account.may_send:
            return Finding("state", True, Text("The account may send."))
        reason = account.state_reason or account.state
        says = Text("Sending stopped: %(reason)s", reason=reason)
        return Finding("state", False, with_advice(says, account.state))

    def _token(self, account_id: str) -> Finding:
        name, app_scoped_id = self.connection.identity(account_id)
        path = paths.account(account_id)
        self.documents.commit([path.merge({"app_scoped_id": app_scoped_id, "username": name})])
        says = Text("The token works; it speaks for @%(name)s.", name=name)
        return Finding("token", True, says)

    def _webhooks(self, account_id: str) -> Finding:
        """What is missing is asked for: Meta drops subscriptions after an hour of errors."""
        wanted = PAGE_FIELDS if self.connection.on_messenger else FIELDS
        missing = sorted(set(wanted) - self.connection.subscribed_fields(account_id))
        if not missing:
            return Finding("webhooks", True, Text("All webhook fields are subscribed."))
        self.connection.subscribe(account_id, wanted)
        _log.warning("subscription_repaired", account_id=account_id, missing=missing)
        says = Text("Subscribed again: %(fields)s.", fields=", ".join(missing))
        return Finding("webhooks", True, says)

    def _messages(self, account_id: str) -> Finding:
        next(iter(self.connection.get_threads(account_id)), None)
        return Finding("messages", True, Text("Conversations can be read."))

    def _last_message(self, account_id: str) -> Finding:
        newest = self.documents.query(
            Query(
                paths.CONVERSATIONS,
                where=[("account_id", "==", account_id)],
                order=[("last_received_at", "DESCENDING")],
                limit=1,
            )
        )
        at = (newest[0].fields or {}).get("last_received_at") if newest else None
        return _heard(at, self.clock.now())


def _heard(at: datetime | None, now: datetime) -> Finding:
    if at is None:
        says = Text("No message has arrived yet: write one to the account, from another one.")
        return Finding("last message", True, says)
    if now - at > SILENT_AFTER:
        says = Text(
            "No message since %(at)s. Write one from another account; if it does not appear, "
            "check the webhook's address in Meta's dashboard.",
            at=at,
        )
        return Finding("last message", False, says)
    return Finding("last message", True, Text("The last message came %(at)s.", at=at))


def _tried(what: str, check: Any) -> Finding:
    try:
        found: Finding = check()
    except GraphRefused as error:
        outcome = of_error(400, error.code, error.subcode)
        if isinstance(outcome, Stopped):
            return Finding(what, False, with_advice(outcome.reason, outcome.state))
        return Finding(what, False, outcome.reason)
    except Unavailable as error:
        says = Text("%(reason)s Try again in a minute.", reason=error.text)
        return Finding(what, False, says)
    return found
