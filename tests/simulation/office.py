"""What an operator does in the back office: the deployed use cases, as requests like any other."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from services.bootstrap import Services
from services.domain.ids import account_of
from services.errors import MocaError
from services.office.access import Operator
from services.outbox.manual import Writer

OPERATOR = Operator(id="olga", name="Olga")


def act(services: Services, thread: str, what: str, more: Mapping[str, Any]) -> int:
    """Do it; the status that the operator would see. What fails is not done again."""
    try:
        _ACTS[what](services, thread, more)
    except MocaError:
        return 503
    return 200


def _take_over(services: Services, thread: str, more: Mapping[str, Any]) -> None:
    services.office.actions.take_over(thread, OPERATOR, more["minutes"])


def _hand_back(services: Services, thread: str, _more: Mapping[str, Any]) -> None:
    services.office.actions.hand_back(thread, OPERATOR)


def _close(services: Services, thread: str, _more: Mapping[str, Any]) -> None:
    services.office.actions.close(thread, OPERATOR)


def _snooze(services: Services, thread: str, more: Mapping[str, Any]) -> None:
    until = services.clock.now() + timedelta(minutes=more["minutes"])
    services.office.actions.snooze(thread, until, OPERATOR)


def _writes(services: Services, thread: str, more: Mapping[str, Any]) -> None:
    writer = Writer(OPERATOR.id, OPERATOR.name)
    services.manual.queue_manual(thread, more["text"], operator=writer, key=more["text"])


def _pause(services: Services, thread: str, _more: Mapping[str, Any]) -> None:
    services.accounts.pause(account_of(thread))


def _resume(services: Services, thread: str, _more: Mapping[str, Any]) -> None:
    services.accounts.resume(account_of(thread), services.ids.new())


_ACTS: Mapping[str, Callable[[Services, str, Mapping[str, Any]], None]] = {
    "take_over": _take_over,
    "hand_back": _hand_back,
    "close": _close,
    "snooze": _snooze,
    "writes": _writes,
    "pause": _pause,
    "resume": _resume,
}
