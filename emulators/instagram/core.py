"""What every part of the simulated Instagram shares: state, clock, faults and the outbox."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, after_this_request, g

from emulators.clock import SimClock
from emulators.dropped import dropped_connection
from emulators.gates import Gates
from emulators.instagram.deliveries import Event
from emulators.instagram.faults import Fault, Faults, Sort
from emulators.instagram.limits import Limits
from emulators.instagram.mids import Ids
from emulators.instagram.outbox import Outbox
from emulators.instagram.refusals import refusal
from emulators.instagram.state import State
from emulators.instagram.tokens import Tokens

FIELDS = (
    "messages", "message_reactions", "messaging_postbacks", "messaging_seen",
    "messaging_referral", "message_edit", "messaging_handover", "messaging_optins",
    "standby", "message_echoes", "comments", "mentions",
)  # fmt: skip
_THROTTLES = frozenset({4, 17, 32, 613, 80002})
_REGAIN_MINUTES = 5


@dataclass(frozen=True)
class Identity:
    """The fixed names and secrets of the local account."""

    account_id: str
    app_secret: str
    verify_token: str
    access_token: str
    username: str = "moca_local"
    app_scoped_id: str = "7000000000000001"


class Core:
    """The shared parts; `lock` guards `state`, `limits`, `tokens` and the settings below."""

    def __init__(self, clock: SimClock, webhook_url: str, identity: Identity) -> None:
        self.clock = clock
        self.identity = identity
        self.lock = threading.RLock()
        self.gates = Gates()
        self.faults = Faults()
        self.ids = Ids(clock.now, identity.account_id)
        self.outbox = Outbox(clock, webhook_url, identity.account_id, identity.app_secret)
        self._clear()

    @property
    def caller(self) -> tuple[str, str]:
        """Id and username of the account whose token this request carries."""
        other = getattr(g.get("token"), "account", None)
        return other or (self.identity.account_id, self.identity.username)

    def reset(self) -> None:
        """Back to a fresh account with one valid token; ids go on counting."""
        self.outbox.reset()
        self.faults.reset()
        self.gates.reset()
        with self.lock:
            self._clear()

    def emit(self, events: Sequence[Event], after_seconds: float = 0) -> None:
        """Send what the account is subscribed to."""
        self.outbox.add(self._wanted(events), after_seconds)

    def emit_echo(self, event: Event, fault: Fault) -> None:
        """Send an echo when the fault says so: ordinarily once, after the caller's answer."""
        times = {"twice": 2, "never": 0}.get(fault.echo, 1)
        events = self._wanted([event] * times)
        if fault.echo == "before":
            self.outbox.deliver_now(events)
        elif self.outbox.live:
            _after_answer(lambda: self.outbox.add(events, fault.echo_delay_seconds))
        else:
            self.outbox.add(events, fault.echo_delay_seconds)

    def perform(self, on: Sort, act: Callable[[Fault], Response]) -> Response:
        """Run one request under the next fault of its sort.

        With `apply` the effect comes first, then the delay or hold, then the failure; without it
        the delay or hold comes first, and the effect only where no failure is named.
        """
        fault = self.faults.take(on)
        if fault.apply:
            response = act(fault)
            self._linger(fault)
            return _failure(fault) if fault.fails else response
        self._linger(fault)
        return _failure(fault) if fault.fails else act(fault)

    def _linger(self, fault: Fault) -> None:
        if fault.hold is not None:
            self.gates.hold(fault.hold)
        self.clock.pause(fault.delay_seconds)

    def _wanted(self, events: Sequence[Event]) -> list[Event]:
        return [event for event in events if event.field in self.subscribed]

    def _clear(self) -> None:
        self.state = State()
        self.limits = Limits()
        self.tokens = Tokens(self.identity.access_token, self.clock.now())
        self.subscribed: set[str] = set(FIELDS)
        self.messenger_profile: dict[tuple[str, str], list[Any]] = {}  # by account and field
        self.uploaded: dict[str, str] = {}  # attachment id → address
        self.media: dict[str, tuple[str, bytes]] = {}
        self.may_tag_human_agent = True
        self.sends_edit_zero = False


def _failure(fault: Fault) -> Response:
    if fault.drop:
        return dropped_connection()
    if fault.code is None:
        page = "<html><body>Sorry, something went wrong.</body></html>"
        return Response(page, fault.status, mimetype="text/html")
    if fault.code in _THROTTLES:
        minutes = fault.regain_minutes
        g.regain_minutes = _REGAIN_MINUTES if minutes is None else minutes
    raise refusal(fault.code, fault.subcode, status=fault.status, message=fault.message)


def _after_answer(do: Callable[[], None]) -> None:
    @after_this_request
    def attach(response: Response) -> Response:
        response.call_on_close(do)
        return response
