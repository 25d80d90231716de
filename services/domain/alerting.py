"""What the manager is told on WhatsApp: short, grouped, with as little of the person as serves."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict

from services.domain.states import Status

#: Characters of one message; a template's parameters together have at most 1024
#: (WhatsApp Business Platform documentation, Message templates).
LONGEST = 900
#: Alerts that are named one by one; the rest is counted.
MOST_NAMED = 5
LONGEST_NOTE = 160

#: Why the manager is told, in words.
WORDS = {
    "customer_request": "asks for a person",
    "missing_knowledge": "asked something that the bot does not know",
    "unsupported_request": "wants something that the bot cannot do",
    "policy_restriction": "needs a person, by the rules",
    "tool_failure": "could not be helped: a tool failed",
    "model_failure": "could not be answered: the model failed",
    "usage_limit": "has used up the day's answers",
    "operator": "was handed over",
    "no_rule": "asked something that no rule answers",
    "still_waiting": "is still waiting for a person",
    "notification": "",
    "delivery_refused": "could not be written to",
    "routing_conflict": "is answered by another app",
}


@dataclass(frozen=True, slots=True)
class Accepted:
    """WhatsApp took it, under this id; whether it arrives is told later."""

    id: str


@dataclass(frozen=True, slots=True)
class NotTaken:
    """WhatsApp did not take it; `again` says whether another try may help."""

    reason: str
    again: bool


class AlertFields(TypedDict, total=False):
    """Every field of a document of `manager_alerts`."""

    thread_id: str  #: none where it is about the account
    account_id: str
    turn_id: str
    reason: str
    text: str
    handoff: bool  #: it tells that the bot has asked for a human
    status: Status
    created_at: datetime
    attempts: int
    sending_until: datetime | None
    group_id: str
    sent_at: datetime
    wamid: str
    plain: bool
    as_template: bool
    delivery: str
    error: str | None


def alert(
    account_id: str,
    reason: str,
    text: str,
    now: datetime,
    *,
    thread_id: str = "",
    turn_id: str = "",
    handoff: bool = False,
) -> AlertFields:
    """The document of a word to the manager: about the account, or about a thread of it."""
    about: AlertFields = {"thread_id": thread_id, "turn_id": turn_id} if thread_id else {}
    return {
        **about,
        "account_id": account_id,
        "reason": reason,
        "text": text,
        "status": Status.QUEUED,
        "created_at": now,
        **({"handoff": True} if handoff else {}),
    }


@dataclass(frozen=True, slots=True)
class Alert:
    """One document of `manager_alerts`."""

    id: str
    reason: str
    text: str
    thread_id: str
    attempts: int
    created_at: datetime
    sending_until: datetime | None
    as_template: bool  #: a text of ours did not get through before

    @classmethod
    def from_doc(cls, alert_id: str, doc: Mapping[str, Any], now: datetime) -> "Alert":
        """Read a stored alert; what is missing has its default."""
        return cls(
            id=alert_id,
            reason=str(doc.get("reason") or "notification"),
            text=str(doc.get("text") or ""),
            thread_id=str(doc.get("thread_id") or ""),
            attempts=int(doc.get("attempts") or 0),
            created_at=doc.get("created_at") or now,
            sending_until=doc.get("sending_until"),
            as_template=bool(doc.get("as_template")),
        )


def words(alerts: Sequence[Alert], names: Mapping[str, str]) -> str:
    """One message for all `alerts`, flat and not too long; never empty."""
    lines = [_line(alert, names) for alert in alerts[:MOST_NAMED]]
    more = len(alerts) - len(lines)
    text = " · ".join([*lines, *([f"and {more} more"] if more else [])])
    return flat(f"{len(alerts)} new: {text}" if len(alerts) > 1 else text)


def flat(text: str) -> str:
    """As a template's parameter must be: one line, single blanks, not empty, not too long."""
    text = re.sub(r"\s+", " ", "".join(c for c in text if c.isprintable() or c.isspace())).strip()
    return (text[: LONGEST - 1] + "…" if len(text) > LONGEST else text) or "-"


def _line(alert: Alert, names: Mapping[str, str]) -> str:
    what = WORDS.get(alert.reason, alert.reason.replace("_", " "))
    note = alert.text.strip()
    if not alert.thread_id:  # it is about the account: our own words, all of them
        return note or what
    who = names.get(alert.thread_id) or "A customer"
    note = note[: LONGEST_NOTE - 1] + "…" if len(note) > LONGEST_NOTE else note
    return ": ".join(part for part in (f"{who} {what}".strip(), note) if part)
