"""A reply cut into messages that Instagram takes: by bytes, where a reader would pause."""

import re

from services.domain.graphemes import pieces

#: Bytes of one message's text (Instagram Platform documentation, Send messages).
MOST_BYTES = 1000
#: A bubble that would be shorter than this part of the limit is not worth its nice ending.
_WORTH = 0.35

_PARAGRAPH = re.compile(r"\n\s*\n\s*$")
_SENTENCE = re.compile(r"(?:[.!?…。！？][\"'”’)\]]*\s+|\n\s*)$")  # noqa: RUF001 (other scripts' stops)


def split(text: str, limit: int = MOST_BYTES) -> list[str]:
    """`text` as bubbles of at most `limit` bytes of UTF-8, in order; none for a blank text.

    Cuts lie between paragraphs, else sentences, else words, else characters as a person sees
    them; never inside an address unless it alone is over the limit. Only blanks at the cuts are
    lost.
    """
    left = text.strip()
    bubbles: list[str] = []
    while left and size(left) > limit:
        head = _head(left, limit)
        bubbles.append(head.rstrip())
        left = left[len(head) :].lstrip()
    return [bubble for bubble in [*bubbles, left] if bubble]


def size(text: str) -> int:
    """Bytes that Instagram counts."""
    return len(text.encode("utf-8", "surrogatepass"))


def _head(text: str, limit: int) -> str:
    """The part of `text` that goes first; never empty."""
    fitting, cuts = _fitting(text, limit)
    if not fitting:
        return _characters(text, limit)
    return text[: _best(cuts, fitting, limit)]


def _fitting(text: str, limit: int) -> tuple[str, dict[str, tuple[int, int]]]:
    """The longest beginning of whole pieces, and its last good cut of each sort.

    A cut is (characters, bytes): where the text may end there.
    """
    used = length = 0
    cuts: dict[str, tuple[int, int]] = {}
    # Of a text cut here the last piece may be a torn one, but that one is over the limit.
    for piece in pieces(text[: limit + 1]):
        if used + size(piece) > limit:
            break
        used += size(piece)
        length += len(piece)
        if piece.isspace():
            cuts |= dict.fromkeys(_sorts(text[max(0, length - 12) : length]), (length, used))
    return text[:length], cuts


def _sorts(before: str) -> list[str]:
    sorts = ["word"]
    if _SENTENCE.search(before):
        sorts.append("sentence")
    if _PARAGRAPH.search(before):
        sorts.append("paragraph")
    return sorts


def _best(cuts: dict[str, tuple[int, int]], fitting: str, limit: int) -> int:
    for sort in ("paragraph", "sentence", "word"):
        length, used = cuts.get(sort, (0, 0))
        if used >= limit * _WORTH:
            return length
    return cuts["word"][0] if "word" in cuts else len(fitting)


def _characters(text: str, limit: int) -> str:
    """One piece is over the limit by itself: cut it between code points."""
    used = 0
    for index, character in enumerate(text):
        used += size(character)
        if used > limit:
            return text[: max(index, 1)]
    return text
