"""Access tokens with an age: who may call, and when a token may be renewed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from emulators.instagram.refusals import refusal

_LIFE = timedelta(days=60)
_REFRESHABLE_AFTER = timedelta(hours=24)
_AGE_AT_START = timedelta(days=2)  # old enough to be renewed at once


@dataclass
class Token:
    """One access token and when it was issued."""

    value: str
    issued_at: datetime
    invalid_subcode: int | None = None
    account: tuple[str, str] | None = None  # id and username, where it is another account's

    @property
    def expires_at(self) -> datetime:
        """Sixty days after it was issued."""
        return self.issued_at + _LIFE


class Tokens:
    """Every token that was handed out; the newest is the account's own."""

    def __init__(self, first: str, now: datetime) -> None:
        self._tokens = {first: Token(first, now - _AGE_AT_START)}

    @property
    def newest(self) -> Token:
        """The token issued last."""
        return list(self._tokens.values())[-1]

    def issue(self, value: str, now: datetime, account: tuple[str, str] | None = None) -> Token:
        """Hand out a new token, as a log-in by the owner of that account does."""
        self._tokens[value] = Token(value, now, account=account)
        return self._tokens[value]

    def check(self, value: str | None, now: datetime) -> Token:
        """The token if it may call now; otherwise GraphError 190 with the subcode's reason."""
        token = self._tokens.get(value or "")
        if value is None:
            words = "An access token is required to request this resource."
            raise refusal(190, message=words)
        if token is None:
            raise refusal(190, message="Invalid OAuth access token - Cannot parse access token")
        if token.invalid_subcode is not None:
            raise refusal(190, token.invalid_subcode)
        if token.expires_at <= now:
            until = token.expires_at.strftime("%A, %d-%b-%y %H:%M:%S UTC")
            words = f"Error validating access token: Session has expired on {until}."
            raise refusal(190, 463, message=words)
        return token

    def refresh(self, value: str | None, new_value: str, now: datetime) -> Token:
        """A new token for sixty days; an old one younger than 24 h is refused with 100."""
        token = self.check(value, now)
        if now - token.issued_at < _REFRESHABLE_AFTER:
            words = "(#100) The access token must be at least 24 hours old to be refreshed"
            raise refusal(100, message=words)
        return self.issue(new_value, now, token.account)

    def set_age(self, days: float, now: datetime) -> None:
        """Make the newest token so many days old."""
        self.newest.issued_at = now - timedelta(days=days)

    def invalidate(self, subcode: int | None) -> None:
        """Kill every token, as a changed password does (460); None revives them."""
        for token in self._tokens.values():
            token.invalid_subcode = subcode
