"""Whether a message says, as a whole, that its sender wants no more messages, or wants them again.

Only the whole message counts: "stop" opts out, "please don't stop" does not.
"""

import functools
import re

_EDGES = re.compile(r"^\W+|\W+$")


def says(text: str, words: str) -> bool:
    """Whether `text` is one of the comma-separated `words`, whatever its case and punctuation."""
    return bool(text) and len(text) <= 100 and _bare(text) in _listed(words)


@functools.lru_cache(maxsize=32)
def _listed(words: str) -> frozenset[str]:
    return frozenset(_bare(word) for word in words.split(",")) - {""}


def _bare(text: str) -> str:
    return " ".join(_EDGES.sub("", text.strip()).casefold().split())
