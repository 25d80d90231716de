"""The Graph API's `fields` language: `id,messages.limit(5){id,from}`."""

import re

from emulators.instagram.refusals import refusal

_NAME = re.compile(r"([a-z_]+)((?:\.limit\(\d+\))?)")

Fields = dict[str, "Fields"]


def parse_fields(text: str) -> Fields:
    """The tree of asked-for names; GraphError 100 when the syntax is wrong."""
    fields, rest = _list(text.replace(" ", ""))
    if rest:
        raise _syntax(text)
    return fields


def _list(text: str) -> tuple[Fields, str]:
    fields: Fields = {}
    while text and text[0] != "}":
        match = _NAME.match(text)
        if match is None:
            raise _syntax(text)
        name, text = match.group(1), text[match.end() :]
        fields[name] = {}
        if text.startswith("{"):
            fields[name], text = _braced(text)
        text = text.removeprefix(",")
    return fields, text


def _braced(text: str) -> tuple[Fields, str]:
    inner, rest = _list(text[1:])
    if not rest.startswith("}"):
        raise _syntax(text)
    return inner, rest[1:]


def _syntax(text: str) -> Exception:
    return refusal(100, message=f"(#100) Syntax error in fields near {text[:30]!r}")
