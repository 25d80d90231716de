"""The words under which a message is found."""

import re
import unicodedata

#: So many words of one message are searchable: each is an index entry.
MOST_TERMS = 60
LONGEST_TERM = 40
_WORD = re.compile(r"\w+")


def terms(text: str) -> list[str]:
    """The message's distinct words in lower case without accents, in order, at most 60."""
    found = dict.fromkeys(word[:LONGEST_TERM] for word in _WORD.findall(plain(text[:20_000])))
    return list(found)[:MOST_TERMS]


def plain(text: str) -> str:
    """Lower case, without accents: `José` is found by `jose`."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))
