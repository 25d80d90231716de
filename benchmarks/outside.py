"""What `benchmarks.inside` has in place of Instagram and the model: both answer at once."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from emulators.clock import SimClock
from services.adapters.secrets import AccountTokens
from services.domain.call import Action, Call, HistoryMessage
from services.domain.model import ModelReply, ModelRequest, ToolCall
from services.domain.outcome import Answer, Sent


class Messages:
    """Instagram's side: everything arrives at once."""

    def __init__(self, clock: SimClock) -> None:
        self._clock = clock
        self._numbers = itertools.count(1)
        self._waiting: list[tuple[Call, str]] = []
        self.sent: list[tuple[datetime, str]] = []  #: when, to whom
        self.last_mid = ""

    def send(self, _account_id: str, call: Call) -> Answer:
        """It arrived."""
        mid = f"bU1faXRlbToxOk{next(self._numbers):08d}".ljust(120, "Z")
        self.sent.append((self._clock.now(), call.igsid))
        self.last_mid = mid
        self._waiting.append((call, mid))
        return Answer(Sent(mid))

    def act(self, _account_id: str, _igsid: str, _action: Action) -> bool:
        """Shown."""
        return True

    def get_thread_messages(self, _account_id: str, _igsid: str) -> Sequence[HistoryMessage]:
        """Nobody asks, as no answer is ever lost."""
        return ()

    def get_user_profile(self, _account_id: str, _igsid: str) -> Mapping[str, Any]:
        """Who they are."""
        return {"name": "A person", "username": "a.person"}

    def unechoed(self) -> Iterator[tuple[Call, str]]:
        """What was sent and has not been echoed; once."""
        waiting, self._waiting = self._waiting, []
        yield from waiting


class Parrot:
    """A model that answers with so many bubbles."""

    def __init__(self, bubbles: int) -> None:
        self.bubbles = bubbles
        self.requests: list[ModelRequest] = []

    def generate(self, request: ModelRequest) -> ModelReply:
        """One step, which is all; without tools it is asked for notes on what was said."""
        if not request.tools:
            return ModelReply(text="They wanted a table for tonight, several times, and got it.")
        self.requests[:] = [request]
        text = "Yes, gladly: until when, and for how many?"
        said = [f"{text} {n}" for n in range(self.bubbles)]
        return ModelReply(
            calls=[ToolCall(None, "send_instagram_message", {"text": each}) for each in said]
        )


class Signed:
    """Instagram's side as one instance sees it: each call needs the account's token."""

    def __init__(self, messages: Messages, tokens: AccountTokens) -> None:
        self._messages, self._tokens = messages, tokens

    def __getattr__(self, name: str) -> Any:
        """The call of that name, signed."""

        def signed(account_id: str, *rest: Any) -> Any:
            self._tokens.token(account_id)
            return getattr(self._messages, name)(account_id, *rest)

        return signed
