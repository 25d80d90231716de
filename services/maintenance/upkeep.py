"""What the sweep does once an hour for every account: token, connection, missing messages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from services.accounts.health import Finding, Health
from services.accounts.tokens import Tokens
from services.domain import paths
from services.domain.documents import Query
from services.errors import Unavailable
from services.ingest.catch_up import CatchUp
from services.maintenance.daily_stats import Days
from services.ports import Clock, Documents

_log = structlog.get_logger()

#: The sweep's run of an hour that also looks after the accounts: told by the clock, so that the
#: other runs read nothing for it. The sweep runs every five minutes.
MINUTES = range(30, 35)
#: How often a connection is checked.
HEALTH_EVERY = timedelta(hours=6)
#: No further account is begun after so long: the function has a time limit.
AT_MOST = timedelta(seconds=90)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Upkeep:
    """One account's trouble does not keep the next from being looked after."""

    documents: Documents
    tokens: Tokens
    health: Health
    catch_up: CatchUp
    days: Days
    own_account: str
    clock: Clock

    def run(self, trace_id: str) -> dict[str, str]:
        """Look after the accounts, whose turn is longest past first; how it went, by account."""
        began_at = self.clock.now()
        listed = self.documents.query(
            Query(paths.ACCOUNTS)
        )  # all: whoever is left out loses its token
        stored = {s.id: s.fields or {} for s in listed if s.id.isdigit()}
        stored.setdefault(self.own_account, {})
        told: dict[str, str] = {}
        for account_id in sorted(stored, key=lambda a: _instant(stored[a].get("looked_after_at"))):
            if self.clock.now() - began_at >= AT_MOST:
                break  # the next hour's run begins with these
            told[account_id] = self._account(account_id, stored[account_id], trace_id)
        return told

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

    def _account(self, account_id: str, stored: Mapping[str, Any], trace_id: str) -> str:
        health_at = stored.get("health_at")
        try:
            # First: whatever happens now, the next run begins with the others.
            looked = paths.account(account_id).merge({"looked_after_at": self.clock.now()})
            self.documents.commit([looked])
            outcome = self.tokens.keep(account_id)
            if health_at is None or self.clock.now() - health_at >= HEALTH_EVERY:
                self.health.self_test(account_id)
            self.catch_up.run(account_id, trace_id)
            self._count(account_id, stored.get("counted_until"))
        except Unavailable as error:
            _log.warning("upkeep_ended_early", account_id=account_id, error=str(error))
            return "unavailable"
        except Exception:  # noqa: BLE001 (logged whole; the others' tokens must not run out for it)
            _log.exception("upkeep_failed", account_id=account_id)
            return "failed"
        return outcome

    def _count(self, account_id: str, counted_until: str | None) -> None:
        """Keep the numbers of the days that are over: the first run of a day does."""
        until = self.days.roll_up(account_id, counted_until)
        if until is not None:
            self.documents.commit([paths.account(account_id).merge({"counted_until": until})])


def _instant(stored: datetime | None) -> float:
    return stored.timestamp() if stored is not None else 0
