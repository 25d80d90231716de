"""What a webhook body wraps around its items; every variant that Meta sends, nothing assumed.

Sources: Instagram Platform documentation, Webhooks; Messenger Platform documentation, Webhooks;
Chatwoot's public fixtures for the deviations.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

#: Meta's names for what can hold our account's items; `page` where two products share one address.
_OBJECTS = ("instagram", "page")


@dataclass(frozen=True, slots=True)
class Item:
    """One item and where it stood."""

    value: Any
    entry_id: str = ""
    standby: bool = False  #: another app owns the thread


@dataclass(frozen=True, slots=True)
class Misshapen:
    """A part of the body that holds no item we know how to find."""

    reason: str
    value: Any
    entry_id: str = ""


def items(body: Any) -> Iterator[Item | Misshapen]:
    """Every item of a body, in its order; a wrapping array is unwrapped."""
    for envelope in body if isinstance(body, list) else [body]:
        if not isinstance(envelope, Mapping) or _lower(envelope.get("object")) not in _OBJECTS:
            yield Misshapen("unknown_object", envelope)
            continue
        for entry in _listed(envelope.get("entry")):
            yield from _of_entry(entry)


def _of_entry(entry: Any) -> Iterator[Item | Misshapen]:
    if not isinstance(entry, Mapping):
        yield Misshapen("unknown_entry", entry)
        return
    entry_id = platform_id(entry.get("id"))
    found = False
    for container in ("messaging", "standby"):
        if container in entry:
            found = True
            for value in _listed(entry[container]):
                yield Item(value, entry_id, container == "standby")
    changes = _listed(entry["changes"]) if "changes" in entry else []
    # Some fields stand on the entry itself, without `changes`.
    changes += [entry] if "field" in entry else []
    for change in changes:
        found = True
        yield _change(change, entry_id)
    if not found:
        yield Misshapen("unknown_entry", entry)


def _change(change: Any, entry_id: str) -> Item | Misshapen:
    """A change whose value has two parties is an item like any other."""
    field = change.get("field") if isinstance(change, Mapping) else None
    value = change.get("value") if isinstance(change, Mapping) else None
    if isinstance(value, Mapping) and "sender" in value:
        return Item(value, entry_id, field == "standby")
    reason = "not_a_message" if isinstance(field, str) else "unknown_change"
    return Misshapen(reason, change, entry_id)


def platform_id(value: Any) -> str:
    """An id as text; some samples print it as a number."""
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else [value]


def _lower(value: Any) -> str:
    return value.lower() if isinstance(value, str) else ""
