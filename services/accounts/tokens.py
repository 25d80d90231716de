"""Access tokens live 60 days: they are renewed long before, by the sweep, whoever writes or not."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog

from services.accounts.service import ADVICE, Accounts
from services.domain import paths
from services.domain.account import AccountFields, AccountState
from services.domain.alerting import alert
from services.domain.graph_errors import of_error
from services.domain.ids import digest, is_platform_id
from services.domain.text import Text
from services.errors import AlreadyStored, GraphRefused, Rejected, Unavailable
from services.ports import Clock, Documents

_log = structlog.get_logger()

_TOKEN = re.compile(r"[!-~]{10,1000}")

#: Instagram renews no younger token (Instagram Platform documentation, Refresh an access token).
OLD_ENOUGH = timedelta(hours=24)
#: A token with more life than this is left alone.
YOUNG_ENOUGH = timedelta(days=50)
LIFE = timedelta(days=60)
#: So little life left, and renewing has failed all the while: the team is told every day.
WARN_BELOW = timedelta(days=14)
#: How often a token is looked after.
EVERY = timedelta(hours=20)
#: How long an old version can still be read: far longer than any instance keeps a token.
GRACE = timedelta(hours=24)


class Secrets(Protocol):
    """Named secrets with versions; every call raises `Unavailable`."""

    def add(self, name: str, value: str) -> str:
        """Store a new version; its number."""
        ...

    def disable_old(self, name: str, replaced_before: datetime) -> Sequence[str]:
        """Disable versions that were replaced before the instant; their numbers."""
        ...


class Issuer(Protocol):
    """Who issues tokens. Raises `GraphRefused` or `Unavailable`."""

    def refresh_token(self, account_id: str) -> tuple[str, float]:
        """A new token and its life in seconds."""
        ...

    def whose(self, token: str) -> tuple[str, str]:
        """Account id and username of a token."""
        ...

    def forget_token(self, account_id: str) -> None:
        """Use the stored token from now on."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """Renews, replaces and warns; ingest goes on whatever happens here."""

    documents: Documents
    secrets: Secrets
    issuer: Issuer
    accounts: Accounts
    secret_name: "SecretName"
    clock: Clock

    def keep(self, account_id: str) -> str:
        """See to the account's token, once a day: `fresh`, `renewed`, `too_young`, `failed`, …

        Raises `Unavailable` only for the store.
        """
        now = self.clock.now()
        stored = self.documents.get(paths.account(account_id))[0].fields or {}
        checked, expires = stored.get("token_checked_at"), stored.get("token_expires_at")
        if checked is not None and now - checked < EVERY:
            return "fresh"
        self._disable_old(account_id, now)
        outcome = self._renew(account_id, stored, now) if _due(stored, now) else "fresh"
        if outcome not in ("fresh", "renewed", "too_young"):
            _log.warning("token_not_renewed", account_id=account_id, outcome=outcome)
        if outcome not in ("fresh", "renewed") and expires is not None:
            self._warn(account_id, expires, now)
        if outcome == "unreachable":
            return outcome  # within the hour again
        self._note(account_id, {"token_checked_at": now})
        return outcome

    def replace(self, account_id: str, token: str, trace_id: str) -> str:
        """A new token after a log-in: checked and stored; what waited for it is sent.

        Answers the username. Raises `Rejected` with the reason for a person to read, and
        `Unavailable`.
        """
        owner, username = self._whose(token)
        if owner != account_id:
            raise Rejected(
                Text(
                    "This token belongs to account %(owner)s, not to %(wanted)s.",
                    owner=owner,
                    wanted=account_id,
                )
            )
        self._adopt(owner, username, token.strip(), trace_id)
        return username

    def add(self, token: str, trace_id: str) -> tuple[str, str]:
        """Take over whatever account the token belongs to; its id and username. Raises likewise."""
        owner, username = self._whose(token)
        if not is_platform_id(owner):
            raise Rejected(Text("Instagram did not say which account this token belongs to."))
        self._adopt(owner, username, token.strip(), trace_id)
        return owner, username

    def _whose(self, token: str) -> tuple[str, str]:
        token = token.strip()
        if not _TOKEN.fullmatch(token):
            raise Rejected(
                Text("This is not an access token: paste it as Meta's dashboard shows it.")
            )
        try:
            return self.issuer.whose(token)
        except GraphRefused as error:
            why = Text("Instagram does not accept this token. %(reason)s", reason=error.text)
            raise Rejected(why) from error

    def _adopt(self, account_id: str, username: str, token: str, trace_id: str) -> None:
        self._store(account_id, token, self.clock.now(), LIFE)
        self._note(account_id, {"username": username, "token_error": None})
        self.accounts.token_replaced(account_id, trace_id)

    def _renew(self, account_id: str, stored: dict[str, Any], now: datetime) -> str:
        try:
            token, seconds = self.issuer.refresh_token(account_id)
            self._store(account_id, token, now, timedelta(seconds=seconds))
        except GraphRefused as error:
            return self._refused(account_id, error)
        except Unavailable as error:
            self._note(account_id, {"token_error": error.text})
            return "unreachable"
        _log.info("token_renewed", account_id=account_id, first=not stored.get("token_expires_at"))
        return "renewed"

    def _refused(self, account_id: str, error: GraphRefused) -> str:
        self._note(account_id, {"token_error": error.text})
        if error.code in (102, 190):
            reason = of_error(400, error.code, error.subcode).reason
            self.accounts.stop(account_id, AccountState.REAUTHORISE, reason)
            return "dead"
        return "too_young" if error.code == 100 else "failed"

    def _store(self, account_id: str, token: str, now: datetime, life: timedelta) -> None:
        # The secret first: a token that only the account's document knew of would be lost.
        version = self.secrets.add(self.secret_name(account_id), token)
        self.issuer.forget_token(account_id)
        self._note(
            account_id,
            {
                "token_version": version,
                "token_refreshed_at": now,
                "token_expires_at": now + life,
                "token_checked_at": now,
                "token_error": None,
            },
        )

    def _disable_old(self, account_id: str, now: datetime) -> None:
        try:
            self.secrets.disable_old(self.secret_name(account_id), now - GRACE)
        except Unavailable as error:
            _log.warning("old_tokens_not_disabled", account_id=account_id, error=str(error))

    def _warn(self, account_id: str, expires: datetime, now: datetime) -> None:
        if expires - now >= WARN_BELOW:
            return
        days = max(0, (expires - now).days)
        text = f"The Instagram token ends in {days} days. {ADVICE[AccountState.REAUTHORISE]}"
        told = alert(account_id, "token_expiring", text, now)
        name = digest("token", account_id, now.date())
        try:
            self.documents.commit([paths.alert(name).create(told)])
        except AlreadyStored:
            return

    def _note(self, account_id: str, fields: AccountFields) -> None:
        self.documents.commit([paths.account(account_id).merge(fields)])


class SecretName(Protocol):
    """How the secret of an account is called."""

    def __call__(self, account_id: str) -> str:
        """The secret's name."""
        ...


def _due(stored: dict[str, Any], now: datetime) -> bool:
    """Whether a token is old enough and has little enough life; one of unknown age is tried."""
    refreshed, expires = stored.get("token_refreshed_at"), stored.get("token_expires_at")
    if refreshed is None or expires is None:
        return True
    return bool(now - refreshed >= OLD_ENOUGH and expires - now < YOUNG_ENOUGH)
