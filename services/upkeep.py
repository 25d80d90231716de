"""What the sweep does once an hour for every account: token, connection, missing messages."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from services.catch_up import CatchUp
from services.domain.documents import Query
from services.errors import Unavailable
from services.health import Finding, Health
from services.ports import Clock, Documents
from services.tokens import Tokens

_log = structlog.get_logger()

#: The sweep's run of an hour that also looks after the accounts: told by the clock, so that the
#: other runs read nothing for it. The sweep runs every five minutes.
MINUTES = range(30, 35)
#: How often a connection is checked.
HEALTH_EVERY = timedelta(hours=6)
MOST_ACCOUNTS = 50


def due(now: datetime) -> bool:
    """Whether the sweep that runs at `now` is the hour's."""
    return now.minute in MINUTES


@dataclass(frozen=True, slots=True)
class Connected:
    """How connecting an account went."""

    account_id: str
    username: str
    findings: tuple[Finding, ...]
    caught_up: int  #: messages that were missing


@dataclass(frozen=True, slots=True)
class Upkeep:
    """One account's trouble does not keep the next from being looked after."""

    documents: Documents
    tokens: Tokens
    health: Health
    catch_up: CatchUp
    own_account: str
    clock: Clock

    def run(self, trace_id: str) -> dict[str, str]:
        """Look after every account; answers how it went, by account."""
        listed = self.documents.query(Query("accounts", limit=MOST_ACCOUNTS))
        checked = {s.id: (s.fields or {}).get("health_at") for s in listed if s.id.isdigit()}
        checked.setdefault(self.own_account, None)
        return {
            account: self._account(account, health_at, trace_id)
            for account, health_at in checked.items()
        }

    def connect(self, token: str, trace_id: str, account_id: str | None = None) -> Connected:
        """Add an account by its token, or give `account_id` a new one.

        The token is checked and stored, the webhooks are subscribed, what waited is sent and what
        was missed is caught up with. Raises `Rejected` with the reason, and `Unavailable`.
        """
        if account_id is None:
            account_id, username = self.tokens.add(token, trace_id)
        else:
            username = self.tokens.replace(account_id, token, trace_id)
        findings = self.health.self_test(account_id)
        return Connected(
            account_id, username, tuple(findings), self.catch_up.run(account_id, trace_id)
        )

    def _account(self, account_id: str, health_at: datetime | None, trace_id: str) -> str:
        try:
            outcome = self.tokens.keep(account_id)
            if health_at is None or self.clock.now() - health_at >= HEALTH_EVERY:
                self.health.self_test(account_id)
            self.catch_up.run(account_id, trace_id)
        except Unavailable as error:
            _log.warning("upkeep_ended_early", account_id=account_id, error=str(error))
            return "unavailable"
        return outcome
