"""Conversations: lists, searches, and what is done to one or to several."""

from datetime import datetime
from typing import Any, Literal

from flask import abort

from admin.access import office, operator, services
from admin.api.routes import route
from admin.conversation import MOST_MINUTES
from admin.inbox import carry_out
from services.domain.ids import split_thread_id
from services.errors import Rejected, WrongFields
from services.office.inbox import Row, View

Act = Literal["close", "assign", "hand_back", "label"]


@route("GET", "/conversations", "conversations", "next")
def list_conversations(
    *,
    tab: str = "all",
    status: str = "",
    owner: str = "",
    label: str = "",
    since: str = "",
    after: str = "",
) -> Any:
    """One page of a list.

    `tab` is needs, bot, mine, all or closed; the filters narrow it; `since` is a date.
    """
    args = {"tab": tab, "status": status, "owner": owner, "label": label, "since": since}
    listed = office().inbox.listed(View.parse(args), operator().id, after)
    return {"conversations": [_row(row) for row in listed.rows], "next": listed.next}


@route("GET", "/counts", "counts")
def count_conversations() -> Any:
    """How many conversations each tab holds."""
    return {"counts": office().inbox.counts(operator().id)}


@route("GET", "/search", "people", "messages")
def search(*, q: str) -> Any:
    """People by the beginning of name or handle, and messages by whole words."""
    inbox = office().inbox
    return {
        "people": [_row(row) for row in inbox.people(q[:200])],
        "messages": [{**_row(row), "found": row.found} for row in inbox.texts(q[:200])],
    }


@route("POST", "/conversations", "done", "refused")
def change_several(*, threads: list[str], act: Act, label: str = "") -> Any:
    """Close, assign to oneself, hand back or label up to fifty conversations.

    `done` says for how many, `refused` by its id why another was left as it was.
    """
    if not all(split_thread_id(thread_id) for thread_id in threads):
        raise Rejected("That is not the id of a conversation.")
    done, refused = carry_out(act, threads, label)
    return {"done": done, "refused": refused}


@route("GET", "/conversations/{thread_id}", "id", "conversation", "contact", "messages", "older")
def read_conversation(thread_id: str, *, before: str = "") -> Any:
    """One conversation with a page of its messages, oldest first.

    `older` is the cursor that `before` takes, or null.
    """
    thread = office().thread.opened(thread_id, before)
    if thread is None:
        abort(404)
    return {
        "id": thread.id,
        "conversation": thread.fields,
        "contact": thread.contact,
        "messages": thread.messages,
        "older": thread.older,
    }


@route("POST", "/conversations/{thread_id}/take_over")
def take_over(thread_id: str, *, minutes: float | None = None) -> None:
    """The bot falls silent, for so many minutes or until the conversation is handed back."""
    if minutes is not None and not 0 <= minutes <= MOST_MINUTES:
        raise WrongFields({"minutes": f"This must be from 0 to {MOST_MINUTES}."})
    office().actions.take_over(thread_id, operator(), minutes)


@route("POST", "/conversations/{thread_id}/hand_back")
def hand_back(thread_id: str) -> None:
    """The bot answers again."""
    office().actions.hand_back(thread_id, operator())


@route("POST", "/conversations/{thread_id}/close")
def close(thread_id: str) -> None:
    """Done."""
    office().actions.close(thread_id, operator())


@route("POST", "/conversations/{thread_id}/reopen")
def reopen(thread_id: str) -> None:
    """Live again."""
    office().actions.reopen(thread_id, operator())


@route("POST", "/conversations/{thread_id}/snooze")
def snooze(thread_id: str, *, until: datetime) -> None:
    """Out of the way until an instant."""
    if until <= services().clock.now():
        raise Rejected("That instant is over.")
    office().actions.snooze(thread_id, until, operator())


@route("POST", "/conversations/{thread_id}/assign")
def assign(thread_id: str, *, operator_id: str | None) -> None:
    """Whose conversation it is; nobody's with null."""
    team = {o.id: o for o in office().access.team() if o.active}
    if operator_id is not None and operator_id not in team:
        raise Rejected("There is no such operator.")
    office().actions.assign(thread_id, team.get(operator_id or ""), operator())


@route("POST", "/conversations/{thread_id}/label")
def label(thread_id: str, *, label: str, on: bool = True) -> None:
    """Put a label on, or take it off."""
    office().actions.label(thread_id, label, operator(), on=on)


@route("POST", "/conversations/{thread_id}/seen")
def mark_seen(thread_id: str, *, seq: int) -> None:
    """The team has read the first so many messages."""
    office().actions.seen(thread_id, seq)


@route("POST", "/conversations/{thread_id}/bot")
def set_bot(thread_id: str, *, bot: Literal["on", "drafts", "off", ""]) -> None:
    """Whether the bot answers this person, drafts or is off; as the account with no word."""
    office().actions.set_bot(thread_id, bot, operator())


@route("DELETE", "/conversations/{thread_id}/draft")
def drop_draft(thread_id: str) -> None:
    """The bot's draft is not wanted; no matter whether there is one."""
    office().actions.drop_draft(thread_id, operator())


@route("GET", "/conversations/{thread_id}/turns/{turn_id}", "turn")
def read_turn(thread_id: str, turn_id: str) -> Any:
    """What a turn did, and why."""
    found = office().thread.trace(thread_id, turn_id)
    if found is None:
        abort(404)
    return {"turn": found}


@route("POST", "/conversations/{thread_id}/suggest", "text")
def suggest(thread_id: str) -> Any:
    """What the bot would answer; nothing is sent."""
    return {"text": office().suggest().draft(thread_id)}


def _row(row: Row) -> dict[str, Any]:
    return {"id": row.thread_id, **row.fields, "contact": row.contact}
