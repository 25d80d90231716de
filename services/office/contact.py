"""What the team knows of a person beside what Instagram tells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.domain import paths
from services.domain.documents import REMOVED, SERVER_TIME, Merge, Write
from services.domain.instants import to_ms
from services.domain.text import Text
from services.errors import Rejected, WrongFields
from services.office.access import Operator
from services.ports import Clock, Documents, Ids, Reads
from services.store import audit

#: The fields of the form, with their labels and longest values.
FIELDS = {
    "email": ("E-mail", 200),
    "phone": ("Phone", 50),
    "sector": ("Sector", 100),
    "notes": ("Notes", 5000),
}
MOST_CUSTOM = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeContact:
    """Changes a contact in an operator's name."""

    documents: Documents
    clock: Clock
    ids: Ids

    def save(self, thread_id: str, typed: Mapping[str, str], by: Operator) -> None:
        """Store the fields. Raises `WrongFields` and stores none."""
        values = {name: (typed.get(name) or "").strip() for name in FIELDS}
        custom = _custom(typed.get("custom") or "")
        problems = {
            name: Text("At most %(most)s characters.", most=FIELDS[name][1])
            for name, value in values.items()
            if len(value) > FIELDS[name][1]
        }
        if values["email"] and "@" not in values["email"]:
            problems["email"] = Text("This is not an e-mail address.")
        if len(custom) > MOST_CUSTOM:
            problems["custom"] = Text("At most %(most)s fields.", most=MOST_CUSTOM)
        if problems:
            raise WrongFields(problems)
        self._store(thread_id, {**values, "custom": custom}, by, "contact")

    def opt(self, thread_id: str, by: Operator, *, out: bool) -> None:
        """The person wants no answers from the bot, or wants them again."""
        ms = to_ms(self.clock.now())
        name = "opted_out_at" if out else "opted_in_at"
        self._store(thread_id, {name: ms}, by, "opt_out" if out else "opt_in")

    def unlink(self, thread_id: str, by: Operator) -> None:
        """The person's connection to the business is over; they may connect again.

        Raises `Rejected` where there is none.
        """
        now, entry_id = self.clock.now(), self.ids.new()
        path, conversation = paths.contact(thread_id), paths.conversation(thread_id)

        def work(reads: Reads) -> tuple[None, Sequence[Write]]:
            if not (reads.get(path)[0].fields or {}).get("connected_at"):
                raise Rejected(Text("This person is not connected."))
            gone = {"connected_at": REMOVED, "connected_user_id": REMOVED}
            thread = {
                "connected_at": REMOVED,
                "acknowledged_at": REMOVED,
                "updated_at": SERVER_TIME,
            }
            record = audit.entry(entry_id, now, by, "unlinked", path, thread_id=thread_id)
            return None, [Merge(path, gone), Merge(conversation, thread), record]

        self.documents.transact(audit.once(work, paths.audit(entry_id)))

    def _store(
        self, thread_id: str, fields: dict[str, Any], by: Operator, action: audit.Action
    ) -> None:
        now, entry_id = self.clock.now(), self.ids.new()
        path, conversation = paths.contact(thread_id), paths.conversation(thread_id)

        def work(reads: Reads) -> tuple[None, Sequence[Write]]:
            contact, stored = reads.get(path, conversation)
            if stored.fields is None:
                raise Rejected(Text("There is no such contact."))
            after = {
                name: REMOVED if value in ("", {}) else value for name, value in fields.items()
            }
            known = contact.fields or {}
            # What was changed, never to what: the log outlives what a person may have deleted.
            names = sorted(n for n, value in fields.items() if (known.get(n) or "") != value)
            record = audit.entry(
                entry_id, now, by, action, path, thread_id=thread_id, changed=names
            )
            changed: dict[str, Any] = {"updated_at": SERVER_TIME}
            if action.startswith("opt_"):
                changed |= fields
            return None, [Merge(path, after), Merge(conversation, changed), record]

        self.documents.transact(audit.once(work, paths.audit(entry_id)))


def _custom(text: str) -> dict[str, str]:
    """`name: value` a line."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        name, colon, value = line.partition(":")
        if colon and name.strip():
            found[name.strip()[:50]] = value.strip()[:500]
    return found
