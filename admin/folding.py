"""What is said about a message belongs on it: reactions, edits, unsends, and what it answers.

They are stored as messages of their own, in the order in which they came. Where the message that
they are about is not on the page, they stay lines of their own.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Fields = Mapping[str, Any]
_Page = dict[str, dict[str, Any]]

#: States of an outgoing reaction that a reader must see by itself: it is not on the message.
_NOT_THERE = ("failed", "cancelled", "unconfirmed")


def folded(messages: Sequence[Fields]) -> list[dict[str, Any]]:
    """The messages that remain lines, each with `reactions` and `quoted` where it has some."""
    page = [dict(message) for message in messages]
    known = _known(page)
    return [message for message in page if not _folds(message, known)]


def about(message: Fields) -> str:
    """The mid of the message that this one is about; "" for what is about none."""
    return str(message.get("about_mid") or message.get("target_mid") or "")


def reaction_of(message: Fields) -> tuple[str, str]:
    """Whose reaction it is, `them` or `us`, and its emoji; "" where it was taken back."""
    side = "them" if message.get("direction") == "inbound" else "us"
    taken_back = message.get("action") == "unreact"
    return side, "" if taken_back else str(message.get("text") or message.get("reaction") or "")


def _known(page: Iterable[dict[str, Any]]) -> _Page:
    """Messages by their id and by their mid: what we sent has an id of ours."""
    known: _Page = {}
    for message in page:
        if message.get("kind") not in _FOLDS:
            known[str(message["id"])] = message
            if message.get("mid"):
                known[str(message["mid"])] = message
    return known


def _folds(message: dict[str, Any], known: _Page) -> bool:
    kind = str(message.get("kind"))
    if kind in _FOLDS:
        target = known.get(str(message.get("about") or "")) or known.get(about(message))
        return _FOLDS[kind](message, target)
    answers = message.get("reply_to") or message.get("reply_to_mid")
    if answers:
        message["quoted"] = known.get(str(answers), {})
    return False


def _reaction(message: Fields, target: dict[str, Any] | None) -> bool:
    if target is None or message.get("status") in _NOT_THERE:
        return False
    side, word = reaction_of(message)
    others = {s: w for s, w in (target.get("reactions") or {}).items() if s != side}
    target["reactions"] = {**others, side: word} if word else others
    return True


def _edit(message: Fields, target: dict[str, Any] | None) -> bool:
    if not message.get("num_edit"):
        return True  # it comes beside every message and says nothing
    if target is None:
        return False
    if message["num_edit"] > (target.get("num_edit") or 0) and not target.get("deleted_at"):
        at = message.get("created_at")
        target |= {"text": message.get("text"), "num_edit": message["num_edit"], "edited_at": at}
    return True


def _unsend(message: Fields, target: dict[str, Any] | None) -> bool:
    if target is None:
        return False
    target |= {"deleted_at": message.get("created_at"), "text": "", "attachments": []}
    return True


_FOLDS = {"reaction": _reaction, "edit": _edit, "unsend": _unsend}
