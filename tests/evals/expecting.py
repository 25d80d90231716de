"""What did not come as expected, in sentences."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tests.evals.play import Played

#: Words that tell languages apart in a few sentences.
_WORDS = {
    "de": "der die das und ist nicht wir sie ich haben gerne bitte uhr",
    "en": "the and is are we you not have please of to for",
    "es": "el la los que es no nosotros por para tenemos con gracias",
    "fr": "le la les et est nous vous pas pour avec bonjour merci",
    "pt": "o os que é não nós para com temos obrigado você a",
    "nl": "de het een en is niet wij je voor met graag bedankt",
    "no": "og er ikke vi du for med har det en på takk",
}
#: Expectations that only a script can meet, and those that only a real model can.
SCRIPT_ONLY = frozenset({"bubbles", "requests", "model_saw", "model_never_saw"})
REAL_ONLY = frozenset({"language", "rubric"})


def failures(expect: Mapping[str, Any], played: Played, *, real: bool) -> list[str]:
    """Everything that does not hold of what was played."""
    if unknown := sorted(set(expect) - set(_CHECKS) - {"rubric"}):
        raise ValueError(f"unknown expectations: {', '.join(unknown)}")
    ignored = (SCRIPT_ONLY if real else REAL_ONLY) | {"rubric"}
    return [
        failure
        for key, wanted in expect.items()
        if key not in ignored
        for failure in _CHECKS[key](wanted, played)
    ]


def _bubbles(wanted: list[str], played: Played) -> Iterator[str]:
    if list(played.sent) != wanted:
        yield f"sent {list(played.sent)!r} instead of {wanted!r}"


def _contains(wanted: list[str], played: Played) -> Iterator[str]:
    said = "\n".join(played.sent).casefold()
    yield from (f"never said {word!r}" for word in wanted if word.casefold() not in said)


def _never_contains(wanted: list[str], played: Played) -> Iterator[str]:
    said = "\n".join(played.sent).casefold()
    yield from (f"said {word!r}" for word in wanted if word.casefold() in said)


def _silent(wanted: bool, played: Played) -> Iterator[str]:
    if bool(played.sent) is wanted:
        yield f"sent {list(played.sent)!r}"


def _most_bubbles(wanted: int, played: Played) -> Iterator[str]:
    if len(played.sent) > wanted:
        yield f"sent {len(played.sent)} bubbles"


def _called(wanted: list[Any], played: Played) -> Iterator[str]:
    good = [call for call in played.calls if not call["failed"]]
    for name, arguments in wanted:
        if not any(
            call["name"] == name and arguments.items() <= call["arguments"].items() for call in good
        ):
            yield f"never called {name} with {arguments}"


def _not_called(wanted: list[str], played: Played) -> Iterator[str]:
    names = {call["name"] for call in played.calls if not call["failed"]}
    yield from (f"called {name}" for name in wanted if name in names)


def _handed_off(wanted: bool | str, played: Played) -> Iterator[str]:
    waits = played.conversation.get("owner") == "waiting"
    reason = played.conversation.get("owner_reason") if waits else None
    if waits is not bool(wanted) or (isinstance(wanted, str) and reason != wanted):
        yield f"handed off: {reason}"


def _contact(wanted: Mapping[str, Any], played: Played) -> Iterator[str]:
    for key, value in wanted.items():
        if played.contact.get(key) != value:
            yield f"the contact's {key} is {played.contact.get(key)!r}"


def _alerts(wanted: int, played: Played) -> Iterator[str]:
    if len(played.alerts) != wanted:
        yield f"{len(played.alerts)} alerts"


def _reactions(wanted: list[str], played: Played) -> Iterator[str]:
    if list(played.reactions) != wanted:
        yield f"reacted {list(played.reactions)!r}"


def _requests(wanted: int, played: Played) -> Iterator[str]:
    if len(played.asked) != wanted:
        yield f"{len(played.asked)} requests"


def _model_saw(wanted: list[str], played: Played) -> Iterator[str]:
    shown = "\n".join(played.asked)
    yield from (f"the model never saw {text!r}" for text in wanted if text not in shown)


def _model_never_saw(wanted: list[str], played: Played) -> Iterator[str]:
    shown = "\n".join(played.asked)
    yield from (f"the model saw {text!r}" for text in wanted if text in shown)


def _language(wanted: str, played: Played) -> Iterator[str]:
    words = re.findall(r"\w+", " ".join(played.sent).casefold())
    counts = {lang: sum(w in common.split() for w in words) for lang, common in _WORDS.items()}
    spoken = max(counts, key=lambda lang: counts[lang])
    if spoken != wanted:
        yield f"the answer reads as {spoken}"


_CHECKS: dict[str, Callable[[Any, Played], Iterator[str]]] = {
    "bubbles": _bubbles,
    "contains": _contains,
    "never_contains": _never_contains,
    "silent": _silent,
    "most_bubbles": _most_bubbles,
    "called": _called,
    "not_called": _not_called,
    "handed_off": _handed_off,
    "contact": _contact,
    "alerts": _alerts,
    "reactions": _reactions,
    "requests": _requests,
    "model_saw": _model_saw,
    "model_never_saw": _model_never_saw,
    "language": _language,
}
