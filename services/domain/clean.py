"""Hostile text made storable, without changing what it says."""

import re

#: What UTF-8 or Firestore cannot hold: lone halves of surrogate pairs, and NUL.
_UNSTORABLE = re.compile("[\ud800-\udfff\x00]")


def clean_text(text: str) -> str:
    """`text` with U+FFFD in the place of every character that cannot be stored."""
    return _UNSTORABLE.sub("\ufffd", text)
