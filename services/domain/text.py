"""What the services say to a person: English in the code, translated where it is read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import reduce
from typing import Any, TypeGuard, Union

#: A number is a quantity, a string a name or a code, an instant is shown in the reader's zone.
Parameter = Union["Text", str, int, float, datetime]


@dataclass(frozen=True, slots=True, init=False)
class Text:
    """A sentence, or a phrase within one, with the values for its holes, `%(name)s`.

    Its `msgid` stands as a literal where it is said: there gettext's extraction finds it
    (`./dev texts`). `str()` is the whole of it in English, for logs and scripts.
    """

    msgid: str
    params: Mapping[str, Parameter] = field(hash=False)

    def __init__(self, msgid: str, /, **params: Parameter) -> None:
        object.__setattr__(self, "msgid", msgid)
        object.__setattr__(self, "params", params)

    @classmethod
    def of(cls, stored: object) -> "Text | None":
        """The text that the store kept as `stored`, None where it kept none; a Text is itself.

        A sentence that was stored finished, as earlier versions did, is a text without holes.
        """
        if isinstance(stored, Text):
            return stored
        if is_stored_text(stored):
            return cls._from_map(stored)
        return cls(str(stored)) if stored else None

    @classmethod
    def _from_map(cls, stored: Mapping[str, Any]) -> "Text":
        given = stored["params"].items()
        params = {name: cls._from_map(v) if is_stored_text(v) else v for name, v in given}
        return cls(stored["msgid"], **params)

    def stored(self) -> str | dict[str, Any]:
        """As the store keeps it: the text itself where there is nothing to fill in."""
        return _map_of(self) if self.params else self.msgid

    def filled(self, translation: str, spelt: Callable[[Parameter], str]) -> str:
        """`translation` of the `msgid` with its holes filled, each value as `spelt` spells it."""
        if not self.params:
            return translation  # a percent sign in it is one
        return translation % {name: spelt(value) for name, value in self.params.items()}

    def __str__(self) -> str:
        return self.filled(self.msgid, _in_english)


def joined(*texts: Text) -> Text:
    """One sentence after the other."""
    return reduce(lambda first, then: Text("%(first)s %(then)s", first=first, then=then), texts)


def is_stored_text(value: object) -> TypeGuard[Mapping[str, Any]]:
    """Whether `value` is how the store keeps a text with parameters."""
    return isinstance(value, Mapping) and value.keys() == {"msgid", "params"}


def _map_of(text: Text) -> dict[str, Any]:
    given = text.params.items()
    params = {name: _map_of(v) if isinstance(v, Text) else v for name, v in given}
    return {"msgid": text.msgid, "params": params}


def _in_english(value: Parameter) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return f"{value:,}" if isinstance(value, int | float) else str(value)
