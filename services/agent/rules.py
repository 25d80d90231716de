"""Answers by keyword or pattern, written by the owner: beside the model, or in its place."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any

import structlog

from services.domain import paths
from services.domain.documents import Query
from services.domain.terms import plain
from services.errors import Unreadable
from services.ports import Clock, Documents, Patterns
from services.ttl_cache import TtlCache

_log = structlog.get_logger()

#: How long an instance may answer by rules that were changed meanwhile.
KEPT_FOR = timedelta(seconds=30)
#: What is longer is no keyword question; it also bounds what a large pattern may cost.
MOST_CHARACTERS = 500
MOST_RULES = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One document of `rules`."""

    id: str
    account_id: str  #: empty for every account
    kind: str  #: "keyword": a whole word or phrase; "pattern": a regular expression
    words: tuple[str, ...]
    action: str  #: "reply", "hand_to_human" or "silent"
    reply: str

    @classmethod
    def from_doc(cls, doc_id: str, doc: Mapping[str, Any]) -> "Rule":
        """Read a stored rule; what is missing has its default."""
        return cls(
            id=doc_id,
            account_id=str(doc.get("account_id") or ""),
            kind=str(doc.get("kind") or "keyword"),
            words=tuple(str(word) for word in doc.get("words") or () if str(word).strip()),
            action=str(doc.get("action") or "reply"),
            reply=str(doc.get("reply") or ""),
        )

    def matches(self, text: str, patterns: Patterns) -> bool:
        """Whether it answers `text`. A pattern that cannot be read matches nothing."""
        if self.kind == "pattern":
            return any(self._found(word, text, patterns) for word in self.words)
        spaced = f" {_plain(text)} "
        return any(f" {_plain(word)} " in spaced for word in self.words if _plain(word))

    def _found(self, pattern: str, text: str, patterns: Patterns) -> bool:
        try:
            return patterns(pattern)(text)
        except Unreadable as error:
            _tell_once(self.id, str(error))
            return False


@lru_cache(maxsize=MOST_RULES)
def _tell_once(rule_id: str, why: str) -> None:
    """Once an instance: the rule is tried with every message."""
    _log.error("rule_not_readable", rule_id=rule_id, why=why)


def first_match(rules: Sequence[Rule], texts: Sequence[str], patterns: Patterns) -> Rule | None:
    """The first rule that answers the whole of what was said, or None.

    Every text must be answered by the same rule: half an answer is worse than the model's.
    """
    said = [text.strip() for text in texts if text.strip()]
    if not 0 < len(" ".join(said)) <= MOST_CHARACTERS:
        return None
    return next((rule for rule in rules if _answers(rule, said, patterns)), None)


def _answers(rule: Rule, said: Sequence[str], patterns: Patterns) -> bool:
    """Whether the rule answers each text, or a phrase that was written in all of them."""

    def found(texts: Sequence[str]) -> bool:
        return rule.matches(" ".join(texts), patterns)

    if all(found([text]) for text in said):
        return True
    return found(said) and not found(said[1:]) and not found(said[:-1])


def _plain(text: str) -> str:
    """Small letters and digits without accents, one space between words."""
    return " ".join(re.findall(r"\w+", plain(text)))


class Rules:
    """The rules of an account in their order, read from the store and kept for seconds."""

    def __init__(self, *, documents: Documents, clock: Clock, patterns: Patterns) -> None:
        self._documents = documents
        self._patterns = patterns
        self._kept = TtlCache[None, tuple[Rule, ...]](clock=clock, ttl=KEPT_FOR)

    def answer(self, account_id: str, texts: Sequence[str]) -> Rule | None:
        """The rule that answers `texts`, or None."""
        rules = [r for r in self._kept.get(None, self._all) if r.account_id in ("", account_id)]
        return first_match(rules, texts, self._patterns)

    def _all(self) -> tuple[Rule, ...]:
        query = Query(paths.RULES, where=[("enabled", "==", True)], limit=MOST_RULES)
        found = [(s.id, s.fields or {}) for s in self._documents.query(query)]
        found.sort(key=lambda item: (item[1].get("order") or 0, item[0]))
        return tuple(Rule.from_doc(doc_id, doc) for doc_id, doc in found)
