"""Sequences that are kept with the answers of Google's emulator, for machines that have none.

One line of `mended.jsonl` is one difference that was mended: its `name` says which, `operations`
and `answers` are what was played and answered. `drawn.jsonl` is some of what a run would draw.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from emulators.conformance.differential.drawing import draw
from emulators.conformance.differential.player import play
from emulators.conformance.differential.sequences import THEMES
from emulators.conformance.differential.wire import Json, Wire

MENDED = Path(__file__).with_name("mended.jsonl")
DRAWN = Path(__file__).with_name("drawn.jsonl")

_OF_EACH_THEME = 8
_SEED = 1


@dataclass(frozen=True, slots=True)
class Kept:
    """One sequence; without answers until it is recorded."""

    name: str
    operations: list[Json]
    answers: list[Json] = field(default_factory=list)


def load(file: Path) -> list[Kept]:
    """All that are kept in a file, in its order."""
    lines = file.read_text(encoding="utf-8").splitlines()
    return [Kept(**json.loads(line)) for line in lines]


def record(wire: Wire) -> int:
    """Ask a Firestore for its answers and keep them: to what was mended, and to a sample.

    The sample is drawn anew. Returns how many sequences there are.
    """
    mended = load(MENDED)
    drawn = [
        Kept(f"{theme}, {number}", operations)
        for theme in THEMES
        for number, operations in enumerate(draw(THEMES[theme], _OF_EACH_THEME, _SEED))
    ]
    _save(MENDED, (_answered(wire, each) for each in mended))
    _save(DRAWN, (_answered(wire, each) for each in drawn))
    return len(mended) + len(drawn)


def _answered(wire: Wire, kept: Kept) -> Kept:
    return Kept(kept.name, kept.operations, play(wire, kept.operations))


def _save(file: Path, kept: Iterable[Kept]) -> None:
    lines = [json.dumps(asdict(each), ensure_ascii=False) for each in kept]
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
