"""What the team knows of a person beside what Instagram tells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from services.domain import paths
from services.domain.contact import ContactFields
from services.domain.conversation import ConversationFields
from services.domain.documents import REMOVED, SERVER_TIME, Write
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
        typed_in = cast("ContactFields", {**values, "custom": custom})
        self._store(thread_id, typed_in, by, "contact")

    def opt(self, thread_id: str, by: Operator, *, out: bool) -> None:
        """The person wants no answers from the bot, or wants them again."""
        ms = to_ms(self.clock.now())
        contact: ContactFields = {"opted_out_at": ms} if out else {"opted_in_at": ms}
        thread: ConversationFields = {"opted_out_at": ms} if out else {"opted_in_at": ms}
        self._store(thread_id, contact, by, "opt_out" if out else "opt_in", thread)

    def unlink(self, thread_id: str, by: Operator) -> None:
        """The person's connection to the business is over; they may connect again.

        Raises `Rejected` where there is none.
        """
        now, entry_id = self.clock.now(), self.ids.new()
        path, conversation = paths.contact(thread_id), paths.conversation(thread_id)

        def work(reads: Reads) -> tuple[None, Sequence[Write]]:
            if not (reads.get(path)[0].fields or {}).get("connected_at"):
                raise Rejected(Text("This person is not connected."))
            return None, [
                path.merge({"connected_at": REMOVED, "connected_user_id": REMOVED}),
                conversation.merge(
                    {
                        "connected_at": REMOVED,
                        "acknowledged_at": REMOVED,
                        "updated_at": SERVER_TIME,
                    }
                ),
                audit.entry(entry_id, now, by, "unlinked", path, thread_id=thread_id),
            ]

        self.documents.transact(audit.once(work, paths.audit(entry_id)))

    def _store(
        self,
        thread_id: str,
        fields: ContactFields,
        by: Operator,
        action: audit.Action,
        of_thread: ConversationFields | None = None,
    ) -> None:
        now, entry_id = self.clock.now(), self.ids.new()
        path, conversation = paths.contact(thread_id), paths.conversation(thread_id)

        def work(reads: Reads) -> tuple[None, Sequence[Write]]:
            contact, stored = reads.get(path, conversation)
            if stored.fields is None:
                raise Rejected(Text("There is no such contact."))
            known = contact.fields or {}
            # What was changed, never to what: the log outlives what a person may have deleted.
            names = sorted(n for n, value in fields.items() if (known.get(n) or "") != value)
            record = audit.entry(
                entry_id, now, by, action, path, thread_id=thread_id, changed=names
            )
            changed: ConversationFields = {**(of_thread or {}), "updated_at": SERVER_TIME}
            return None, [path.merge(_or_removed(fields)), conversation.merge(changed), record]

        self.documents.transact(audit.once(work, paths.audit(entry_id)))


def _or_removed(fields: ContactFields) -> ContactFields:
    """What was left empty is taken out."""
    empty = {name: REMOVED for name, value in fields.items() if value in ("", {})}
    return fields | cast("ContactFields", empty)


def _custom(text: str) -> dict[str, str]:
    """`name: value` a line."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        name, colon, value = line.partition(":")
        if colon and name.strip():
            found[name.strip()[:50]] = value.strip()[:500]
    return found
