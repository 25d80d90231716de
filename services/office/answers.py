"""What the bot answers from: rules by keyword, and what the business has written down."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.agent.knowledge import Knowledge
from services.domain import paths
from services.domain.documents import Delete, Query, Snapshot, Write
from services.domain.fields import RuleFields
from services.domain.instants import to_ms
from services.domain.text import Text
from services.errors import Rejected, Unreadable
from services.office.access import Operator
from services.ports import Clock, Documents, Ids, Patterns
from services.store import audit

#: Rows that a page lists; the rules themselves are read whole by the agent.
MOST_RULES = 200
MOST_ENTRIES = 100
KINDS = ("keyword", "pattern")
ACTIONS = ("reply", "hand_to_human", "silent")
LONGEST_REPLY = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeAnswers:
    """Lists and changes them in an operator's name."""

    documents: Documents
    knowledge: Callable[[], Knowledge]
    patterns: Patterns
    clock: Clock
    ids: Ids

    def rules(self) -> list[dict[str, Any]]:
        """The rules, in the order in which the agent tries them."""
        found = _rows(self.documents.query(Query(paths.RULES, limit=MOST_RULES)))
        return sorted(found, key=lambda rule: (rule.get("order") or 0, rule["id"]))

    def save_rule(self, typed: Mapping[str, str], by: Operator) -> None:
        """A new rule. Raises `Rejected` with what is wrong."""
        kind, action = typed.get("kind", ""), typed.get("action", "")
        words = [line.strip() for line in typed.get("words", "").splitlines() if line.strip()]
        reply = typed.get("reply", "").strip()
        if kind not in KINDS or action not in ACTIONS:
            raise Rejected(Text("Choose what is looked for, and what is done."))
        if not words or len(words) > 50:
            raise Rejected(Text("A rule looks for 1 to 50 words or patterns, one a line."))
        if action == "reply" and not 0 < len(reply) <= LONGEST_REPLY:
            raise Rejected(Text("A reply has 1 to %(most)s characters.", most=LONGEST_REPLY))
        if kind == "pattern":
            self._require_readable(words)
        fields: RuleFields = {
            "account_id": "",
            "enabled": True,
            "order": to_ms(self.clock.now()),
            "kind": kind,
            "words": words,
            "action": action,
            "reply": reply,
        }
        path = paths.rule(self.ids.new())
        self._write(path, path.merge(fields), by, "rule", after=fields)

    def _require_readable(self, words: Sequence[str]) -> None:
        for word in words:
            try:
                self.patterns(word)
            except Unreadable as error:
                why = Text(
                    "The pattern %(pattern)s cannot be read: %(reason)s.",
                    pattern=repr(word[:40]),
                    reason=str(error),
                )
                raise Rejected(why) from error

    def drop_rule(self, rule_id: str, by: Operator) -> None:
        """Remove a rule; no matter whether it exists."""
        path = paths.rule(rule_id)
        self._write(path, Delete(path), by, "rule_removed")

    def entries(self, account_id: str) -> list[dict[str, Any]]:
        """What is written down for an account."""
        return _rows(
            self.documents.query(
                Query(paths.KNOWLEDGE, where=[("account_id", "==", account_id)], limit=MOST_ENTRIES)
            )
        )

    def save_entry(self, account_id: str, title: str, text: str, by: Operator) -> None:
        """Write something down, so that the agent finds it. Raises `Rejected`."""
        if not title.strip():
            raise Rejected(Text("Give it a title."))
        entry_id = self.ids.new()
        self.knowledge().save(entry_id, account_id, title, text)
        self._record(paths.knowledge(entry_id), by, "knowledge")

    def drop_entry(self, entry_id: str, by: Operator) -> None:
        """Forget something; no matter whether it exists."""
        path = paths.knowledge(entry_id)
        self._write(path, Delete(path), by, "knowledge_removed")

    def _write(
        self,
        path: str,
        change: Write,
        by: Operator,
        action: audit.Action,
        after: RuleFields | None = None,
    ) -> None:
        entry = audit.entry(self.ids.new(), self.clock.now(), by, action, path, after=after)
        audit.commit(self.documents, entry, change)

    def _record(self, path: str, by: Operator, action: audit.Action) -> None:
        entry = audit.entry(self.ids.new(), self.clock.now(), by, action, path)
        audit.commit(self.documents, entry)


def _rows(found: list[Snapshot]) -> list[dict[str, Any]]:
    return [{**(s.fields or {}), "id": s.id} for s in found]
