"""The ids that an address may name: one check for every page, and for the API."""

import re

from flask import abort, request

from services.domain.ids import DOCUMENT_ID, PLAYGROUND

#: What each may look like, by its name in the path; OpenAPI tells the same.
_PATTERNS = {
    "thread_id": rf"^({PLAYGROUND}|[0-9]{{1,32}})_[0-9]{{1,32}}$",
    "account_id": r"^[0-9]{1,32}$",
    "scope": r"^(default|[0-9]{1,32})$",
    "name": r"^[^/]{1,200}$",  # a word of the team's; it names no document
}


def pattern(name: str) -> str:
    """The regular expression of an id; any that is not special can be a document's."""
    return _PATTERNS.get(name, f"^{DOCUMENT_ID}$")


def require_good_ids() -> None:
    """404 for an address that names what there cannot be: no service sees it."""
    if request.endpoint == "static":
        return
    for name, value in (request.view_args or {}).items():
        if not re.fullmatch(pattern(name), value):
            abort(404)
