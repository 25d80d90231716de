"""A run from its seed: who goes on next, until nothing is left to do."""

import gc
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.simulation.chance import Chance
from tests.simulation.difference import BEGINNING
from tests.simulation.google_time import googles_retries
from tests.simulation.invariants import Violation
from tests.simulation.mail import Letter
from tests.simulation.mutants import MUTANTS
from tests.simulation.people import PEOPLE, Action, house, plan
from tests.simulation.scheduler import Runner
from tests.simulation.tasks import Arrival
from tests.simulation.world import World

STEPS = 18
#: Decisions after which a run is taken to go round in circles.
MOST_DECISIONS = 20_000
#: How often the scheduler calls the sweep.
SWEEP_EVERY = timedelta(minutes=5)
#: How long after the last event the scheduler's calls are still played: they change nothing then.
SWEEPS_AFTER = timedelta(minutes=15)
#: Messages of one person within this are a burst.
BURST = timedelta(seconds=3)
#: How long the world may take to come to rest once nothing goes wrong any more.
REST_WITHIN = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Case:
    """What a run depends on. The last two are what shrinking took out."""

    seed: int
    steps: int = STEPS
    mutant: str = ""
    without_actions: frozenset[int] = frozenset()
    without_faults: frozenset[str] = frozenset()


@dataclass(slots=True)
class Result:
    """How a run ended."""

    case: Case
    violation: str = ""
    met: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    decisions: int = 0
    story: Callable[[], str] = str


def run(case: Case) -> Result:
    """Play a case to its end, or to the first broken promise."""
    world = World(case.seed, case.without_faults, house=house(Chance(case.seed)))
    if case.mutant:
        world.services_class = MUTANTS[case.mutant]
    director = Director(world, _planned(case, world))
    with googles_retries(world.scheduler, world.chance), _garbage_left():
        try:
            director.play()
        finally:
            world.scheduler.abandon()
    violation = str(world.violation) if world.violation else ""
    return Result(
        case,
        violation,
        world.weather.met,
        world.weather.keys,
        director.decisions,
        world.story.text,
    )


def _planned(case: Case, world: World) -> list[Action]:
    actions = plan(world.chance, case.steps)
    return [action for action in actions if action.number not in case.without_actions]


@contextmanager
def _garbage_left() -> Iterator[None]:
    """Looking for garbage in the middle of a run is an eighth of it; an ended run's is small."""
    wanted = gc.isenabled()
    gc.collect(1)
    gc.disable()
    try:
        yield
    finally:
        if wanted:
            gc.enable()


