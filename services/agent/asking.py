"""One step of the model, asked until it answers, with backoff inside the turn's time."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from services.domain.model import ModelReply, ModelRequest
from services.errors import ModelBusy, ModelError, ModelRefused
from services.ports import Clock, Ids, Model

#: Tries of one step with one model.
TRIES = 3
#: Seconds after which a pause is interrupted for the claim, and the first pause between two tries
#: of a model that names none.
SLICE_SECONDS = 1.0
FIRST_PAUSE_SECONDS = 0.25
#: A model that asks for more patience than this is left for the other one.
MOST_PATIENCE_SECONDS = 5.0


@dataclass(slots=True)
class ModelUsage:
    """What a turn has used so far, over all models and tries."""

    requests: int = 0
    failures: list[str] = field(default_factory=list)
    model_seconds: float = 0
    tokens: dict[str, dict[str, int]] = field(default_factory=dict)  #: by model

    def add(self, model: str, reply: ModelReply) -> None:
        """Count one answer."""
        counted = self.tokens.setdefault(model, {})
        for kind, number in reply.tokens.items():
            counted[kind] = counted.get(kind, 0) + number

    @property
    def all_tokens(self) -> int:
        """Input and output of all models."""
        kinds = ("input", "output", "thinking")
        return sum(counted.get(kind, 0) for counted in self.tokens.values() for kind in kinds)


@dataclass(frozen=True, slots=True)
class Asking:
    """Asks a model for one step within a deadline."""

    model: Model
    clock: Clock
    ids: Ids
    deadline: datetime
    keep_claim: Callable[[], None]
    spent: ModelUsage

    def ask(self, request: ModelRequest) -> ModelReply:
        """The model's answer to `request`, whatever it is worth.

        Raises `ModelBusy` when it stayed overloaded or silent, `ModelRefused` when it will not
        take the request, `ModelError` when the time is over, and what `keep_claim` raises.
        """
        for attempt in range(TRIES):
            self.keep_claim()
            try:
                return self._once(request)
            except ModelBusy as busy:
                self.spent.failures.append(str(busy))
                last = attempt == TRIES - 1
                if last or (busy.retry_after_seconds or 0) > MOST_PATIENCE_SECONDS:
                    raise
                self._pause(attempt, busy.retry_after_seconds)
            except ModelRefused as refused:
                self.spent.failures.append(str(refused))
                raise
        raise AssertionError("the last try raises or returns")

    def _once(self, request: ModelRequest) -> ModelReply:
        started_at = self.clock.now()
        left = (self.deadline - started_at).total_seconds()
        if left <= 0:
            raise ModelError("The turn's time is over.")
        self.spent.requests += 1
        try:
            reply = self.model.generate(replace(request, timeout_seconds=left))
        finally:
            took = self.clock.now() - started_at
            self.spent.model_seconds += took / timedelta(seconds=1)
        self.spent.add(request.model, reply)
        return reply

    def _pause(self, attempt: int, wanted: float | None) -> None:
        """Wait as long as the model wants, and a part of chance, so that not all come at once."""
        backoff = FIRST_PAUSE_SECONDS * 2**attempt * (0.5 + self.ids.fraction() / 2)
        left = (wanted or 0) + backoff
        while left > SLICE_SECONDS:
            self.clock.pause(SLICE_SECONDS)
            self.keep_claim()
            left -= SLICE_SECONDS
        self.clock.pause(left)
