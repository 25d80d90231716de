"""What the bot is told: its versions, and the way back to one."""

from typing import Any

from flask import abort

from admin.access import office, operator
from admin.api.routes import route


@route("GET", "/settings/{scope}/versions", "versions", admin=True)
def list_versions(scope: str) -> Any:
    """Every version of the owner's part of the instructions, newest first, with its words."""
    return {
        "versions": [
            {
                "id": version.id,
                "at": version.at,
                "by": version.by,
                "changed": version.changed,
                "words": version.words,
            }
            for version in office().prompt.versions(scope)
        ]
    }


@route("POST", "/settings/{scope}/versions/{version_id}", "changed", admin=True)
def put_version_back(scope: str, version_id: str) -> Any:
    """Let a version count again; that is a version of its own."""
    prompt = office().prompt
    found = [version for version in prompt.versions(scope) if version.id == version_id]
    if not found:
        abort(404)
    return {"changed": prompt.put_back(scope, found[0], operator())}


@route("GET", "/prompts/{version}", "prompt", admin=True)
def read_prompt(version: str) -> Any:
    """The instructions that a turn was given, word for word, by the version in its trace."""
    return {"prompt": office().prompt.used(version) or abort(404)}
