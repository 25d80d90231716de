"""How the control API shows what happened."""

import json
from datetime import datetime
from typing import Any

from emulators.instagram.deliveries import Delivery
from emulators.instagram.people import Person
from emulators.instagram.state import Message, State
from emulators.instagram.tokens import Token

_DAY_SECONDS = 86400


def sent(state: State, message: Message) -> dict[str, Any]:
    """One message accepted through the API."""
    known = state.people.known(message.igsid)
    return {
        "mid": message.mid,
        "to": message.igsid,
        "to_name": known.name if known else None,
        "text": message.text,
        "at": message.at.isoformat(),
        "tag": message.tag,
        "attachments": message.content.get("attachments", []),
        "quick_replies": message.content.get("quick_replies", []),
        "reply_to": message.content.get("reply_to"),
    }


def conversation(state: State, igsid: str) -> dict[str, Any]:
    """Everything in one conversation, oldest first, as the phone shows it."""
    known = state.people.known(igsid)
    return {
        "with": igsid,
        "with_name": known.name if known else None,
        "typing": igsid in state.typing,
        "messages": [_line(message) for message in state.threads.get(igsid, [])],
    }


def person(known: Person) -> dict[str, Any]:
    """One person, with when they last wrote."""
    last = known.last_inbound_at
    return {
        "id": known.igsid,
        "name": known.name,
        "profile": known.profile,
        "last_inbound_at": last.isoformat() if last else None,
    }


def token(newest: Token, now: datetime) -> dict[str, Any]:
    """The account's newest token."""
    return {
        "token": newest.value,
        "age_days": (now - newest.issued_at).total_seconds() / _DAY_SECONDS,
        "expires_at": newest.expires_at.isoformat(),
        "invalid": newest.invalid_subcode,
    }


def delivery(made: Delivery) -> dict[str, Any]:
    """One webhook POST and how it was answered."""
    return {
        "body": json.loads(made.body),
        "attempts": made.attempts,
        "statuses": made.statuses,
        "due_at": made.due_at.isoformat(),
    }


def _line(message: Message) -> dict[str, Any]:
    return {
        "mid": message.mid,
        "from": message.author,
        "kind": message.kind,
        "text": message.text or message.content.get("title"),
        "attachments": message.content.get("attachments", []),
        "quick_replies": message.content.get("quick_replies", []),
        "reply_to": message.content.get("reply_to"),
        "at": message.at.isoformat(),
        "deleted": message.deleted,
        "edits": message.edits,
        "seen": message.seen,
        "reactions": message.reactions,
    }
