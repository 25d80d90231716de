"""Remember what the person told about themselves."""

import re
from collections.abc import Mapping
from typing import Any, Literal, cast

from services.agent.tool import Tool, ToolContext
from services.domain.contact import ContactFields
from services.errors import AskAgain

_EMAIL = re.compile(r"[^\s@<>,;]{1,64}@[^\s@<>,;]+\.[^\s@<>,;.]{2,24}")
_MOST_CHARACTERS = 100


Detail = Literal["name", "email", "phone", "company", "sector", "city"]


def save_contact_detail(
    context: ToolContext,
    field: Detail,
    value: str,
) -> Mapping[str, Any]:
    """Remember a detail that the person gave about themselves. It does not end your turn.

    Args:
        field: What it is.
        value: The detail as the person wrote it.
    """
    value = " ".join(value.split())
    if not 0 < len(value) <= _MOST_CHARACTERS:
        raise AskAgain(f"The value must have 1 to {_MOST_CHARACTERS} characters.")
    if field == "email":
        value = _email(context, value)
    elif field == "phone":
        value = _phone(context, value)
    context.intended.contact_details |= _kept(field, value)
    return {"status": "queued"}


def _kept(field: Detail, value: str) -> ContactFields:
    """Where the detail is kept on the contact: the profile's own name is Instagram's."""
    if field == "name":
        return {"given_name": value}
    return cast("ContactFields", {field: value})  # each is the name of a field of text


def _email(context: ToolContext, value: str) -> str:
    if not _EMAIL.fullmatch(value):
        raise AskAgain("That is no e-mail address. Ask the person for it.")
    if value.casefold() not in context.person_said.casefold():
        raise AskAgain("The person did not write that address. Ask them for it.")
    return value.lower()


def _phone(context: ToolContext, value: str) -> str:
    digits = _digits(value)
    if not 6 <= len(digits) <= 15 or not re.fullmatch(r"[+()\d\s./-]+", value):
        raise AskAgain("That is no telephone number. Ask the person for it.")
    if digits not in _digits(context.person_said):
        raise AskAgain("The person did not write that number. Ask them for it.")
    return ("+" if value.startswith("+") else "") + digits


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


TOOL = Tool(save_contact_detail)
