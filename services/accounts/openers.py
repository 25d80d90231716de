"""What a person may tap before they write: ice breakers, and the menu beside the composer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

from services.domain.graph_errors import of_error
from services.domain.text import Text
from services.errors import GraphRefused, Rejected

#: Most of each (Instagram Platform documentation, Ice breakers; Messenger Platform
#: documentation, Persistent menu).
MOST_QUESTIONS = 4
MOST_BUTTONS = 20
#: Characters that Instagram's app shows whole.
LONGEST_QUESTION = 80
LONGEST_TITLE = 30

_QUESTIONS, _MENU = "ice_breakers", "persistent_menu"
_DEFAULT = "default"
_TWICE = Text("The same words stand there twice.")

Entry = Mapping[str, Any]


class ProfileMenus(Protocol):
    """Instagram's side of it; raises `GraphRefused` or `Unavailable`."""

    def messenger_profile(self, account_id: str, name: str) -> Sequence[Entry]:
        """What is set of `ice_breakers` or `persistent_menu`, one entry a locale."""
        ...

    def set_messenger_profile(self, account_id: str, name: str, entries: Sequence[Entry]) -> None:
        """Replace it; without entries it is removed."""
        ...


@dataclass(frozen=True, slots=True)
class Button:
    """One line of the menu: tapped, its title comes as a message, or its address opens."""

    title: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """What an account offers to everybody, and in how many further languages."""

    questions: Sequence[str] = ()
    menu: Sequence[Button] = ()
    locales: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Openers:
    """Reads and replaces them at Instagram, which alone keeps them."""

    menus: ProfileMenus

    def shown(self, account_id: str) -> Shown:
        """What is set now; two calls. Raises `Rejected` with Instagram's reason, `Unavailable`."""
        questions, menu = (self._entries(account_id, name) for name in (_QUESTIONS, _MENU))
        others = [e for e in (*questions, *menu) if e.get("locale") != _DEFAULT]
        return Shown(
            [str(a.get("question") or "") for a in _default(questions)],
            [Button(str(a.get("title") or ""), str(a.get("url") or "")) for a in _default(menu)],
            len({e.get("locale") for e in others}),
        )

    def store(self, account_id: str, questions: Sequence[str], menu: Sequence[Button]) -> None:
        """Offer just these; what is set for further languages stays.

        Raises `Rejected` with what is wrong, or with Instagram's reason, and `Unavailable`.
        """
        if wrong := objection(questions, menu):
            raise Rejected(wrong)
        self._replace(account_id, _QUESTIONS, [{"question": q, "payload": q} for q in questions])
        self._replace(account_id, _MENU, [_button(each) for each in menu])

    def _replace(self, account_id: str, name: str, actions: Sequence[Entry]) -> None:
        standing = self._entries(account_id, name)
        if _default(standing) == list(actions):
            return
        others = [dict(e) for e in standing if e.get("locale") != _DEFAULT]
        own = [{"locale": _DEFAULT, "call_to_actions": list(actions)}] if actions else []
        try:
            # Instagram takes no other language without the default one.
            self.menus.set_messenger_profile(account_id, name, [*own, *others] if own else [])
        except GraphRefused as error:
            raise _refused(error) from error

    def _entries(self, account_id: str, name: str) -> Sequence[Entry]:
        try:
            return self.menus.messenger_profile(account_id, name)
        except GraphRefused as error:
            raise _refused(error) from error


def objection(questions: Sequence[str], menu: Sequence[Button]) -> Text | None:
    """What is wrong with them, for a person to read, or None."""
    return _wrong_questions(questions) or _wrong_menu(menu)


def _wrong_questions(questions: Sequence[str]) -> Text | None:
    if len(questions) > MOST_QUESTIONS:
        return Text("At most %(most)s questions.", most=MOST_QUESTIONS)
    if len(set(questions)) < len(questions):
        return _TWICE
    if any(len(question) > LONGEST_QUESTION for question in questions):
        return Text("A question has at most %(most)s characters.", most=LONGEST_QUESTION)
    return None


def _wrong_menu(menu: Sequence[Button]) -> Text | None:
    titles = [button.title for button in menu]
    if len(menu) > MOST_BUTTONS:
        return Text("At most %(most)s buttons.", most=MOST_BUTTONS)
    if len(set(titles)) < len(titles):
        return _TWICE
    if not all(titles):
        return Text("A button needs a title.")
    if any(len(title) > LONGEST_TITLE for title in titles):
        return Text("A title has at most %(most)s characters.", most=LONGEST_TITLE)
    if any(b.url and not _is_web(b.url) for b in menu):
        return Text("An address begins with https://")
    return None


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname)


def _button(button: Button) -> Entry:
    if button.url:
        return {"type": "web_url", "title": button.title, "url": button.url}
    return {"type": "postback", "title": button.title, "payload": button.title}


def _default(entries: Sequence[Entry]) -> list[Entry]:
    found = [e for e in entries if e.get("locale", _DEFAULT) == _DEFAULT]
    return [a for e in found for a in e.get("call_to_actions") or () if isinstance(a, dict)]


def _refused(error: GraphRefused) -> Rejected:
    reason = of_error(400, error.code, error.subcode).reason
    return Rejected(Text("Instagram does not take it. %(reason)s", reason=reason))
