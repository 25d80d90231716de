"""A run that is directed by hand: who goes on, up to which call, and which call fails."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.simulation.faults import Fate, Weather
from tests.simulation.google_time import googles_retries
from tests.simulation.instances import SimServices
from tests.simulation.mail import Letter
from tests.simulation.run import Director
from tests.simulation.scheduler import Runner
from tests.simulation.tasks import Arrival
from tests.simulation.world import World


class Directed(Weather):
    """Fine weather, but for the failures that were ordered: the next such call of a function."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.over = True

    def fate(self, call: str, key: str) -> Fate:
        """Ordinary, or what was ordered for this call."""
        for order in _ORDERS:
            function, wanted, before, after = order
            if key.startswith(function) and call == wanted:
                _ORDERS.remove(order)
                return Fate(key, before, after)
        return Fate(key)


class TaskFirst(SimServices):
    """The webhook's task is created before its commit: the order that needs the rules."""

    def task_first(self) -> bool:
        """Always."""
        return True


_ORDERS: list[tuple[str, str, str, str]] = []


class Scene:
    """One world, and the words in which a schedule is told."""

    def __init__(self) -> None:
        _ORDERS.clear()
        self.world = World(1, weather=Directed)
        self.world.services_class = TaskFirst
        self.world.arrivals.calm()
        self.director = Director(self.world, [])

    def order(self, function: str, call: str, *, before: str = "", after: str = "") -> None:
        """The next such call fails, without effect or after it; "crash" is a failure too."""
        _ORDERS.append((function, call, before, after))

    def writes(self, text: str) -> None:
        """Alice writes; the webhook waits for `webhook`."""
        self.world.writes("alice", text)

    def types(self, text: str) -> None:
        """The owner types to Alice; the echo waits for `webhook`."""
        self.world.owner_types("alice", text)

    def webhook(self) -> Runner:
        """Meta posts its next letter."""
        letters = self.world.mail.letters
        letter: Letter = min(letters, key=lambda kept: kept.due_at)
        self.world.clock.set(max(letter.due_at, self.world.clock.now()))
        return self.world.post_letters(letter)

    def post(self) -> None:
        """Meta posts everything that it has, and it is taken."""
        while self.world.mail.letters:
            self.end(self.webhook())

    def task(self, function: str) -> Runner:
        """The next task of a function arrives, at its instant."""
        return self.world.dispatch(self._arrival(function))

    def tasks(self, function: str, *, within: float) -> list[Arrival]:
        """The tasks of a function that arrive within so many seconds from now."""
        self.wait(within)
        self.world.arrivals.collect()
        return [a for a in self.world.arrivals.waiting if a.function == function]

    def wait(self, seconds: float) -> None:
        """Time passes, and nothing happens by itself."""
        self.world.clock.advance(seconds)
        self.world.engine.tick()

    def until(self, runner: Runner, at: str) -> Runner:
        """Let a request go on until it stands at a point: "before Firestore.Commit"."""
        while not runner.done and runner.at != at:
            self._on(runner)
        assert not runner.done, f"{runner.label} ended before it came to {at}"
        return runner

    def held(self, runner: Runner) -> Runner:
        """Let a sender go on until it holds its item."""
        while not (runner.done or self.conversation().get("sending")):
            self._on(runner)
        assert not runner.done, f"{runner.label} ended without a hold"
        return runner

    def end(self, runner: Runner) -> int | None:
        """Let a request go on to its end; its status."""
        while not runner.done:
            self._on(runner)
        return runner.result if isinstance(runner.result, int) else None

    def crash(self, runner: Runner) -> None:
        """The instance of a request dies where it stands."""
        self.world.crash(runner)
        self.world.bury_the_dead()

    def office(self, what: str, **more: Any) -> int | None:
        """An operator does something to Alice's conversation; the status that they see."""
        return self.end(self.world.office("alice", what, more))

    def run(self, function: str) -> int | None:
        """The next task of a function, from its arrival to its end."""
        return self.end(self.task(function))

    def rest(self) -> None:
        """Everything else happens by itself, in fine weather, without help of the sweep."""
        self.director.play()
        assert self.world.violation is None, self.world.story.text()

    def sent(self) -> list[str]:
        """What has reached Alice through the API."""
        return [str(message.text) for message in self.world.instagram.core.state.sent()]

    def inbound(self) -> dict[str, str]:
        """Alice's messages by their text: the state of each."""
        messages = self.world.invariants.mirror.messages(self.world.thread("alice"))
        return {m["text"]: m["status"] for m in messages.values() if m["direction"] == "inbound"}

    def bubbles(self) -> list[str]:
        """The states of what was written to Alice, in order."""
        messages = self.world.invariants.mirror.messages(self.world.thread("alice"))
        outgoing = [m for m in messages.values() if m["direction"] == "outgoing"]
        return [m["status"] for m in sorted(outgoing, key=lambda m: m["created_at"])]

    def conversation(self) -> dict[str, object]:
        """Alice's conversation as it is stored."""
        return self.world.invariants.mirror.conversation(self.world.thread("alice"))

    def _arrival(self, function: str) -> Arrival:
        arrivals = self.world.arrivals
        while True:
            arrivals.collect()
            found = [a for a in arrivals.waiting if a.function == function]
            if found:
                return min(found, key=lambda arrival: arrival.due_at)
            next_at = arrivals.engine.next_at()
            assert next_at is not None, f"no task of {function} waits"
            self.world.clock.set(max(next_at, self.world.clock.now()))

    def _on(self, runner: Runner) -> None:
        now = self.world.clock.now()
        if not runner.ready(now):
            self.world.clock.set(runner.wake_at)
            self.world.engine.tick()
        self.world.resume(runner)
        assert self.world.violation is None, self.world.story.text()


@contextmanager
def scene() -> Iterator[Scene]:
    """A scene whose requests all end with the block."""
    made = Scene()
    with googles_retries(made.world.scheduler, made.world.chance):
        try:
            yield made
        finally:
            made.world.scheduler.abandon()
