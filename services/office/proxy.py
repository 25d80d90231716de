"""Signing in by Google's Identity-Aware Proxy: its word for who asks, and the operator of that."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from services.domain import paths
from services.domain.documents import Query
from services.office.access import Operator
from services.ports import Assertions, Clock, Documents
from services.security.signature import same_secret

ISSUER = "https://cloud.google.com/iap"
#: What Google allows between its clock and ours, and an assertion's longest life (Google's
#: documentation, Securing your app with signed headers).
SKEW = timedelta(seconds=30)
LIFE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeProxy:
    """Where it is configured, nobody enters without a good assertion, whatever else they hold."""

    documents: Documents
    assertions: Assertions
    clock: Clock
    audience: str  #: this very service, as the proxy calls it

    def email_of(self, assertion: str) -> str | None:
        """The e-mail that the proxy vouches for now, in lower case, or None.

        Raises `Unavailable` where the proxy's keys cannot be had.
        """
        claims = self.assertions.claims(assertion) if assertion else None
        if claims is None or not same_secret(str(claims.get("aud") or ""), self.audience):
            return None
        if claims.get("iss") != ISSUER or not self._is_of_now(claims):
            return None
        email = claims.get("email")
        return email.strip().lower() if isinstance(email, str) and "@" in email else None

    def _is_of_now(self, claims: Mapping[str, Any]) -> bool:
        begun, ends = claims.get("iat"), claims.get("exp")
        if not isinstance(begun, int | float) or not isinstance(ends, int | float):
            return False
        now, skew = self.clock.now().timestamp(), SKEW.total_seconds()
        short = ends - begun <= LIFE.total_seconds() + 2 * skew
        return short and begun - skew <= now <= ends + skew

    def operator_of(self, email: str) -> Operator | None:
        """The active operator with this e-mail; None where there is none, or more than one."""
        found = self.documents.query(
            Query(paths.OPERATORS, where=[("email", "==", email)], limit=2)
        )
        if len(found) != 1:
            return None
        operator = Operator.from_doc(found[0].id, found[0].fields)
        return operator if operator.active else None
