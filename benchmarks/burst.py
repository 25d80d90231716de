"""A burst on the virtual clock: 10,000 messages from 2,000 people within ten seconds.

The clock is moved from instant to instant, so that minutes of waiting take none; every function
takes no time on it. What shows is what queues and pacing decide: when the first reply leaves, how
many wait, and that each person is answered once.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from benchmarks.inside import BEGINNING, Inside, igsid
from benchmarks.measure import Figure
from benchmarks.scale import replies_a_second
from deploy import wanted
from emulators.firestore.engine import INDEXED_DATABASE

PEOPLE = 2_000
MESSAGES = 10_000
SECONDS = 10


@dataclass(frozen=True, slots=True)
class Case:
    """What one burst runs under, each a second; a smaller burst shows the same rates sooner."""

    pace: int  #: messages of the account
    turns: int  #: dispatches of the turns' queue
    deliveries: int  #: dispatches of the deliveries' queue
    share: int = 1  #: so many times smaller than the whole burst

    @property
    def name(self) -> str:
        """As the figures call it."""
        return f"pace {self.pace}, turns {self.turns}, deliveries {self.deliveries}"


#: The deployed rates; the pace as far as it can be set; slower turns; a pace between, with a queue
#: of deliveries that is slower than looks and slots together, and with the deployed one.
CASES = (
    Case(3, 50, 200),
    Case(80, 50, 200),
    Case(80, 25, 200, share=5),
    Case(40, 50, 50, share=5),
    Case(40, 50, 200, share=5),
)


def figures() -> Iterator[Figure]:
    """The burst in each case."""
    for case in CASES:
        yield from _burst(case)


def _burst(case: Case) -> Iterator[Figure]:
    rates = {wanted.TURNS: case.turns, wanted.DELIVERIES: case.deliveries}
    inside = Inside(timed=False, dispatches_per_second=rates)
    inside.configure(messages_per_second=case.pace)
    first_at = _write(inside, case.share)
    inside.settle(timedelta(hours=2))
    sent = inside.messenger.sent
    waits = sorted(_waits(first_at, sent))
    name = case.name
    for percent in (50, 95, 99):
        yield Figure(f"{name}, first reply, p{percent}", "s", [waits[len(waits) * percent // 100]])
    seconds = Counter(int((at - BEGINNING).total_seconds()) for at, _ in sent)
    ends = max(seconds)
    backlog = [len(first_at) - sum(seconds[s] for s in range(t)) for t in range(ends + 2)]
    step = max(ends // 60, 1)
    waiting = f"{name}, people waiting, every {step} s"
    yield Figure(waiting, "counted", backlog[::step], is_course=True)
    yield Figure(f"{name}, people who wrote", "counted", [len(first_at)])
    yield Figure(f"{name}, people answered", "counted", [len({person for _, person in sent})])
    yield Figure(f"{name}, replies", "counted", [len(sent)])
    yield Figure(f"{name}, most sent within one second", "counted", [_busiest(sent)])
    yield Figure(f"{name}, replies a second while people wait", "per second", [_drained(sent)])
    predicted = replies_a_second(case.pace, case.turns, case.deliveries)
    yield Figure(f"{name}, as the model of the ceiling says", "per second", [predicted])
    states = _states(inside)
    yield Figure(f"{name}, messages stored", "counted", [sum(states.values())])
    yield Figure(f"{name}, messages processed", "counted", [states["processed"]])
    for function, usage in inside.counts().items():
        yield Figure(f"{name}, {function}, requests", "counted", [usage["requests"]])


def _write(inside: Inside, share: int) -> dict[str, datetime]:
    """Post the burst, evenly spread; when each person wrote first."""
    first_at: dict[str, datetime] = {}
    messages, people = MESSAGES // share, PEOPLE // share
    for n in range(messages):
        inside.clock.set(BEGINNING + timedelta(seconds=n * SECONDS / messages))
        person = n * 7 % people
        first_at.setdefault(igsid(person), inside.clock.now())
        inside.writes(person, f"Question {n}?")
        if inside.tasks.next_at() == inside.clock.now():
            inside.run_due()
    return first_at


def _waits(first_at: dict[str, datetime], sent: list[tuple[datetime, str]]) -> list[float]:
    answered: dict[str, datetime] = {}
    for at, person in sent:
        answered.setdefault(person, at)
    return [(answered[person] - at).total_seconds() for person, at in first_at.items()]


def _drained(sent: list[tuple[datetime, str]]) -> float:
    """Replies a second between the first tenth and the last: neither beginning nor end."""
    instants = sorted(at for at, _ in sent)
    tenth = len(instants) // 10
    middle = instants[tenth:-tenth]
    return (len(middle) - 1) / (middle[-1] - middle[0]).total_seconds()


def _busiest(sent: list[tuple[datetime, str]]) -> int:
    """The most within any second, wherever it begins."""
    instants = sorted(at for at, _ in sent)
    most = begin = 0
    for end, at in enumerate(instants):
        while at - instants[begin] >= timedelta(seconds=1):
            begin += 1
        most = max(most, end - begin + 1)
    return most


def _states(inside: Inside) -> Counter[str]:
    found: Counter[str] = Counter()
    for record in inside.engine.history.group(INDEXED_DATABASE, "messages"):
        fields = record.document.fields
        if fields["direction"].string_value == "inbound":
            found[fields["status"].string_value] += 1
    return found
