"""The composition root: one `Services` per function, with all that it may use."""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from services import log
from services.adapters.chance import RandomIds, SystemClock
from services.bootstrap.maintenance import MaintenanceServices
from services.ports import Clock, Ids
from services.settings import from_environment, process_environment

if TYPE_CHECKING:
    from services.office.use_cases import Office


#: Function → what its environment holds.
Environments = Callable[[str], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class _Root:
    environment: Environments
    clock: Clock
    ids: Ids


_root: list[_Root] = []


def configure(
    environment: Environments, *, clock: Clock | None = None, ids: Ids | None = None
) -> None:
    """Build each function from `environment`, not from the process's own, with this clock.

    For the local run and the tests; before a function is first used. What was built is dropped.
    """
    _root[:] = [_Root(environment, clock or SystemClock(), ids or RandomIds())]
    services.cache_clear()


@functools.cache
def services(function: str) -> "Services":
    """The services of one deployed function, built at its first request and kept.

    Raises `ConfigError` that names every missing setting.
    """
    root = _root[0] if _root else _Root(_own_environment, SystemClock(), RandomIds())
    environ = root.environment(function)
    settings = from_environment(environ, function)
    # K_SERVICE and K_REVISION are set by Cloud Run (its documentation, Container runtime contract).
    who = (environ.get(name, "") for name in ("K_SERVICE", "K_REVISION"))
    log.configure(settings.project, *who)
    return Services(function, settings, root.clock, root.ids)


def _own_environment(_function: str) -> Mapping[str, str]:
    """The process's: the platform runs one function in it."""
    return process_environment()


class Services(MaintenanceServices):
    """What a function may use: everything below, and the back office."""

    @functools.cached_property
    def office(self) -> "Office":
        """What the team sees and does."""
        from services.bootstrap.office import office

        return office(self)
