"""The one source of chance: every draw is named, so that it depends on its name and nothing else.

A draw does not move the others: taking an action or a fault out of a run leaves what the rest of
the run draws as it was, which is what makes a failing run shrinkable.
"""

import hashlib
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Chance:
    """Numbers that depend on the seed and on the labels of the question."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._key = str(seed).encode()

    def draw(self, *label: object) -> float:
        """A number in [0, 1)."""
        asked = "|".join(map(str, label)).encode()
        return int.from_bytes(hashlib.blake2b(asked, digest_size=7, key=self._key).digest()) / 2**56

    def between(self, low: float, high: float, *label: object) -> float:
        """A number in [low, high)."""
        return low + (high - low) * self.draw(*label)

    def happens(self, share: float, *label: object) -> bool:
        """True in this share of all questions."""
        return self.draw(*label) < share

    def pick(self, choices: Sequence[T], *label: object) -> T:
        """One of the choices, all alike."""
        return choices[int(self.draw(*label) * len(choices))]

    def id(self, *label: object) -> str:
        """32 hex digits."""
        return hashlib.blake2b(
            "|".join(map(str, label)).encode(), digest_size=16, key=self._key
        ).hexdigest()


class SimIds:
    """The ids port of one instance."""

    def __init__(self, chance: Chance, instance: str) -> None:
        self._chance = chance
        self._instance = instance
        self._count = 0

    def new(self) -> str:
        """An id that no other instance draws."""
        self._count += 1
        return self._chance.id("id", self._instance, self._count)

    def fraction(self) -> float:
        """A number in [0, 1)."""
        self._count += 1
        return self._chance.draw("fraction", self._instance, self._count)
