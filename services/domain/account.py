"""An account: whether it may send, and how fast; one document of `accounts`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypedDict

from services.domain.documents import Maximum
from services.domain.instants import maybe_from_ms
from services.domain.text import Text


class AccountState(StrEnum):
    """Whether an account's messages may go out. Ingest goes on in every state."""

    ACTIVE = "active"
    PAUSED = "paused"  # by a person
    REAUTHORISE = "reauthorise"  # the token died: the owner must log in again
    BLOCKED = "blocked"  # Instagram has restricted the account
    DISCONNECTED = "disconnected"  # a setting or permission at Meta is missing


class AccountFields(TypedDict, total=False):
    """Every field of a document of `accounts`; docs/data.md explains."""

    state: AccountState
    state_reason: Text | str
    state_at: datetime
    parked_until: int | Maximum
    slowed_until: int | Maximum
    human_agent: bool
    app: str
    app_scoped_id: str
    username: str
    token_version: str
    token_refreshed_at: datetime
    token_expires_at: datetime
    token_checked_at: datetime
    token_error: Text | str | None
    health: Sequence[Mapping[str, Any]]
    health_at: datetime
    looked_after_at: datetime
    counted_until: str
    caught_up_at: datetime
    catch_up_from: datetime | None
    first_steps_dismissed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What delivery must know of an account."""

    id: str
    state: AccountState = AccountState.ACTIVE
    state_reason: Text | None = None
    parked_until: datetime | None = None  #: Instagram asked for a pause
    slowed_until: datetime | None = None  #: Meta's usage headers came near the limit
    human_agent: bool = False  #: the app has Meta's Human Agent permission

    @classmethod
    def from_doc(cls, account_id: str, doc: Mapping[str, Any] | None) -> "Account":
        """Read a stored account; what is missing has its default."""
        doc = doc or {}
        return cls(
            id=account_id,
            state=_state(doc.get("state")),
            state_reason=Text.of(doc.get("state_reason")),
            parked_until=maybe_from_ms(doc.get("parked_until")),
            slowed_until=maybe_from_ms(doc.get("slowed_until")),
            human_agent=doc.get("human_agent") is True,
        )

    @property
    def may_send(self) -> bool:
        """Whether a person has to act before anything goes out."""
        return self.state is AccountState.ACTIVE

    def parked(self, now: datetime) -> datetime | None:
        """Until when nothing may be sent, or None."""
        if self.parked_until is not None and now < self.parked_until:
            return self.parked_until
        return None

    def slowed(self, now: datetime) -> bool:
        """Whether the account sends at a fraction of its rate."""
        return self.slowed_until is not None and now < self.slowed_until


def _state(stored: object) -> AccountState:
    # A word that we do not know must not send: somebody meant to stop it.
    if stored is None:
        return AccountState.ACTIVE
    known = {str(state): state for state in AccountState}
    return known.get(str(stored), AccountState.PAUSED)
