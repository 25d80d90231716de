"""The same as JSON, under `/api/`, for scripts: each request brings a token in `x-admin-token`."""

from typing import Any

from admin.api import (
    accounts,
    contacts,
    conversations,
    messages,
    openers,
    operate,
    playground,
    prompt,
    settings,
    shelf,
    team,
)
from admin.api.routes import ROUTES, blueprint

__all__ = [
    "ROUTES", "accounts", "blueprint", "contacts", "conversations", "messages", "openers",
    "operate", "playground", "prompt", "settings", "shelf", "team",
]  # fmt: skip


@blueprint.get("/openapi.json")
def openapi() -> Any:
    """This API, described."""
    from admin.api.document import document  # noqa: PLC0415 (read by few)

    return document()
