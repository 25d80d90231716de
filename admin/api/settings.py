"""The operating settings: read, changed, put back."""

import json
from typing import Any

from admin.access import office, operator
from admin.api.routes import route
from services.domain.setting import catalogue
from services.errors import Rejected, WrongFields


@route("GET", "/settings/{scope}", "settings", admin=True)
def read_settings(scope: str) -> Any:
    """Every operating setting of `default` or of an account."""
    shown = office().settings.shown(scope)
    return {"settings": {item.setting.name: item.value for item in shown}}


@route("POST", "/settings/{scope}", "changed", admin=True)
def change_settings(scope: str, **values: Any) -> Any:
    """Change some of them; all or none."""
    if empty := {name: "This is needed." for name, value in values.items() if value is None}:
        raise WrongFields(empty)
    typed = {name: _typed(value) for name, value in values.items()}
    return {"changed": office().settings.change(scope, typed, operator())}


@route("POST", "/settings/{scope}/reset", "changed", admin=True)
def reset_setting(scope: str, *, name: str) -> Any:
    """Say nothing of one setting any more, so that its default counts."""
    if name not in {setting.name for setting in catalogue()}:
        raise Rejected("There is no such setting.")
    return {"changed": office().settings.put(scope, {name: None}, operator())}


@route("GET", "/settings/{scope}/changes", "changes", admin=True)
def list_changes(scope: str) -> Any:
    """Who changed what, newest first."""
    return {"changes": office().settings.changes(scope)}


@route("POST", "/changes/{entry_id}/undo", "changed", admin=True)
def undo_change(entry_id: str) -> Any:
    """Put back what one change replaced."""
    return {"changed": office().settings.undo(entry_id, operator())}


def _typed(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return json.dumps(value) if isinstance(value, list | dict) else str(value)