class Director:
    """Chooses who goes on next, by the seed."""

    def __init__(self, world: World, actions: list[Action]) -> None:
        self.world = world
        self.actions = actions
        self.moments: list[Action] = []
        self.decisions = 0
        self.next_sweep = BEGINNING + SWEEP_EVERY
        self.idle_from = BEGINNING + SWEEPS_AFTER
        self._wrote_at: dict[str, datetime] = {}
        self._ranks: dict[tuple[object, ...], float] = {}
        world.points.seen = self._at_a_moment

    def play(self) -> None:
        """The plan under its weather; then calm, rest, two sweeps, rest."""
        world = self.world
        self._until_rest(with_plan=True)
        world.weather.over = True
        world.arrivals.calm()
        self.moments.clear()
        world.office(PEOPLE[0], "resume", {})  # or what the team holds back would never rest
        self._rest()
        if world.violation is None and not world.arrivals.lost:
            self._check_the_end("without the sweep, ")
        for _ in range(2):
            self._pass(SWEEP_EVERY)
            if world.violation is None:
                world.sweep()
                self._rest()
        if world.violation is None:
            self._check_the_end()

    def _check_the_end(self, how: str = "") -> None:
        world = self.world
        try:
            world.invariants.settled()
        except Violation as violation:
            world.violation = Violation(f"{how}{violation}")
            world.story.tell(world.clock.now(), "VIOLATION", world.violation)

    def _rest(self) -> None:
        self._until_rest(with_plan=False)

    def _until_rest(self, *, with_plan: bool) -> None:
        end = self.world.clock.now() + REST_WITHIN
        while self.world.violation is None:
            self.decisions += 1
            if self.decisions > MOST_DECISIONS or (not with_plan and self.world.clock.now() > end):
                self.world.violation = Violation("the world does not come to rest")
                return
            if not self._step(with_plan=with_plan) and not self._advance(with_plan=with_plan):
                return

    def _step(self, *, with_plan: bool) -> bool:
        """Let one of those go on who can; whether there was one."""
        world, now = self.world, self.world.clock.now()
        world.arrivals.collect()
        for arrival in world.arrivals.overdue(now):
            world.arrivals.finish(arrival, None)  # the request itself may still be running
        choices: list[tuple[float, object]] = [
            (self._rank(r.label, r.points, r.at), r) for r in self._ready()
        ]
        choices += [(self._rank(a.label), a) for a in world.arrivals.due(now)]
        choices += [(self._rank(m.label, m.attempts), m) for m in world.mail.due(now)]
        if with_plan:
            choices += [(self._rank("action", a.number), a) for a in self._due_actions()]
            if now >= self.next_sweep:
                self.next_sweep = now + SWEEP_EVERY
                world.sweep()
                return True
        if not choices:
            return False
        chosen = min(choices, key=lambda choice: choice[0])[1]
        if not (isinstance(chosen, Runner) and chosen.function == "sweep"):
            self.idle_from = now + SWEEPS_AFTER
        self._do(chosen)
        return True

    def _do(self, chosen: object) -> None:
        world = self.world
        if isinstance(chosen, Runner):
            world.resume(chosen)
        elif isinstance(chosen, Action):
            self.actions.remove(chosen)
            self._act(chosen)
        elif isinstance(chosen, Letter):
            world.post_letters(chosen)
        elif isinstance(chosen, Arrival):
            world.dispatch(chosen)

    def _act(self, action: Action) -> None:
        if action.moment is not None:
            self.moments.append(action)
            return
        self._perform(action)

    def _perform(self, action: Action) -> None:
        world = self.world
        world.story.tell(world.clock.now(), "—", action)
        self._count(action)
        if action.what == "writes":
            world.writes(action.who, action.more["text"])
        elif action.what == "crowd":
            for who in PEOPLE:
                world.writes(who, action.more["text"])
        elif action.what.startswith("does: "):
            world.does(action.who, action.what.partition(" ")[2], action.more["text"])
        elif action.what.startswith("office: "):
            world.office(action.who, action.what.partition(" ")[2], action.more)
        elif action.what == "owner types to":
            world.owner_types(action.who, action.more["text"])
        elif action.what == "settings":
            world.configure(**action.more)
        elif action.what == "sweep":
            world.sweep()

    def _count(self, action: Action) -> None:
        count, now = self.world.weather.count, self.world.clock.now()
        count("Plan", action.what)
        if action.moment:
            count("Plan", f"{action.what} in the middle of a call")
        if action.what == "writes":
            if now - self._wrote_at.get(action.who, BEGINNING) < BURST:
                count("Plan", "writes in a burst")
            self._wrote_at[action.who] = now

    def _at_a_moment(self, call: str, when: str) -> None:
        for action in list(self.moments):
            if action.moment == (call, when):
                self.moments.remove(action)
                self._perform(action)

    def _ready(self) -> list[Runner]:
        now = self.world.clock.now()
        return [runner for runner in self.world.scheduler.runners if runner.ready(now)]

    def _due_actions(self) -> list[Action]:
        """The plan is in order of time: only its head can be due."""
        due = []
        for action in self.actions:
            if _instant(action) > self.world.clock.now():
                break
            due.append(action)
        return due

    def _advance(self, *, with_plan: bool) -> bool:
        """Move to the next instant at which something can go on; False when there is none."""
        world = self.world
        instants = [world.scheduler.next_at(), world.mail.next_at(), world.arrivals.next_at()]
        if with_plan and self.actions:
            instants.append(_instant(self.actions[0]))
            if self.next_sweep < self.idle_from:
                instants.append(self.next_sweep)
        coming = [at for at in instants if at is not None]
        if not coming:
            return False
        if with_plan and not self.actions:
            return False  # the weather clears while requests are under way
        self._to(min(coming))
        return True

    def _pass(self, time: timedelta) -> None:
        self._to(self.world.clock.now() + time)

    def _to(self, instant: datetime) -> None:
        world = self.world
        world.clock.set(max(instant, world.clock.now()))
        world.engine.tick()

    def _rank(self, *label: object) -> float:
        rank = self._ranks.get(label)
        if rank is None:
            rank = self._ranks[label] = self.world.chance.draw("rank", *label)
        return rank


def _instant(action: Action) -> datetime:
    return BEGINNING + timedelta(seconds=action.at)
