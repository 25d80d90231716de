"""What is under way, what went wrong, what was done, and the days in numbers."""

from dataclasses import replace
from typing import Any, Literal

from admin.access import office, operator
from admin.api.routes import route
from services.office.operate import Found

#: What an entry says beyond who did what: settings, rules and e-mails are not for agents.
_FOR_ADMINS = frozenset({"before", "after"})


@route("GET", "/queue", "messages", "next")
def list_queue(
    *, which: Literal["waiting", "unconfirmed", "failed"] = "waiting", after: str = ""
) -> Any:
    """Outgoing messages of all conversations, newest first."""
    return _page(office().operate.line(which, after), "messages")


@route("GET", "/given_up", "messages", "next")
def list_given_up(*, after: str = "") -> Any:
    """Messages that the bot gave up."""
    return _page(office().operate.failed(after), "messages")


@route("GET", "/events", "events", "next")
def list_events(*, after: str = "") -> Any:
    """Events that no rule knew."""
    return _page(office().operate.unhandled(after), "events")


@route("POST", "/events/{event_id}/replay", "stored", "unhandled", admin=True)
def replay_event(event_id: str) -> Any:
    """Try one again, as if it had just come."""
    done = office().replay.replay(event_id, operator())
    return {"stored": done.stored, "unhandled": done.unhandled}


@route("GET", "/turns", "turns", "next")
def list_turns(*, after: str = "") -> Any:
    """What the agent did, newest first."""
    return _page(office().operate.turns(after), "turns")


@route("GET", "/audit", "entries", "next")
def list_audit(*, after: str = "") -> Any:
    """Who changed what, newest first.

    `before` and `after`, where there are any, are told to admins only.
    """
    found = office().operate.audit(after)
    if not operator().is_admin:
        shown = [{n: v for n, v in row.items() if n not in _FOR_ADMINS} for row in found.rows]
        found = replace(found, rows=shown)
    return _page(found, "entries")


@route("GET", "/days", "days")
def list_days(*, account_id: str = "") -> Any:
    """The last thirty days with traffic of an account, in numbers.

    The deployment's own account where none is named.
    """
    return {"days": office().days.last(office().accounts.named(account_id).id)}


def _page(found: Found, name: str) -> dict[str, Any]:
    return {name: found.rows, "next": found.next}
