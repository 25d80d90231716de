"""The person of a conversation: fields, consent, export, deletion."""

from typing import Any

from flask import abort

from admin.access import office, operator
from admin.api.routes import route
from admin.contact import delete_person, export_person


@route("GET", "/contacts/{thread_id}", "contact")
def read_contact(thread_id: str) -> Any:
    """What is known of the person."""
    state = office().thread.state(thread_id)
    if state is None:
        abort(404)
    return {"contact": state[1]}


@route("PUT", "/contacts/{thread_id}")
def write_contact(
    thread_id: str,
    *,
    email: str = "",
    phone: str = "",
    sector: str = "",
    notes: str = "",
    custom: dict[str, str] = {},  # noqa: B006 (read only; the description shows it)
) -> None:
    """Replace what the team knows of the person; what is left out is emptied."""
    lines = "\n".join(f"{name}: {value}" for name, value in custom.items())
    typed = {"email": email, "phone": phone, "sector": sector, "notes": notes, "custom": lines}
    office().contact.save(thread_id, typed, operator())


@route("POST", "/contacts/{thread_id}/opt")
def opt(thread_id: str, *, out: bool) -> None:
    """No answers from the bot any more, or again."""
    office().contact.opt(thread_id, operator(), out=out)


@route("POST", "/contacts/{thread_id}/unlink")
def unlink(thread_id: str) -> None:
    """The person is no longer connected to an account of the business."""
    office().contact.unlink(thread_id, operator())


@route("GET", "/contacts/{thread_id}/export", "export", admin=True)
def export_contact(thread_id: str) -> Any:
    """Everything that is stored about the person."""
    return {"export": export_person(thread_id)}


@route("POST", "/contacts/{thread_id}/delete", "code", admin=True)
def delete_contact(thread_id: str, *, confirm: str) -> Any:
    """Delete the person with all messages; `confirm` repeats the person's number."""
    return {"code": delete_person(thread_id, confirm)}
