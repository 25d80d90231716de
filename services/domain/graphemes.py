"""What a person sees as one character, and what must stay in one piece besides."""

import re
import unicodedata
from collections.abc import Iterator

_JOINER = "\u200d"
_URL = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_EXTENDING = frozenset({"Mn", "Me", "Mc"})


def graphemes(text: str) -> Iterator[str]:
    """The characters of `text` as a person sees them.

    The rules of Unicode's UAX #29 that chats meet: combining marks, variation selectors, joined
    and toned emoji, flags, tagged flags, Hangul syllables in letters, line ends of two characters.
    """
    cluster = ""
    for character in text:
        if cluster and not _continues(cluster, character):
            yield cluster
            cluster = ""
        cluster += character
    if cluster:
        yield cluster


def pieces(text: str) -> Iterator[str]:
    """What is not to be cut, in order: addresses as a whole, else single characters."""
    at = 0
    for match in _URL.finditer(text):
        yield from graphemes(text[at : match.start()])
        yield match.group()
        at = match.end()
    yield from graphemes(text[at:])


def _continues(cluster: str, character: str) -> bool:
    if cluster == "\r":
        return character == "\n"
    return (
        _extends(character)
        or (cluster.endswith(_JOINER) and _is_pictograph(character))
        or (_is_regional(character) and _is_regional(cluster[-1]) and _odd_flags(cluster))
        or _is_hangul_pair(cluster[-1], character)
    )


def _extends(character: str) -> bool:
    code = ord(character)
    if code < 0x300:
        return False
    return (
        character == _JOINER
        or unicodedata.category(character) in _EXTENDING
        or 0x1F3FB <= code <= 0x1F3FF  # skin tones
        or 0xE0020 <= code <= 0xE007F  # tags of regional flags
    )


def _is_pictograph(character: str) -> bool:
    return unicodedata.category(character) == "So" or ord(character) >= 0x1F000


def _is_regional(character: str) -> bool:
    return 0x1F1E6 <= ord(character) <= 0x1F1FF


def _odd_flags(cluster: str) -> bool:
    return sum(_is_regional(character) for character in cluster) % 2 == 1


def _is_hangul_pair(before: str, after: str) -> bool:
    first, second = ord(before), ord(after)
    leading = 0x1100 <= first <= 0x115F
    syllable = 0xAC00 <= first <= 0xD7A3
    vowel = 0x1160 <= first <= 0x11A7
    trailing = 0x11A8 <= first <= 0x11FF
    if leading:
        return 0x1100 <= second <= 0x11A7 or 0xAC00 <= second <= 0xD7A3
    if syllable or vowel:
        return 0x1160 <= second <= 0x11FF
    return trailing and 0x11A8 <= second <= 0x11FF
