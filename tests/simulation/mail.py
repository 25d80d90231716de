"""Meta's side of the webhook: events come as letters: late, twice, together, in disorder."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from emulators.clock import SimClock
from emulators.instagram.deliveries import Event, delivery_of
from emulators.instagram.signing import signature_headers
from tests.simulation.chance import Chance
from tests.simulation.faults import Weather
from tests.simulation.instances import ACCOUNT, APP_SECRET

_BACKOFF_SECONDS = (1, 5, 30, 120, 600)

#: Letters that go out within so long of each other may go in one POST.
BATCHED_WITHIN = timedelta(seconds=1)


@dataclass(eq=False, slots=True)
class Letter:
    """One event on its way to the webhook."""

    number: int  #: in the order in which things happened
    label: str
    event: Event
    due_at: datetime
    attempts: int = 0
    again: bool = False  #: whether it is a repetition of one that was taken


class Mail:
    """Stands in for the simulated Instagram's outbox: nothing goes out by itself."""

    live = False

    def __init__(self, clock: SimClock, chance: Chance, weather: Weather) -> None:
        self._clock = clock
        self._chance = chance
        self._weather = weather
        self._count = 0
        self.letters: list[Letter] = []

    def add(self, events: Sequence[Event], after_seconds: float = 0) -> None:
        """Queue events; some get lost on the way to us for a while, an echo may never come."""
        for event in events:
            self._count += 1
            label = f"letter{self._count}"
            if not self._weather.over and event.field == "message_echoes" and self._lost(label):
                continue
            wait = after_seconds + self._delay(label)
            due_at = self._clock.now() + timedelta(seconds=wait)
            self.letters.append(Letter(self._count, label, event, due_at))

    def deliver_now(self, events: Sequence[Event]) -> None:
        """Queue events without delay."""
        self.add(events)

    def reset(self) -> None:
        """Forget what is under way."""
        self.letters.clear()

    def due(self, now: datetime) -> list[Letter]:
        """The letters that may be delivered now."""
        return [letter for letter in self.letters if letter.due_at <= now]

    def next_at(self) -> datetime | None:
        """When the next letter is due."""
        return min((letter.due_at for letter in self.letters), default=None)

    def take(self, letter: Letter) -> list[Letter]:
        """The letters of one POST: this one, and sometimes all that are due soon after it."""
        taken = [letter]
        if not self._weather.over and self._chance.happens(0.25, "batch", letter.label):
            soon = self._clock.now() + BATCHED_WITHIN
            others = [due for due in self.due(soon) if due is not letter]
            if others:
                self._weather.count("Mail", "batched")
            taken += others
            if self._chance.happens(0.5, "reorder", letter.label):
                taken.reverse()
        if any(kept.number < letter.number for kept in self.letters):
            self._weather.count("Mail", "reordered")
        self.letters = [kept for kept in self.letters if kept not in taken]
        return taken

    def answered(self, taken: Sequence[Letter], status: int | None) -> None:
        """Bring back what was not taken; now and then repeat what was."""
        for letter in taken:
            letter.attempts += 1
            if status != 200:
                wait = _BACKOFF_SECONDS[min(letter.attempts, len(_BACKOFF_SECONDS)) - 1]
                self._weather.count("Mail", "redelivered")
                self._back(letter, letter.label, wait)
            elif not letter.again and not self._weather.over and self._repeats(letter):
                self._weather.count("Mail", "repeated")
                letter.again = True
                late = self._chance.between(0, 90, "late", letter.label)
                self._back(letter, f"{letter.label}+", late)

    def body(self, taken: Sequence[Letter]) -> tuple[bytes, dict[str, str]]:
        """The POST of these letters, signed."""
        events = [letter.event for letter in taken]
        body = delivery_of(events, ACCOUNT, self._clock.now()).body
        return body, signature_headers(body, APP_SECRET)

    def _back(self, letter: Letter, label: str, seconds: float) -> None:
        letter.label = label
        letter.due_at = self._clock.now() + timedelta(seconds=seconds)
        self.letters.append(letter)

    def _delay(self, label: str) -> float:
        drawn = self._chance.draw("mail", label)
        if self._weather.over or drawn < 0.7:
            return 0.05 + drawn / 3
        if drawn < 0.95:
            return self._chance.between(0, 6, "mail late", label)
        return self._chance.between(5, 60, "mail very late", label)

    def _lost(self, label: str) -> bool:
        lost = self._chance.happens(0.04, "echo lost", label)
        if lost:
            self._weather.count("Mail", "echo never comes")
        return lost

    def _repeats(self, letter: Letter) -> bool:
        return self._chance.happens(0.12, "repeat", letter.label)
